"""DataPump: has messages of data channels filtered one by one, elsewhere, in order and without losing any."""

from __future__ import annotations

import collections
from collections.abc import Awaitable, Callable
from typing import Any, Final

from kms_trio.media.callbacks import ignore
from kms_trio.media.frames import DataMessage
from kms_trio.objects.data_filtering import FilteredData

__all__ = ["DataPump"]

MOST_WAITING: Final = 64
"""Messages that wait for the filter before their senders are held up."""


class DataPump:
    """`filter_one` gives the message that goes on, None for none. For the Trio thread.

    `spawn` starts a task of the filter; there is one while messages wait and `ready` says that they can be filtered.
    """

    def __init__(
        self,
        leaving: FilteredData,
        spawn: Callable[..., Any],
        filter_one: Callable[[DataMessage], Awaitable[DataMessage | None]],
        ready: Callable[[], bool] = lambda: True,
    ) -> None:
        self._leaving = leaving
        self._spawn = spawn
        self._filter_one = filter_one
        self._ready = ready
        self._waiting: collections.deque[DataMessage] = collections.deque()
        self._running = False

    def take(self, message: DataMessage) -> None:
        """Have a message filtered; what comes of it goes on behind those before."""
        self._waiting.append(message)
        self._leaving.hold_back(len(self._waiting) >= MOST_WAITING)
        self.go_on()

    def go_on(self) -> None:
        """Filter what waits, now that it can be."""
        if self._waiting and not self._running:
            self._running = True
            self._spawn(self._run)

    def let_go(self) -> None:
        """The filter is gone: nothing is filtered any more."""
        self._waiting.clear()
        self._spawn, self._filter_one, self._ready = ignore, _drop, lambda: False

    async def _run(self) -> None:
        try:
            while self._waiting and self._ready():
                kept = await self._filter_one(self._waiting[0])
                self._waiting.popleft()
                self._leaving.hold_back(len(self._waiting) >= MOST_WAITING)
                if kept is not None:
                    self._leaving.push(kept)
        finally:
            self._running = False


async def _drop(message: DataMessage) -> None:
    """In the place of a filter that is gone."""
