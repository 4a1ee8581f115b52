"""The ports that a worker may bind (minPort and maxPort of the configuration), one of them on several addresses."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Sequence
from typing import TypeVar

__all__ = ["PortRange"]

ATTEMPTS = 200

Bound = TypeVar("Bound")


class PortRange:
    """From `first` to `last`, tried in any order: who knows one port of a server shall not know the next."""

    def __init__(self, first: int, last: int) -> None:
        self._ports = range(max(first, 1), last + 1)
        self._random = random.SystemRandom()

    def bind(
        self,
        hosts: Sequence[str],
        open_one: Callable[[str, int], Bound],
        close_one: Callable[[Bound], None],
        *,
        transport: str = "UDP",
        first: Collection[int] = (),
        without: Collection[int] = (),
    ) -> list[Bound]:
        """Open one port on all of `hosts`, so that one rule in a firewall serves all.

        Args:
            hosts: local addresses.
            open_one: binds a host and a port; raises OSError where it is taken.
            close_one: undoes that, when the port is not to be had on a later host.
            transport: as the error names it.
            first: ports to try before any other.
            without: ports of the range that mean something else.

        Raises:
            OSError: no port that was tried is free on every one of `hosts`.
        """
        problem: OSError | None = None
        for port in [*first, *self._random.sample(self._ports, min(ATTEMPTS, len(self._ports)))]:
            if port in without:
                continue
            opened: list[Bound] = []
            try:
                for host in hosts:
                    opened.append(open_one(host, port))
            except OSError as error:
                problem = error
                for each in opened:
                    close_one(each)
            else:
                return opened
        where = f"from {self._ports.start} to {self._ports.stop - 1} on {', '.join(hosts)}"
        raise OSError(f"no free {transport} port {where}") from problem
