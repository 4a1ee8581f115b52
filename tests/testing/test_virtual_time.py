"""Virtual time stands still while something works, and passes when nothing does."""

from __future__ import annotations

import time
from functools import partial

import pytest
import trio
from trio.testing import MockClock

from kms_trio.testing.patience import until
from kms_trio.testing.virtual_time import keep_time

TICK_S = 0.005
WORK_S = 0.1
"""Virtual and real: what makes it work rather than wait is that a thread has it."""


@pytest.fixture
def clock() -> MockClock:
    return MockClock()


class Ticks:
    """How much time has passed while a block ran."""

    count = 0

    async def run(self) -> None:
        while True:
            await trio.sleep(TICK_S)
            self.count += 1


async def test_a_thread_whatever_its_name(clock: MockClock) -> None:
    ticks = Ticks()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(keep_time, clock)
        nursery.start_soon(ticks.run)
        await trio.to_thread.run_sync(partial(time.sleep, WORK_S), thread_name="a worker")
        assert ticks.count == 0
        await until(lambda: ticks.count >= 3)
        nursery.cancel_scope.cancel()


async def test_threads_of_others(clock: MockClock) -> None:
    ticks = Ticks()
    asked: list[int] = []

    def busy() -> bool:
        asked.append(ticks.count)
        return len(asked) < 20

    async with trio.open_nursery() as nursery:
        nursery.start_soon(keep_time, clock, busy)
        nursery.start_soon(ticks.run)
        await until(lambda: ticks.count >= 3)
        nursery.cancel_scope.cancel()
    assert set(asked[:20]) == {0}
