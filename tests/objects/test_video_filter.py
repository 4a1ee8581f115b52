"""VideoFilter in a pipeline: real pictures, encoders and threads."""

from __future__ import annotations

import itertools
import threading
from collections.abc import AsyncIterator, Iterator
from fractions import Fraction
from typing import Any

import pytest
import trio

from kms_trio.codecs.decoder import VideoDecoder
from kms_trio.codecs.encoder import EncoderControl
from kms_trio.codecs.pictures import Picture, PictureFormat
from kms_trio.codecs.video_encoder import VideoEncoder
from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.generated.core.events import UriEndpointStateChanged
from kms_trio.generated.core.module import MODULE as CORE
from kms_trio.generated.core.types import MediaType, UriEndpointState
from kms_trio.media.formats import RAW_VIDEO, Format, StreamKind, Want
from kms_trio.media.frames import EncodedFrame
from kms_trio.media.streams import EncodedStream, RawStream
from kms_trio.objects.pass_through import PassThrough
from kms_trio.objects.video_filter import VideoFilter
from kms_trio.testing.clips import numbered_picture, picture_number
from kms_trio.testing.elements import Bench, open_bench

RAW = Want(StreamKind.RAW)
VP8 = Format("VP8", 90_000)


class Negative(VideoFilter):
    picture_format = PictureFormat.GRAY

    def process(self, picture: Picture) -> Picture | None:
        return 255 - picture


class Whiter(VideoFilter):
    """Adds one to a corner pixel, so that passes can be counted in lossless pictures."""

    def process(self, picture: Picture) -> Picture | None:
        picture[0, 0] += 1
        return picture


class Failing(VideoFilter):
    """Raises for odd pictures, and returns nonsense for every fourth."""

    count = -1

    def process(self, picture: Picture) -> Picture | None:
        self.count += 1
        if self.count % 2:
            raise ZeroDivisionError("odd")
        if self.count % 4 == 2:
            return "nonsense"  # type: ignore[return-value]  # that is the mistake
        return picture


class Choosy(VideoFilter):
    """Keeps every second picture."""

    kept = True

    def process(self, picture: Picture) -> Picture | None:
        self.kept = not self.kept
        return None if self.kept else picture


class Watcher(VideoFilter):
    """Says for each picture when it was taken."""

    picture_format = PictureFormat.GRAY
    read_only = True

    def process(self, picture: Picture) -> Picture | None:
        self.emit(UriEndpointStateChanged(state=UriEndpointState.START, tags=(f"{self.picture_time_s}",)))
        return picture


class Stuck(VideoFilter):
    """Does not come back before it is let go."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.go_on = threading.Event()
        self.arrived = threading.Event()

    def process(self, picture: Picture) -> Picture | None:
        self.arrived.set()
        self.go_on.wait(30)
        return picture


class Unprepared(VideoFilter):
    def prepare(self) -> None:
        raise KurentoError(ErrorCode.MEDIA_OBJECT_NOT_AVAILABLE, "no model")

    def process(self, picture: Picture) -> Picture | None:
        return picture


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with open_bench() as opened:
        yield opened


def make(bench: Bench, implementation: type[Any]) -> Any:
    return implementation(bench.context, bench.pipeline, CORE.classes["PassThrough"])


class StandingClock:
    """Stands still unless it is set."""

    now_s = 1_700_000_000.0

    def monotonic(self) -> float:
        return self.now_s

    def unix(self) -> float:
        return self.now_s


class Camera:
    """A source of pictures for an element: raw, or VP8 as a camera of today would send it."""

    def __init__(self, bench: Bench, *, encoded: bool = False) -> None:
        self.element = make(bench, PassThrough)
        self.stream: Any = EncodedStream(VP8) if encoded else RawStream(RAW_VIDEO)
        self.element.source_pad(MediaType.VIDEO).set_input(self.stream)
        self._encoder = VideoEncoder(VP8, EncoderControl(500_000)) if encoded else None
        self._pts = 0

    def show(self, number: int) -> Any:
        picture = numbered_picture(number)
        self._pts += 3000
        picture.pts, picture.time_base = self._pts, Fraction(1, 90_000)
        if self._encoder is None:
            self.stream.push(picture)
        else:
            for frame in self._encoder.convert(picture):
                self.stream.push(frame)
        return picture


async def see(camera: Camera, tap: Any, numbers: Iterator[int] | range) -> list[Any]:
    """Show pictures one by one, each when the one before has come through."""
    for number in numbers:
        seen = len(tap.units)
        camera.show(number)
        await tap.take(seen + 1)
    return list(tap.units)


async def test_pictures_come_out_changed_and_in_time(bench: Bench) -> None:
    camera, negative = Camera(bench), make(bench, Negative)
    camera.element.connect(negative)
    tap = bench.tap(negative, MediaType.VIDEO, RAW)
    seen = await see(camera, tap, range(5))
    assert [picture_number(picture) for picture in seen] == [1023 - number for number in range(5)]
    assert [picture.pts for picture in seen] == [3000 * i for i in range(1, 6)]
    assert negative.is_media_flowing_in(MediaType.VIDEO)
    assert negative.is_media_flowing_out(MediaType.VIDEO)


async def test_ten_filters_decode_once_and_encode_once(bench: Bench) -> None:
    camera = Camera(bench, encoded=True)
    filters = [make(bench, Negative if i < 2 else Whiter) for i in range(10)]
    camera.element.connect(filters[0])
    for one, other in itertools.pairwise(filters):
        one.connect(other)
    tap = bench.tap(filters[-1], MediaType.VIDEO, Want(StreamKind.ENCODED, (VP8,)))
    await see(camera, tap, range(700, 704))
    running = bench.context.codecs.running
    assert sorted(name for name in running if not name.startswith("filter")) == ["decode VP8", "encode VP8"]
    assert len(running) == 12
    decoder = VideoDecoder(VP8)
    shown = [picture for frame in tap.units for picture in decoder.convert(frame)]
    assert [picture_number(picture) for picture in shown] == [700, 701, 702, 703]


async def test_ten_filters_all_do_their_work(bench: Bench) -> None:
    camera, filters = Camera(bench), [make(bench, Whiter) for _ in range(10)]
    camera.element.connect(filters[0])
    for one, other in itertools.pairwise(filters):
        one.connect(other)
    tap = bench.tap(filters[-1], MediaType.VIDEO, RAW)
    (seen,) = await see(camera, tap, range(1))
    pixels = seen.to_ndarray(format="bgr24").astype(int)
    assert (pixels[0, 0] - pixels[0, 1] == 10).all()


async def test_what_fails_passes_unfiltered_and_is_told_once_a_second(bench: Bench) -> None:
    clock = bench.context.clock = StandingClock()
    camera, failing = Camera(bench), make(bench, Failing)
    camera.element.connect(failing)
    tap = bench.tap(failing, MediaType.VIDEO, RAW)
    seen = await see(camera, tap, range(6))
    assert [picture_number(picture) for picture in seen] == list(range(6))
    assert failing.failures == 4
    error = await bench.expect("Error", failing)
    assert (error.type, error.error_code) == ("UNEXPECTED_ELEMENT_ERROR", 1)
    assert "ZeroDivisionError: odd" in error.description
    clock.now_s += 1
    await see(camera, tap, range(6, 8))
    assert "got str" in (await bench.expect("Error", failing, 2)).description
    assert len(bench.errors(failing)) == 2


async def test_pictures_can_be_left_out(bench: Bench) -> None:
    camera, choosy = Camera(bench), make(bench, Choosy)
    camera.element.connect(choosy)
    tap = bench.tap(choosy, MediaType.VIDEO, RAW)
    await see(camera, tap, range(1))
    for number in (2, 4):
        camera.show(number - 1)  # left out
        await see(camera, tap, range(number, number + 1))
    assert [picture_number(picture) for picture in tap.units] == [0, 2, 4]


async def test_a_filter_that_looks_gives_the_very_frames_on_and_tells(bench: Bench) -> None:
    camera, watcher = Camera(bench), make(bench, Watcher)
    camera.element.connect(watcher)
    tap = bench.tap(watcher, MediaType.VIDEO, RAW)
    shown = camera.show(3)
    (seen,) = await tap.take(1)
    assert seen is shown
    assert bench.names(watcher).count("UriEndpointStateChanged") == 1


async def test_a_filter_runs_while_nobody_watches(bench: Bench) -> None:
    camera, watcher = Camera(bench), make(bench, Watcher)
    camera.element.connect(watcher)
    camera.show(3)
    await bench.expect("UriEndpointStateChanged", watcher)
    camera.element.disconnect(watcher)
    assert camera.stream.consumers == ()


async def test_a_late_filter_loses_old_pictures_and_keeps_nobody_waiting(bench: Bench) -> None:
    camera, stuck = Camera(bench), make(bench, Stuck)
    camera.element.connect(stuck)
    tap = bench.tap(stuck, MediaType.VIDEO, RAW)
    other = bench.tap(camera.element, MediaType.VIDEO, RAW)
    camera.show(0)
    await trio.to_thread.run_sync(stuck.arrived.wait, 30)
    for number in range(1, 20):
        camera.show(number)
    assert len(other.units) == 20
    stuck.go_on.set()
    seen = await tap.take(3)
    assert [picture_number(picture) for picture in seen] == [0, 18, 19]
    assert stuck.source_pad(MediaType.VIDEO).input.dropped == 17


async def test_bypass_shows_nothing_to_the_filter(bench: Bench) -> None:
    camera, negative = Camera(bench), make(bench, Negative)
    negative.bypass = True
    camera.element.connect(negative)
    tap = bench.tap(negative, MediaType.VIDEO, RAW)
    await see(camera, tap, range(1))
    negative.bypass = False
    seen = await see(camera, tap, range(1, 2))
    assert [picture_number(picture) for picture in seen] == [0, 1022]


async def test_audio_and_data_pass_untouched(bench: Bench) -> None:
    source, negative = make(bench, PassThrough), make(bench, Negative)
    audio, data = EncodedStream(Format("OPUS", 48_000, 2)), EncodedStream(Format("DATA", 1000, 1))
    source.source_pad(MediaType.AUDIO).set_input(audio)
    source.source_pad(MediaType.DATA).set_input(data)
    source.connect(negative)
    for media_type, stream in ((MediaType.AUDIO, audio), (MediaType.DATA, data)):
        tap = bench.tap(negative, media_type, Want(StreamKind.ENCODED))
        assert tap.stream is stream
        frame = EncodedFrame(b"as it is", 960, True)
        stream.push(frame)
        assert tap.units == [frame]
    assert bench.context.codecs.running == ()


async def test_prepare_decides_whether_there_is_a_filter(bench: Bench) -> None:
    with pytest.raises(KurentoError, match="no model"):
        await make(bench, Unprepared).start()


async def test_closing_lets_go_of_the_source(bench: Bench) -> None:
    camera, negative = Camera(bench), make(bench, Negative)
    camera.element.connect(negative)
    tap = bench.tap(negative, MediaType.VIDEO, RAW)
    await see(camera, tap, range(1))
    await negative.close()
    assert camera.stream.consumers == ()
    assert tap.streams == [tap.streams[0], None]
