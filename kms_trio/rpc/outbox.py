"""What waits to be sent on one connection: bounded, and never waited for by those who raise events.

Replies are taken beyond the bounds, one at most: the next request is not begun before there is `room`.
"""

from __future__ import annotations

from collections import deque
from itertools import islice
from typing import Final

import trio

#: A connection with more than this waiting is not being read, and is given up.
MAX_MESSAGES: Final = 4096
MAX_CHARACTERS: Final = 16 * 2**20

#: What is sent by one write: an endpoint that joins raises a dozen events at once.
MAX_TOGETHER: Final = 64
MAX_CHARACTERS_TOGETHER: Final = 64 * 2**10


#: With less than this waiting there is room for another reply.
ROOM_MESSAGES: Final = 1024
ROOM_CHARACTERS: Final = 2**20


class OutboxFullError(Exception):
    """The client does not read what it asked for."""


class Outbox:
    """Texts in the order in which they are to be sent."""

    def __init__(self, max_messages: int = MAX_MESSAGES, max_characters: int = MAX_CHARACTERS) -> None:
        self._max_messages = max_messages
        self._max_characters = max_characters
        self._texts: deque[str] = deque()
        self._characters = 0
        self._filled = trio.Event()
        self._emptied = trio.Event()
        self._taken = trio.Event()
        self._abandoned = False

    def __len__(self) -> int:
        return len(self._texts)

    def put(self, text: str) -> None:
        """Append a text. Raises OutboxFullError; the overflow policy is to close the connection."""
        if len(self._texts) >= self._max_messages or self._characters + len(text) > self._max_characters:
            raise OutboxFullError
        self.put_reply(text)

    def put_reply(self, text: str) -> None:
        """Append a text, full or not."""
        self._texts.append(text)
        self._characters += len(text)
        self._filled.set()

    async def room(self) -> None:
        """Wait until there is room for another reply, or nothing is sent any more."""
        while not self._abandoned and (len(self._texts) >= ROOM_MESSAGES or self._characters >= ROOM_CHARACTERS):
            self._taken = trio.Event()
            await self._taken.wait()

    def abandon(self) -> None:
        """Nothing is sent any more: the connection is gone."""
        self._abandoned = True
        self._taken.set()

    async def wait(self) -> None:
        """Wait until there is something to send."""
        if not self._texts:
            self._filled = trio.Event()
            await self._filled.wait()

    async def drained(self) -> None:
        """Wait until everything has been sent."""
        if self._texts:
            self._emptied = trio.Event()
            await self._emptied.wait()

    def first(self) -> list[str]:
        """The texts to send next, at least one; they stay here, and count, until `sent`."""
        texts: list[str] = []
        characters = 0
        for text in islice(self._texts, MAX_TOGETHER):
            characters += len(text)
            if texts and characters > MAX_CHARACTERS_TOGETHER:
                break
            texts.append(text)
        return texts

    def sent(self, count: int) -> None:
        """The first texts are on their way."""
        for _ in range(count):
            self._characters -= len(self._texts.popleft())
        self._taken.set()
        if not self._texts:
            self._emptied.set()
