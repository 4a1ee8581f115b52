"""Pictures, tracks that come later, gaps, relative URIs and many recorders at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest

from kms_elements.generated.types import MediaProfileSpecType
from kms_trio.generated.core.types import UriEndpointState
from kms_trio.media.formats import Format
from kms_trio.testing.clips import pitch_hz
from kms_trio.testing.elements import Bench
from tests.elements.recorder.material import AAC, H264, OPUS, VP8, Source, read_file

MakeRecorder = Callable[..., Any]


def names_in(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


async def test_a_jpeg_recorder_takes_one_picture(bench: Bench, recorder: MakeRecorder, tmp_path: Path) -> None:
    source = Source(bench)
    element = recorder(tmp_path / "new" / "picture.jpg", media_profile=MediaProfileSpecType.JPEG_VIDEO_ONLY)
    source.element.connect(element)
    assert source.video is not None
    assert source.video.consumers == ()
    element.record()
    source.push(range(10, 14))
    await bench.expect("Recording", element)
    assert element.state is UriEndpointState.START
    assert source.video.consumers == ()  # nothing is decoded any more
    source.push(range(14, 20))
    await element.stop_and_wait()
    await bench.expect("Stopped", element)
    assert bench.errors(element) == []
    assert (tmp_path / "new" / "picture.jpg").read_bytes()[:3] == b"\xff\xd8\xff"
    contents = read_file(tmp_path / "new" / "picture.jpg")
    assert (contents.codecs, contents.numbers) == (["mjpeg"], [10])


async def test_a_jpeg_recorder_without_media(bench: Bench, recorder: MakeRecorder, tmp_path: Path) -> None:
    element = recorder(tmp_path / "picture.jpg", media_profile=MediaProfileSpecType.JPEG_VIDEO_ONLY)
    element.record()
    await element.stop_and_wait()
    await bench.expect("Error", element)
    assert bench.errors(element) == [("STREAM_ERROR_FAILED", 1)]
    assert not (tmp_path / "picture.jpg").exists()


@pytest.mark.parametrize(
    ("profile", "video", "audio"), [("WEBM", VP8, OPUS), ("MP4", H264, AAC), ("MKV", H264, AAC), ("FLV", H264, AAC)]
)
async def test_pictures_that_come_later_are_added(
    bench: Bench, recorder: MakeRecorder, tmp_path: Path, profile: str, video: Format, audio: Format
) -> None:
    path = tmp_path / f"late.{profile.lower()}"
    source, element = Source(bench, video, audio), recorder(path, media_profile=MediaProfileSpecType(profile))
    source.element.connect(element)
    source.anchor(1_000.0)
    element.record()
    assert source.audio is not None
    for frame in source.sound(30):
        source.audio.push(frame)
    await bench.expect("Recording", element)  # after two seconds without a picture
    source.push(range(30, 60))
    await element.stop_and_wait()
    await bench.expect("Stopped", element)
    assert bench.errors(element) == []
    contents = read_file(path)
    assert contents.numbers == list(range(30, 60))
    assert abs(contents.picture_places_s[0] - 2.0) < 0.1
    assert abs(contents.sound_places_s[0]) < 0.1
    assert contents.duration_s is not None
    assert abs(contents.duration_s - 4.0) < 0.2
    assert names_in(tmp_path) == [path.name]
    assert bench.names(element).count("Recording") == 1


@pytest.mark.parametrize(("gaps_fix", "length_s"), [("NONE", 7.0), ("GENPTS", 2.0)])
async def test_gaps(bench: Bench, recorder: MakeRecorder, tmp_path: Path, gaps_fix: str, length_s: float) -> None:
    settings = bench.context.settings
    bench.context.settings = attrs.evolve(
        settings, recorder_endpoint=attrs.evolve(settings.recorder_endpoint, gaps_fix=gaps_fix)
    )
    source, element = Source(bench), recorder()
    source.element.connect(element)
    source.anchor(1_000.0)
    element.record()
    source.push(range(15))
    source.skip_sound(90)
    source.push(range(90, 105))  # five seconds nothing
    await bench.expect("Recording", element)
    await element.stop_and_wait()
    contents = read_file(tmp_path / "recording.webm")
    assert contents.numbers == [*range(15), *range(90, 105)]
    assert contents.duration_s is not None
    assert abs(contents.duration_s - length_s) < 0.2
    assert abs(contents.picture_places_s[-1] - contents.sound_places_s[-1]) < 0.1


async def test_a_name_alone_lies_below_the_default_path(bench: Bench, recorder: MakeRecorder, tmp_path: Path) -> None:
    settings = bench.context.settings
    bench.context.settings = attrs.evolve(
        settings, uri_endpoint=attrs.evolve(settings.uri_endpoint, default_path=f"file://{tmp_path}/default")
    )
    source, element = Source(bench), recorder("rooms/clip.webm")
    source.element.connect(element)
    source.anchor(1_000.0)
    element.record()
    source.push(range(5))
    await bench.expect("Recording", element)
    await element.stop_and_wait()
    assert read_file(tmp_path / "default" / "rooms" / "clip.webm").numbers == list(range(5))


async def test_many_recorders_at_once(bench: Bench, recorder: MakeRecorder, tmp_path: Path) -> None:
    source = Source(bench)
    source.anchor(1_000.0)
    before = threading.active_count()
    elements = [recorder(tmp_path / f"{number}.webm") for number in range(30)]
    for element in elements:
        source.element.connect(element)
        element.record()
    most = 0
    for number in range(0, 60, 5):
        source.push(range(number, number + 5))
        await bench.expect("Recording", elements[-1])
        most = max(most, threading.active_count() - before)
    assert most <= len(elements)  # a thread for each that writes just now, none for those that wait
    for element in elements:
        await element.stop_and_wait()
        await bench.expect("Stopped", element)
    for number in (0, 29):
        contents = read_file(tmp_path / f"{number}.webm")
        assert contents.numbers == list(range(60))
        assert abs(pitch_hz(contents.samples[4_000:90_000], 48_000) - 440) < 4
