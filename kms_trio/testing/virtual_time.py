"""Time that passes when all there is to do has been done, for tests with a whole server, sockets and threads.

Trio's own autojump takes a run whose tasks wait for threads for idle, and jumps to their timeouts.  Here time stands
still while a thread works and while something is on its way through the kernel, so that what happens after 30 seconds
happens after 30 seconds, however slow the machine is, and without waiting for them.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

import trio
import trio.testing

__all__ = ["VirtualClock", "keep_time"]

CUSHION_S: Final = 0.001
"""Real time without anything to do before virtual time passes: the kernel's, from one socket to the other."""


class VirtualClock:
    """A server's `Clock` whose time, of the day too, is that of a run."""

    def __init__(self, clock: trio.testing.MockClock) -> None:
        self._clock = clock
        self._origin_s = time.time() - clock.current_time()

    def monotonic(self) -> float:
        """Seconds of the run."""
        return self._clock.current_time()

    def unix(self) -> float:
        """Seconds since 1970-01-01 UTC, beginning with the machine's."""
        return self._origin_s + self._clock.current_time()


async def keep_time(clock: trio.testing.MockClock, busy: Callable[[], bool] = lambda: False) -> None:
    """Move a clock that stands still from deadline to deadline.  Runs until it is cancelled.

    `busy()` tells of threads that Trio did not start.
    """
    own = trio.CapacityLimiter(1)
    while True:
        await trio.testing.wait_all_tasks_blocked(CUSHION_S)
        if busy() or trio.testing.active_thread_count():
            await trio.to_thread.run_sync(time.sleep, CUSHION_S, limiter=own)
            continue
        await trio.testing.wait_all_tasks_blocked(CUSHION_S)  # what a thread has just come back with is looked at
        if not busy() and not trio.testing.active_thread_count():
            wait_s = trio.lowlevel.current_statistics().seconds_to_next_deadline
            if 0 < wait_s < float("inf"):
                clock.jump(wait_s)
            else:
                await trio.to_thread.run_sync(time.sleep, CUSHION_S, limiter=own)
