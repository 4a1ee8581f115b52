"""One set of timers for a whole media worker: a heap and a single sleeping task.

Engines, flow detectors and RTCP schedules have thousands of deadlines and no tasks of their own.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import math
from collections.abc import Callable

import trio

__all__ = ["Timer", "WorkerTimers"]

SLACK_S = 0.002
"""How much later than due a timer fires at most when no media flows; else receive loops fire it in time."""
GRIDS_S = ((1.0, 0.1), (0.2, 0.02))
"""Timers that are at least this far off are put on a grid of that width, so that one wake-up serves many of them."""

logger = logging.getLogger("kms.timers")


class Timer:
    """A callback that is due at `when` (monotonic seconds)."""

    __slots__ = ("_callback", "when")

    def __init__(self, when: float, callback: Callable[[], None]) -> None:
        self.when = when
        self._callback: Callable[[], None] | None = callback

    def cancel(self) -> None:
        """Never call back.  Calling this twice, or after the callback ran, does nothing."""
        self._callback = None

    @property
    def pending(self) -> bool:
        """Whether it is still to fire."""
        return self._callback is not None

    def _fire(self) -> None:
        callback, self._callback = self._callback, None
        if callback is None:
            return
        try:
            callback()
        except Exception:  # named guard: one endpoint's timer must not stop everybody's
            logger.exception("a timer callback failed")


class WorkerTimers:
    """`media.flow.Timers` on Trio's clock, so that tests can run it with an autojump clock."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Timer]] = []
        self._order = itertools.count()
        self._scope: trio.CancelScope | None = None

    def now(self) -> float:
        """Trio's clock."""
        return trio.current_time()

    def call_later(self, delay_s: float, callback: Callable[[], None]) -> Timer:
        """Call back after `delay_s`, up to a tenth of it later."""
        when = trio.current_time() + delay_s
        for far_off_s, grid_s in GRIDS_S:
            if delay_s >= far_off_s:
                when = math.ceil(when / grid_s) * grid_s
                break
        return self.call_at(when, callback)

    def call_at(self, when: float, callback: Callable[[], None]) -> Timer:
        """Call back at `when`, on no grid."""
        timer = Timer(when, callback)
        heapq.heappush(self._heap, (when, next(self._order), timer))
        if self._scope is not None and when + SLACK_S < self._scope.deadline:
            self._scope.deadline = when + SLACK_S
        return timer

    def __len__(self) -> int:
        """Timers that are still to fire, cancelled ones left out (for tests and metrics)."""
        return sum(timer.pending for _, _, timer in self._heap)

    async def run(self) -> None:
        """Fire callbacks when they are due, for ever."""
        while True:
            deadline = self._heap[0][0] + SLACK_S if self._heap else float("inf")
            with trio.CancelScope(deadline=deadline) as self._scope:
                await trio.sleep_forever()
            self._scope = None
            self.fire_due(trio.current_time())

    def fire_due(self, now: float) -> None:
        """Fire what is due.  Receive loops, awake anyway, call this too, which spares most wake-ups of `run`."""
        heap = self._heap
        while heap and heap[0][0] <= now:
            heapq.heappop(heap)[2]._fire()
