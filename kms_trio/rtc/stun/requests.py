"""Requests to a STUN or TURN server, and their retransmission (RFC 8489 section 6.2), without I/O.

Connectivity checks have transactions of their own (`kms_trio.rtc.ice.transactions`): theirs belong to pairs.
"""

from __future__ import annotations

from typing import Final, Generic, TypeVar

import attrs

T = TypeVar("T")

INITIAL_RTO_S: Final = 0.5
MAX_ATTEMPTS: Final = 4
"""Transmissions of one request over UDP: at 0, 0.5, 1.5 and 3.5 s."""
LAST_WAIT_S: Final = 2.0
"""How long the last transmission may take to be answered.  RFC 8489 would go on for 39.5 s in all; applications that
wait for the end of gathering would wait as long for a server that is not there."""
RELIABLE_TIMEOUT_S: Final = 39.5
"""Ti: over TCP and TLS a request is sent once and given up after this time (section 6.2.2)."""


@attrs.define(eq=False)
class Request(Generic[T]):
    """One request that is not answered yet."""

    transaction_id: bytes
    data: bytes
    about: T
    """What its sender wants to remember of it."""
    next_at: float
    """When to send again or give up."""
    rto_s: float = INITIAL_RTO_S
    attempts: int = 1


class Requests(Generic[T]):
    """The open requests to one server.

    Args:
        reliable: the transport loses nothing, so nothing is sent twice.
    """

    def __init__(self, *, reliable: bool = False) -> None:
        self._reliable = reliable
        self._open: dict[bytes, Request[T]] = {}

    def __len__(self) -> int:
        return len(self._open)

    @property
    def deadline(self) -> float | None:
        """When `expire` has something to do."""
        return min((each.next_at for each in self._open.values()), default=None)

    def add(self, transaction_id: bytes, data: bytes, about: T, now: float) -> None:
        """Remember a request that is being sent for the first time."""
        wait_s = RELIABLE_TIMEOUT_S if self._reliable else INITIAL_RTO_S
        self._open[transaction_id] = Request(transaction_id, data, about, now + wait_s)

    def find(self, transaction_id: bytes) -> T | None:
        """What a response is about; None if nothing of the kind was asked."""
        request = self._open.get(transaction_id)
        return None if request is None else request.about

    def remove(self, transaction_id: bytes) -> None:
        """Forget a request that was answered."""
        self._open.pop(transaction_id, None)

    def expire(self, now: float) -> tuple[list[Request[T]], list[T]]:
        """See to what is due: the requests to be sent again, and what those were about that are given up."""
        again, given_up = [], []
        for request in [each for each in self._open.values() if each.next_at <= now]:
            if self._reliable or request.attempts >= MAX_ATTEMPTS:
                del self._open[request.transaction_id]
                given_up.append(request.about)
            else:
                request.attempts += 1
                request.rto_s *= 2
                request.next_at = now + (LAST_WAIT_S if request.attempts == MAX_ATTEMPTS else request.rto_s)
                again.append(request)
        return again, given_up

    def clear(self) -> None:
        """Forget all."""
        self._open.clear()
