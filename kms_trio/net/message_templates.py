"""Message headers of a forwarding group, made once and copied into the arena for each block."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kms_trio.net.syscalls import MMSGHDR

__all__ = ["MessageTemplates"]

KEPT = 64
"""Shapes of batches whose headers are kept; a stream has a dozen."""


class MessageTemplates:
    """For the legs with these socket addresses (`names`: where they lie in memory)."""

    def __init__(self, names: list[int], namelen: int) -> None:
        self._names = names
        self._namelen = namelen
        self._rows: dict[tuple[int, int], NDArray[np.uint64]] = {}

    def rows(self, packets: int, run: int) -> NDArray[np.uint64]:
        """Headers, as rows of eight words, of one message a leg with `run` of the `packets` packets that it gets.

        The third word, where the vectors lie, is relative to the first leg's; the fifth, where the control message
        lies, is left zero.
        """
        rows = self._rows.get((packets, run))
        if rows is None:
            if len(self._rows) >= KEPT:
                self._rows.clear()
            legs = len(self._names)
            messages = np.zeros(legs, MMSGHDR)
            messages["name"] = self._names
            messages["namelen"] = self._namelen
            messages["iov"] = 16 * packets * np.arange(legs, dtype=np.uint64)
            messages["iovlen"] = run
            messages["controllen"] = 24 if run > 1 else 0
            rows = self._rows[packets, run] = messages.view(np.uint64).reshape(legs, 8)
        return rows
