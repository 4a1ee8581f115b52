"""The worker's timers on Trio's autojump clock: in time, and few wake-ups."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import trio
from trio.testing import MockClock

from kms_trio.net.deadline_timer import DeadlineTimer
from kms_trio.net.timers import WorkerTimers


@pytest.fixture
async def timers() -> AsyncIterator[WorkerTimers]:
    timers = WorkerTimers()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(timers.run)
        await trio.testing.wait_all_tasks_blocked()
        yield timers
        nursery.cancel_scope.cancel()


@pytest.mark.parametrize("delay_s", [0.0, 0.05, 0.19, 0.2, 0.77, 1.0, 3.21, 30.0])
async def test_never_early_and_hardly_late(autojump_clock: MockClock, timers: WorkerTimers, delay_s: float) -> None:
    fired: list[float] = []
    begin = trio.current_time()
    timers.call_later(delay_s, lambda: fired.append(trio.current_time() - begin))
    await trio.sleep(1.2 * delay_s + 0.01)
    assert len(fired) == 1
    assert delay_s <= fired[0] <= 1.16 * delay_s + 0.003


async def test_a_receive_loop_that_is_awake_fires_what_is_due(autojump_clock: MockClock, timers: WorkerTimers) -> None:
    fired: list[str] = []
    timers.call_later(5.0, lambda: fired.append("later"))
    timers.call_later(1.0, lambda: fired.append("due"))
    timers.fire_due(trio.current_time() + 0.99)
    assert fired == []
    timers.fire_due(trio.current_time() + 1.1)
    assert fired == ["due"]
    assert len(timers) == 1


async def test_timers_of_different_patience_all_fire(autojump_clock: MockClock, timers: WorkerTimers) -> None:
    fired: list[str] = []
    timers.call_later(1.0, lambda: fired.append("patient"))
    cancelled = timers.call_later(0.5, lambda: fired.append("cancelled"))
    cancelled.cancel()
    await trio.sleep(0.95)
    timers.call_later(0.151, lambda: fired.append("strict"))
    await trio.sleep(0.25)
    assert sorted(fired) == ["patient", "strict"]


async def test_a_deadline_that_moves_away_is_not_called_for(autojump_clock: MockClock, timers: WorkerTimers) -> None:
    called: list[float] = []
    begin = trio.current_time()
    timer = DeadlineTimer(timers, lambda now: called.append(now - begin))
    timer.set(begin + 0.1, begin)
    timer.set(begin + 0.15, begin)
    timer.set(begin + 0.05, begin)
    timer.set(begin + 0.12, begin)
    await trio.sleep(0.119)
    assert called == []
    await trio.sleep(0.01)
    assert len(called) == 1
    timer.set(begin + 1.0, trio.current_time())
    timer.set(None, trio.current_time())
    await trio.sleep(2.0)
    assert len(called) == 1
    timer.set(trio.current_time() + 0.1, trio.current_time())
    timer.cancel()
    await trio.sleep(1.0)
    assert len(called) == 1


async def test_what_a_receive_loop_has_fired_wakes_nobody(autojump_clock: MockClock, timers: WorkerTimers) -> None:
    begin = trio.current_time()
    fired: list[str] = []
    timers.call_later(1.0, lambda: fired.append("with media"))
    timers.call_later(3.0, lambda: fired.append("cancelled")).cancel()
    timers.call_later(9.0, lambda: fired.append("last"))
    timers.fire_due(begin + 1.05)
    assert fired == ["with media"]
    assert trio.lowlevel.current_statistics().seconds_to_next_deadline > 8.9
    await trio.sleep(10)
    assert fired == ["with media", "last"]
