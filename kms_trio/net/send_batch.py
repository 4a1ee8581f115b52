"""Which sockets have something to send when a batch of received datagrams is through.

While a batch runs, pushes to many viewers collect in the arenas of their sockets; whatever is pushed at another time
(a player's frames, an encoder's) is sent at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kms_trio.net.send_arena import SendArena

__all__ = ["SendBatch"]


class SendBatch:
    """One for all arenas of a worker."""

    __slots__ = ("_running", "_waiting")

    def __init__(self) -> None:
        self._running = False
        self._waiting: dict[SendArena, None] = {}

    def begin(self) -> None:
        """Hold back what is pushed from now on."""
        self._running = True

    def pushed(self, arena: SendArena) -> None:
        """A push has queued its packets in `arena`."""
        if self._running:
            self._waiting[arena] = None
        else:
            arena.flush()

    def end(self) -> None:
        """Send what was held back."""
        self._running = False
        for arena in self._waiting:
            arena.flush()
        self._waiting.clear()
