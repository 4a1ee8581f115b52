"""Messages that wait to be written to a connection: bounded, since media that waits is worth nothing."""

from __future__ import annotations

import trio

__all__ = ["StreamOutbox"]

MAX_WAITING_BYTES = 256 << 10
"""What waits at most: a third of a second at 6 Mbit/s.  What does not fit is dropped whole and counted."""


class StreamOutbox:
    """Synchronous in, asynchronous out."""

    def __init__(self) -> None:
        self.dropped = 0
        """Messages that did not fit."""
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self._more = trio.Event()

    def put(self, message: bytes) -> None:
        """Have a message written, if it fits."""
        if self._waiting_bytes + len(message) > MAX_WAITING_BYTES:
            self.dropped += 1
            return
        self._waiting.append(message)
        self._waiting_bytes += len(message)
        self._more.set()

    async def write_to(self, stream: trio.abc.SendStream) -> None:
        """Write what is put, until cancelled or until the connection breaks, which its reader learns too."""
        while True:
            await self._more.wait()
            self._more = trio.Event()
            waiting, self._waiting, self._waiting_bytes = self._waiting, [], 0
            try:
                await stream.send_all(b"".join(waiting))
            except (trio.BrokenResourceError, trio.ClosedResourceError):
                return
