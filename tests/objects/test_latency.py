"""Latency probes: what they measure, and that they keep nothing alive."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kms_trio.generated.core.types import MediaType
from kms_trio.media.flow import TimerHandle
from kms_trio.media.formats import Format
from kms_trio.media.frames import EncodedFrame, RtpPacket
from kms_trio.media.pads import SinkPad
from kms_trio.media.streams import EncodedStream, RtpStream, Stream
from kms_trio.objects.latency import LatencyProbe

VP8 = Format("VP8", 90_000)


class StillTime:
    """Timers and a clock that stand still until a test moves them."""

    def __init__(self) -> None:
        self.now_s = 1_000.0

    def now(self) -> float:
        return self.now_s

    def monotonic(self) -> float:
        return self.now_s

    def unix(self) -> float:
        return self.now_s

    def call_later(self, delay_s: float, callback: Callable[[], None]) -> TimerHandle:
        raise AssertionError("nothing here waits")


class Consumer:
    """An element's own consumer, which counts."""

    taken = 0

    def on_rtp(self, packets: list[RtpPacket], now: float) -> None:
        self.taken += len(packets)

    def on_frame(self, frame: EncodedFrame) -> None:
        self.taken += 1


@pytest.fixture
def time() -> StillTime:
    return StillTime()


@pytest.fixture
def pad(time: StillTime) -> SinkPad:
    return SinkPad(None, MediaType.VIDEO, timers=time, on_stream=lambda _: None)


def feed(pad: SinkPad, stream: Stream[Any] | None) -> None:
    """What a source pad does."""
    pad._receive(stream)


def test_packets_are_measured_from_their_arrival(time: StillTime, pad: SinkPad) -> None:
    stream = RtpStream(VP8)
    stream.attach(Consumer())
    feed(pad, stream)
    probe = LatencyProbe(pad, time, time)
    stream.push([RtpPacket(1, 0, True, b"")], now=999.5)
    assert probe.average_s == 0.5
    for _ in range(200):
        stream.push([RtpPacket(1, 0, True, b"")], now=999.75)
    assert probe.average_s == pytest.approx(0.25, abs=0.01)


def test_frames_are_measured_from_the_arrival_of_their_timestamp(time: StillTime, pad: SinkPad) -> None:
    stream = EncodedStream(VP8)
    stream.attach(Consumer())
    feed(pad, stream)
    probe = LatencyProbe(pad, time, time)
    stream.push(EncodedFrame(b"", 90_000, True))
    assert probe.average_s == 0, "nobody knows yet when it came"
    stream.clock.anchor(0, 998.0)
    stream.push(EncodedFrame(b"", 90_000, True))
    assert probe.average_s == 1.0


def test_a_stream_that_nobody_takes_does_not_run_for_a_probe(time: StillTime, pad: SinkPad) -> None:
    idle = RtpStream(VP8)
    feed(pad, idle)
    probe = LatencyProbe(pad, time, time)
    assert idle.consumers == ()

    running, consumer = RtpStream(VP8), Consumer()
    running.attach(consumer)
    feed(pad, running)
    assert running.consumers == (consumer, probe)
    feed(pad, None)
    assert running.consumers == (consumer,)
    feed(pad, running)
    probe.close()
    assert running.consumers == (consumer,)
    feed(pad, idle)
    feed(pad, running)
    assert running.consumers == (consumer,), "a closed probe follows no more"
