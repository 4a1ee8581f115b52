from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import attrs
import pytest

from kms_trio.codecs.clocks import clock_at_rate
from kms_trio.codecs.conversion import MAX_RESULTS, Conversion, Overflow
from kms_trio.codecs.encoder import effective_bitrate
from kms_trio.media.timing import MediaClock

JOIN_S = 60.0


class Gated:
    """A converter that doubles numbers, each only when a test lets it."""

    def __init__(self) -> None:
        self.gate = threading.Semaphore(0)
        self.begun = threading.Semaphore(0)

    def convert(self, item: int) -> Sequence[int]:
        self.begun.release()
        self.gate.acquire()
        if item < 0:
            raise ZeroDivisionError("a bug in a converter")
        return (item * 2,)


class Loop:
    """Stands where the Trio run stands: callbacks are kept until the test runs them."""

    def __init__(self) -> None:
        self.callbacks: list[Callable[[], None]] = []
        self.posted = threading.Semaphore(0)

    def post(self, callback: Callable[[], None]) -> None:
        self.callbacks.append(callback)
        self.posted.release()

    def run_one(self) -> None:
        assert self.posted.acquire(timeout=JOIN_S)
        self.callbacks.pop(0)()


@attrs.define
class Setup:
    conversion: Conversion[int, int]
    converter: Gated
    loop: Loop
    results: list[int]


def make(overflow: Overflow, capacity: int = 3) -> Setup:
    converter, loop = Gated(), Loop()
    results: list[int] = []
    conversion: Conversion[int, int] = Conversion(
        "double", lambda: converter, results.append, loop.post, capacity=capacity, overflow=overflow
    )
    conversion.start()
    return Setup(conversion, converter, loop, results)


def fill(setup: Setup) -> None:
    """One item is being converted, three wait."""
    assert setup.conversion.submit(0)
    assert setup.converter.begun.acquire(timeout=JOIN_S)
    assert all(setup.conversion.submit(item) for item in (1, 2, 3))


def finish(setup: Setup, items: int) -> list[int]:
    setup.converter.gate.release(items)
    while len(setup.results) < items:
        setup.loop.run_one()
    setup.conversion.stop()
    assert setup.conversion.join(JOIN_S)
    return setup.results


def test_pictures_lose_the_oldest_when_there_are_too_many() -> None:
    setup = make(Overflow.DROP_OLDEST)
    fill(setup)
    assert not setup.conversion.submit(4)
    assert finish(setup, 4) == [0, 4, 6, 8]
    assert setup.conversion.dropped == 1


def test_encoded_frames_are_all_lost_when_there_are_too_many() -> None:
    setup = make(Overflow.DROP_ALL)
    fill(setup)
    assert not setup.conversion.submit(4)
    assert setup.conversion.submit(5)
    assert finish(setup, 2) == [0, 10]
    assert setup.conversion.dropped == 4


def test_results_are_brought_back_in_batches() -> None:
    setup = make(Overflow.DROP_OLDEST)
    fill(setup)
    setup.converter.gate.release(3)
    assert [setup.converter.begun.acquire(timeout=JOIN_S) for _ in range(3)] == [True] * 3
    assert len(setup.loop.callbacks) == 1  # three results, one wake-up
    setup.loop.run_one()
    assert setup.results == [0, 2, 4]
    setup.converter.gate.release()
    setup.conversion.stop()
    assert setup.conversion.join(JOIN_S)


def test_a_busy_loop_slows_the_worker_down() -> None:
    setup = make(Overflow.DROP_OLDEST, capacity=2 * MAX_RESULTS)
    setup.converter.gate.release(2 * MAX_RESULTS)
    for item in range(MAX_RESULTS + 10):
        setup.conversion.submit(item)
    for _ in range(MAX_RESULTS):
        assert setup.converter.begun.acquire(timeout=JOIN_S)
    assert not setup.converter.begun.acquire(timeout=0.05)  # nobody fetches the results, so no more are made
    while len(setup.results) < MAX_RESULTS + 10:
        setup.loop.run_one()
    setup.conversion.stop()
    assert setup.conversion.join(JOIN_S)


def test_idle_is_who_has_nothing_queued_at_work_or_undelivered() -> None:
    setup = make(Overflow.DROP_OLDEST)
    assert setup.conversion.idle
    setup.conversion.submit(0)
    assert not setup.conversion.idle, "queued"
    assert setup.converter.begun.acquire(timeout=JOIN_S)
    assert not setup.conversion.idle, "at work"
    setup.converter.gate.release()
    assert setup.loop.posted.acquire(timeout=JOIN_S)
    assert not setup.conversion.idle, "made, and not delivered"
    setup.loop.callbacks.pop(0)()
    assert setup.conversion.idle
    setup.conversion.submit(-1)
    setup.converter.gate.release()
    assert setup.conversion.join(JOIN_S)
    assert setup.conversion.idle, "nothing will come of what failed"


def test_nothing_is_delivered_after_the_stop() -> None:
    setup = make(Overflow.DROP_OLDEST)
    fill(setup)
    setup.converter.gate.release(4)
    assert setup.loop.posted.acquire(timeout=JOIN_S)
    setup.conversion.stop()
    assert setup.conversion.join(JOIN_S)
    for callback in setup.loop.callbacks:
        callback()
    assert setup.results == []


def test_a_bug_in_a_converter_ends_its_thread_only(caplog: pytest.LogCaptureFixture) -> None:
    setup = make(Overflow.DROP_OLDEST)
    setup.conversion.submit(-1)
    setup.converter.gate.release()
    assert setup.conversion.join(JOIN_S)
    assert "double: conversion failed" in caplog.text


def test_a_consumer_that_raises_ends_the_conversion_only(caplog: pytest.LogCaptureFixture) -> None:
    def raise_error(_: int) -> None:
        raise ZeroDivisionError("a bug in a consumer")

    converter, loop = Gated(), Loop()
    conversion: Conversion[int, int] = Conversion(
        "double", lambda: converter, raise_error, loop.post, capacity=3, overflow=Overflow.DROP_OLDEST
    )
    conversion.start()
    conversion.submit(1)
    converter.gate.release()
    loop.run_one()
    assert conversion.join(JOIN_S)
    assert "a consumer failed" in caplog.text


def test_a_clock_at_another_rate_is_the_same_clock() -> None:
    clock = MediaClock(8_000)
    view = clock_at_rate(clock, 48_000)
    assert clock_at_rate(clock, 8_000) is clock
    assert view.unix_s(0) is None
    view.anchor(48_000, 100.0)
    assert clock.unix_s(16_000) == pytest.approx(101.0)
    clock.sender_report(80_000, 1_000.0, 1_000.5)
    assert view.synchronized
    assert view.unix_s(528_000) == pytest.approx(1_001.5)
    assert view.timestamp_at(1_001.5) == 528_000


@pytest.mark.parametrize(
    ("wanted", "target", "low", "high", "effective"),
    [
        (None, 300_000, 0, 0, 300_000),
        (2_000_000, 300_000, 0, 0, 2_000_000),
        (2_000_000, 300_000, 0, 1_000_000, 1_000_000),
        (50_000, 300_000, 100_000, 0, 100_000),
    ],
)
def test_effective_bitrate(wanted: int | None, target: int, low: int, high: int, effective: int) -> None:
    @attrs.frozen
    class Bounds:
        encoder_bitrate_bps: int
        min_encoder_bitrate_bps: int
        max_encoder_bitrate_bps: int
        audio_bitrate_bps: int = 0

    assert effective_bitrate(wanted, Bounds(target, low, high)) == effective
