"""A hub with ports, sources to feed them, taps on what they give, and a clock that moves when the test says so."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from typing import Any

import attrs
import av
import numpy as np
import numpy.typing as npt

from kms_elements.generated.module import MODULE
from kms_elements.hubs.layout import Place
from kms_trio.api import Hub, HubPort, MediaType
from kms_trio.generated.core.module import MODULE as CORE
from kms_trio.media.formats import RAW_AUDIO, RAW_VIDEO, StreamKind, Want
from kms_trio.media.streams import RawStream, Stream
from kms_trio.objects.media_element import MediaElement
from kms_trio.objects.pass_through import PassThrough
from kms_trio.testing.clips import numbered_picture, picture_number, tone
from kms_trio.testing.elements import Bench, Tap

RAW = Want(StreamKind.RAW)
BLOCK = 960
"""Samples of 20 ms."""


@attrs.define(eq=False)
class _Timer:
    callback: Callable[[], None] | None

    def cancel(self) -> None:
        self.callback = None


class ManualTimers:
    """`media.flow.Timers` and `clock.Clock` whose time passes by `advance`."""

    def __init__(self) -> None:
        self._now = 100.0
        self._heap: list[tuple[float, int, _Timer]] = []
        self._order = itertools.count()

    def now(self) -> float:
        return self._now

    monotonic = unix = now

    def call_later(self, delay_s: float, callback: Callable[[], None]) -> _Timer:
        timer = _Timer(callback)
        heapq.heappush(self._heap, (self._now + delay_s, next(self._order), timer))
        return timer

    @property
    def pending(self) -> int:
        return sum(timer.callback is not None for _, _, timer in self._heap)

    def advance(self, seconds: float) -> None:
        """Let time pass, firing each timer at its moment."""
        end = self._now + seconds
        while self._heap and self._heap[0][0] <= end + 1e-9:
            when, _, timer = heapq.heappop(self._heap)
            self._now = max(self._now, when)
            callback, timer.callback = timer.callback, None
            if callback is not None:
                callback()
        self._now = end

    def stall(self, seconds: float) -> None:
        """Let time pass as it does for a process that is busy: nothing fires before the end."""
        self._now += seconds
        self.advance(0.0)


class Source:
    """An element with an audio and a video stream that a test pushes into."""

    def __init__(self, bench: Bench, *, audio: Stream[Any] | None = None, video: Stream[Any] | None = None) -> None:
        self.audio: Any = audio or RawStream(RAW_AUDIO)
        self.video: Any = video or RawStream(RAW_VIDEO)
        self.element: MediaElement = bench.make(PassThrough, CORE)
        self.element.source_pad(MediaType.AUDIO).set_input(self.audio)
        self.element.source_pad(MediaType.VIDEO).set_input(self.video)
        self._pts = 0
        self._sample = 0

    def show(self, number: int, width: int = 160, height: int = 120, *, ticks: int = 3600) -> None:
        """Push a numbered picture."""
        picture = numbered_picture(number, width, height)
        self._pts += ticks
        picture.pts = self._pts
        self.video.push(picture)

    def say(self, frequency_hz: float, samples: int = BLOCK) -> None:
        """Push the next samples of a tone."""
        self.audio.push(tone(frequency_hz, self._sample, samples))
        self._sample += samples

    def pause(self, samples: int) -> None:
        """Leave samples out: timestamps go on."""
        self._sample += samples


class Stage:
    """A hub on a bench."""

    def __init__(self, bench: Bench, hub: Hub, timers: ManualTimers) -> None:
        self.bench = bench
        self.hub: Any = hub
        self.timers = timers

    async def port(self, source: Source | None = None) -> HubPort:
        """A new port, fed by `source`."""
        port = HubPort(self.bench.context, self.hub, CORE.classes["HubPort"], hub=self.hub)
        await port.start()
        if source is not None:
            source.element.connect(port)
        return port

    def tap(self, port: HubPort, media_type: MediaType, want: Want = RAW) -> Tap:
        return self.bench.tap(port, media_type, want)

    async def pass_time(self, seconds: float) -> None:
        """Let time pass, and wait until what is due then has come out of the threads that mix, decode and encode."""
        self.timers.advance(seconds)
        await self.bench.settle()

    async def stall(self, seconds: float) -> None:
        """As `pass_time`, but for a process that was busy all that time."""
        self.timers.stall(seconds)
        await self.bench.settle()

    async def sounds(self, tap: Tap, ticks: int, voices: dict[Source, float] | None = None) -> list[av.AudioFrame]:
        """Let `ticks` of 20 ms pass, in each of which sources say something, and return the blocks that come."""
        await self._begin(tap)
        begin = len(tap.units)
        for number in range(ticks):
            for source, frequency_hz in (voices or {}).items():
                source.say(frequency_hz)
            await self.pass_time(BLOCK / 48_000)
            assert len(tap.units) == begin + number + 1, "one block a tick"
        return tap.units[begin:]

    async def pictures(self, tap: Tap, count: int, interval_s: float) -> list[av.VideoFrame]:
        """Let `count` intervals pass, one by one, and return the pictures that come."""
        await self._begin(tap)
        begin = len(tap.units)
        for number in range(count):
            await self.pass_time(interval_s)
            assert len(tap.units) == begin + number + 1, "one picture an interval"
        return tap.units[begin:]

    async def _begin(self, tap: Tap) -> None:
        """What is on its way comes; the first of all comes without time passing."""
        await self.bench.settle()
        if not tap.units:
            await self.pass_time(0.0)
            assert len(tap.units) == 1, "the first one comes at once"


async def open_stage(bench: Bench, implementation: type[Any], **parameters: Any) -> Stage:
    """A hub of that class whose clock stands still until the test moves it."""
    timers = ManualTimers()
    bench.context.timers = bench.context.clock = timers
    hub = bench.make(implementation, MODULE, **parameters)
    await hub.start()
    return Stage(bench, hub, timers)


def number_at(frame: av.VideoFrame, place: Place) -> int | None:
    """The number shown in a part of a picture; None for black and for anything else."""
    return picture_number(av.VideoFrame.from_ndarray(np.ascontiguousarray(_part(frame, place)), format="gray"))


def is_black(frame: av.VideoFrame, place: Place) -> bool:
    """Whether nothing but black is there."""
    return bool((_part(frame, place) <= 16).all())


def _part(frame: av.VideoFrame, place: Place) -> npt.NDArray[np.uint8]:
    gray: npt.NDArray[np.uint8] = frame.to_ndarray(format="gray").astype(np.uint8)
    return gray[place.y : place.y + place.height, place.x : place.x + place.width]


def left(frames: list[av.AudioFrame]) -> npt.NDArray[np.float64]:
    """The left channel of frames of samples, one after another."""
    channel: npt.NDArray[np.float64] = np.concatenate(
        [frame.to_ndarray().reshape(-1, 2)[:, 0] for frame in frames], dtype=np.float64
    )
    return channel


def strength(samples: npt.NDArray[np.float64], frequency_hz: float) -> float:
    """Amplitude of one frequency in samples of 48 kHz."""
    times = np.arange(len(samples)) / 48_000
    window = np.hanning(len(samples))
    wave = np.exp(-2j * np.pi * frequency_hz * times)
    return float(2 * abs((samples * window * wave).sum()) / window.sum())


def typical_strength(samples: npt.NDArray[np.float64], frequency_hz: float) -> float:
    """Amplitude of one frequency in the median block of 20 ms: gaps between blocks do not matter."""
    blocks = samples[: len(samples) // BLOCK * BLOCK].reshape(-1, BLOCK)
    return float(np.median([strength(block, frequency_hz) for block in blocks]))


def largest_step(samples: npt.NDArray[np.float64]) -> float:
    """The largest change from one sample to the next: a click is a large one."""
    return float(np.abs(np.diff(samples)).max())
