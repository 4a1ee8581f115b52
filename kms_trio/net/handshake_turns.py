"""Handshakes take turns with everything else.

A step of a DTLS handshake takes up to a millisecond of signing and verifying, a hundred times what a packet of media
takes.  A receive loop would carry out all those of a batch before it passes on the media in it, and a crowd that joins
at once would be a pause to those who watch.  So a receive loop only notes whose turn it is; the steps are one task's,
which lets others run after each couple of milliseconds.
"""

from __future__ import annotations

import logging
from collections import deque
from typing import Final, Protocol

import trio

__all__ = ["Handshake", "HandshakeTurns"]

logger = logging.getLogger("kms.webrtc.transport")

TURN_S: Final = 0.002
"""How long the loop may be kept at a time: one or two whole handshakes."""


class Handshake(Protocol):
    """What can go on when it is its turn."""

    @property
    def peer(self) -> str:
        """Whom it is with, for the log."""

    def go_on(self, now: float) -> None:
        """Work off what has come since the last turn."""


class HandshakeTurns:
    """Those who wait, in order.  Each waits once, however often it asks, so that they are as many as peers at most."""

    def __init__(self) -> None:
        self._waiting: deque[Handshake] = deque()
        self._in_line: set[Handshake] = set()
        self._asked = trio.Event()

    def ask(self, handshake: Handshake) -> None:
        """Have it go on when it is its turn."""
        if handshake not in self._in_line:
            self._in_line.add(handshake)
            self._waiting.append(handshake)
            self._asked.set()

    async def run(self) -> None:
        """Give turns, for ever."""
        while True:
            await self._asked.wait()
            self._asked = trio.Event()
            while self._waiting:
                turn_ends = trio.current_time() + TURN_S
                while self._waiting and (now := trio.current_time()) < turn_ends:
                    self._go_on(self._waiting.popleft(), now)
                await trio.lowlevel.checkpoint()

    def _go_on(self, handshake: Handshake, now: float) -> None:
        self._in_line.discard(handshake)
        try:
            handshake.go_on(now)
        except Exception:  # named guard: one peer's handshake must not end those of all
            logger.exception("the handshake with %s could not go on", handshake.peer)
