"""What one connection has received and not carried out yet: bounded, as whoever reads waits for room.

Reading ahead lets the socket answer WebSocket pings, and notice that it is closed, while a request takes long.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Final

import trio

#: Nothing is read while so many messages wait.
READ_AHEAD_MESSAGES: Final = 32


class Inbox:
    """Messages in the order in which they came. One task fills it, one empties it."""

    def __init__(self) -> None:
        self._messages: deque[str | bytes] = deque()
        self._ended = False
        self._filled = trio.Event()
        self._emptied = trio.Event()

    def __len__(self) -> int:
        return len(self._messages)

    def put(self, messages: Iterable[str | bytes]) -> None:
        """Append messages."""
        self._messages.extend(messages)
        self._filled.set()

    def end(self) -> None:
        """There will be no more."""
        self._ended = True
        self._filled.set()

    def take(self) -> str | bytes:
        """Remove the oldest message, and return it."""
        message = self._messages.popleft()
        if len(self._messages) < READ_AHEAD_MESSAGES:
            self._emptied.set()
        return message

    async def wait(self) -> bool:
        """Wait for a message; False when there will be none any more."""
        if not self._messages and not self._ended:
            self._filled = trio.Event()
            await self._filled.wait()
        return bool(self._messages)

    async def room(self) -> None:
        """Wait until more may be read."""
        if len(self._messages) >= READ_AHEAD_MESSAGES:
            self._emptied = trio.Event()
            await self._emptied.wait()
