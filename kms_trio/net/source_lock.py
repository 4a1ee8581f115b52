"""Whose datagrams one port of plain RTP takes: the source that came first, or the one that was announced.

Nothing authenticates plain RTP, so whoever knows the port can send to it.  A sender rarely sends from the port that it
receives on, so the announced port says nothing; its host does.
"""

from __future__ import annotations

__all__ = ["SourceLock", "host_of"]


def host_of(name: bytes) -> bytes:
    """The address within a socket address as the kernel writes it: 4 bytes, or 16."""
    return name[8:24] if len(name) >= 28 else name[4:8]


class SourceLock:
    """The source of one port.

    `announced_host` (packed, empty if unknown) may take the place of any other; apart from that a source keeps its
    place until it was silent for `hold_s` seconds.
    """

    __slots__ = ("_announced_host", "_heard_at", "_hold_s", "name")

    def __init__(self, announced_host: bytes, hold_s: float) -> None:
        self.name: bytes | None = None
        """The socket address that holds the lock."""
        self._announced_host = announced_host
        self._hold_s = hold_s
        self._heard_at = 0.0

    def admits(self, name: bytes, now: float) -> bool:
        """Whether a packet from `name` may be taken."""
        if self.name is None or name == self.name or now - self._heard_at > self._hold_s:
            return True
        host = host_of(name)
        return host == self._announced_host and host_of(self.name) != host

    def heard(self, name: bytes, now: float) -> bool:
        """A packet from `name` was admitted and taken.  True when that is another source than before."""
        self._heard_at = now
        if name == self.name:
            return False
        self.name = name
        return True
