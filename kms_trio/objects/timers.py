"""Timers for synchronous media code: callbacks at a time, run by one task."""

from __future__ import annotations

import heapq
import itertools
import logging
from collections.abc import Callable

import trio

logger = logging.getLogger(__name__)


class _Timer:
    __slots__ = ("callback",)

    def __init__(self, callback: Callable[[], None]) -> None:
        self.callback: Callable[[], None] | None = callback

    def cancel(self) -> None:
        """Do not call back any more; idempotent."""
        self.callback = None


class TrioTimers:
    """`kms_trio.media.flow.Timers` on Trio's clock, so that tests with a mock clock jump over the waiting."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, _Timer]] = []
        self._order = itertools.count()
        self._wake = trio.Event()

    def now(self) -> float:
        """Seconds of Trio's clock."""
        return trio.current_time()

    def call_later(self, delay_s: float, callback: Callable[[], None]) -> _Timer:
        """Call `callback` in `delay_s`, from the task that runs `run`."""
        timer = _Timer(callback)
        at = self.now() + delay_s
        if not self._heap or at < self._heap[0][0]:
            self._wake.set()
        heapq.heappush(self._heap, (at, next(self._order), timer))
        return timer

    async def run(self) -> None:
        """Call back whatever is due, until cancelled."""
        while True:
            self._call_due()
            self._wake = trio.Event()
            deadline = self._heap[0][0] if self._heap else float("inf")
            with trio.move_on_at(deadline):
                await self._wake.wait()

    def _call_due(self) -> None:
        while self._heap and (self._heap[0][2].callback is None or self._heap[0][0] <= self.now()):
            callback = heapq.heappop(self._heap)[2].callback
            if callback is None:
                continue
            try:
                callback()
            except Exception:
                logger.exception("a media timer failed")
