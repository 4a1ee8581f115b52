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
"""How long a timer that is due may wait for a receive loop to wake up anyway and fire it."""
GRIDS_S = ((1.0, 0.1, 0.03), (0.2, 0.02, 0.01))
"""Timers that are at least this far off are put on a grid of that width, so that one wake-up serves many of them, and
may wait so long: at 30 frames a second there is a wake-up every 33 ms."""

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

    def _is_over(self, now: float) -> bool:
        return self.when <= now or self._callback is None

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
        """By the time at which each has to fire at the latest."""
        self._order = itertools.count()
        self._scope: trio.CancelScope | None = None
        """Of `run`, while it sleeps."""

    def now(self) -> float:
        """Trio's clock."""
        return trio.current_time()

    def call_later(self, delay_s: float, callback: Callable[[], None]) -> Timer:
        """Call back after `delay_s`, up to some tenth of it later."""
        when = trio.current_time() + delay_s
        for far_off_s, grid_s, slack_s in GRIDS_S:
            if delay_s >= far_off_s:
                return self._add(math.ceil(when / grid_s) * grid_s, slack_s, callback)
        return self._add(when, SLACK_S, callback)

    def _add(self, when: float, slack_s: float, callback: Callable[[], None]) -> Timer:
        timer = Timer(when, callback)
        latest = when + slack_s
        heapq.heappush(self._heap, (latest, next(self._order), timer))
        if self._scope is not None and latest < self._scope.deadline:
            self._scope.deadline = latest
        return timer

    def __len__(self) -> int:
        """Timers that are still to fire, cancelled ones left out (for tests and metrics)."""
        return sum(timer.pending for _, _, timer in self._heap)

    async def run(self) -> None:
        """Fire callbacks when they are due, for ever."""
        while True:
            with trio.CancelScope(deadline=self._latest()) as self._scope:
                await trio.sleep_forever()
            self._scope = None
            self.fire_due(trio.current_time())

    def _latest(self) -> float:
        """Until when `run` may sleep."""
        return self._heap[0][0] if self._heap else float("inf")

    def fire_due(self, now: float) -> None:
        """Fire what is due.  Receive loops, awake anyway, call this too, which spares most wake-ups of `run`.

        The heap is ordered by when timers have to fire at the latest, so one that is due may stay behind one that is
        not, until then.
        """
        heap = self._heap
        if not heap or not heap[0][2]._is_over(now):
            return
        while heap and heap[0][2]._is_over(now):
            heapq.heappop(heap)[2]._fire()
        if self._scope is not None:
            self._scope.deadline = self._latest()  # or `run` would wake up for what has fired
