"""Files that are read otherwise than most: without times, without an index, without a key frame where one is wanted."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from kms_trio.generated.core.types import MediaType
from kms_trio.media.formats import Format, StreamKind, Want
from kms_trio.testing.clips import numbered_picture, picture_number, pitch_hz, tone, write_clip
from kms_trio.testing.elements import Bench
from kms_trio.testing.patience import until
from tests.elements.rtp.ffmpeg import require_ffmpeg, run_ffmpeg

RAW = Want(StreamKind.RAW)
ENCODED = Want(StreamKind.ENCODED, (Format("H264", 90_000),))
RATE = 15
B_FRAMES = {"preset": "veryfast", "bf": "2"}
MakePlayer = Callable[..., Any]


def numbers(pictures: list[Any]) -> list[int | None]:
    return [picture_number(picture) for picture in pictures]


async def play(bench: Bench, element: Any) -> tuple[Any, Any]:
    """What comes of both kinds, once the source has ended."""
    taps = bench.tap(element, MediaType.VIDEO, RAW), bench.tap(element, MediaType.AUDIO, RAW)
    element.play()
    await bench.expect_any(("EndOfStream", "Error"), element)
    await bench.settle()
    assert bench.errors(element) == []
    return taps


@pytest.mark.parametrize(("b_frames", "encoded"), [(False, True), (True, False)], ids=["encoded", "B-frames"])
async def test_a_stream_without_a_container(
    bench: Bench, player: MakePlayer, tmp_path: Path, b_frames: bool, encoded: bool
) -> None:
    options = B_FRAMES if b_frames else None
    path = write_clip(tmp_path / "raw.h264", seconds=1.0, video="libx264", audio=None, video_options=options)
    video, _ = await play(bench, player(path, use_encoded_media=encoded))
    assert numbers(video.units) == list(range(RATE))
    steps = np.diff([picture.pts for picture in video.units])
    assert np.allclose(steps, 90_000 / RATE)


async def test_pictures_that_are_numbered_in_another_order(bench: Bench, player: MakePlayer, tmp_path: Path) -> None:
    """AVI has no times for the order of display."""
    path = write_clip(tmp_path / "b.avi", seconds=1.0, video="libx264", audio=None, video_options=B_FRAMES)
    video, _ = await play(bench, player(path))
    assert numbers(video.units) == list(range(RATE))
    assert np.all(np.diff([picture.pts for picture in video.units]) > 0)


@pytest.mark.parametrize("encoded", [False, True], ids=["decoded", "encoded"])
async def test_a_position_between_key_frames_without_an_index(
    bench: Bench, player: MakePlayer, tmp_path: Path, encoded: bool
) -> None:
    """MPEG-TS tells times and no key frames; this has one, at its beginning."""
    path = write_clip(tmp_path / "a.ts", seconds=3.0, video="libx264", audio="aac", key_frame_every=1000)
    element = player(path, use_encoded_media=encoded)
    video, audio = bench.tap(element, MediaType.VIDEO, RAW), bench.tap(element, MediaType.AUDIO, RAW)
    element.play()
    await video.take(3)
    seen = len(video.units)
    element.position = 2000
    await bench.expect_any(("EndOfStream", "Error"), element)
    await bench.settle()
    assert bench.errors(element) == []
    shown = numbers(video.units[seen:])
    last = [number for number in shown if number is not None and number >= 2 * RATE]
    assert last == list(range(2 * RATE, 3 * RATE))
    assert None not in shown
    if encoded:  # from the key frame on, and the sound with it
        assert len(shown) > 2 * RATE
        assert sum(block.samples for block in audio.units) > 2.5 * 48_000
    else:
        assert shown[: -len(last)] in ([], [2 * RATE - 1]), "at most the picture that is shown at that moment"


async def test_a_file_that_begins_between_key_frames(bench: Bench, player: MakePlayer, tmp_path: Path) -> None:
    """More than what is read ahead comes before the first picture that can be decoded."""
    whole = write_clip(tmp_path / "whole.ts", seconds=2.0, video="libx264", audio=None, key_frame_every=RATE)
    with av.open(str(whole)) as source, av.open(str(tmp_path / "cut.ts"), "w") as cut:
        stream = cut.add_stream_from_template(source.streams.video[0])
        for number, packet in enumerate(source.demux(source.streams.video[0])):
            if packet.size and number > 2:
                packet.stream = stream
                cut.mux(packet)
    video, _ = await play(bench, player(tmp_path / "cut.ts"))
    assert numbers(video.units) == list(range(RATE, 2 * RATE))


async def test_sound_and_decoded_pictures_begin_together(bench: Bench, player: MakePlayer, tmp_path: Path) -> None:
    """With `useEncodedMedia`, B-frames are decoded and so begin exactly at a position: then the sound does, too."""
    path = write_clip(
        tmp_path / "b.mp4", seconds=3.0, video="libx264", audio="aac", key_frame_every=1000, video_options=B_FRAMES
    )
    element = player(path, use_encoded_media=True)
    video, audio = bench.tap(element, MediaType.VIDEO, RAW), bench.tap(element, MediaType.AUDIO, RAW)
    element.play()
    await until(lambda: len(video.units) > 2 and len(audio.units) > 2)
    element.position = 2000
    pictures = len(video.units)
    heard = sum(block.samples for block in audio.units)
    await bench.expect_any(("EndOfStream", "Error"), element)
    await bench.settle()
    assert numbers(video.units[pictures:])[-RATE:] == list(range(2 * RATE, 3 * RATE))
    assert sum(block.samples for block in audio.units) - heard < 1.5 * 48_000


@pytest.mark.parametrize("pixels", ["yuv444p", "yuv420p10le"])
async def test_colours_that_browsers_cannot_show_are_encoded_anew(
    bench: Bench, player: MakePlayer, tmp_path: Path, pixels: str
) -> None:
    path = tmp_path / "colours.mp4"
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("libx264", rate=RATE, options={"preset": "ultrafast", "bf": "0"})
        stream.width, stream.height, stream.pix_fmt = 160, 120, pixels
        for number in range(RATE):
            picture = numbered_picture(number).reformat(format=pixels)
            picture.pts, picture.time_base = number, Fraction(1, RATE)
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    element = player(path, use_encoded_media=True)
    tap = bench.tap(element, MediaType.VIDEO, ENCODED)
    element.play()
    await bench.expect_any(("EndOfStream", "Error"), element)
    await bench.settle()
    decoder: Any = av.CodecContext.create("h264", "r")
    pictures = [picture for frame in tap.units for picture in decoder.decode(av.Packet(frame.data))]
    assert numbers(pictures) == list(range(len(pictures)))
    assert {picture.format.name for picture in pictures} == {"yuv420p"}
    assert len(pictures) > RATE / 2


async def test_opus_of_more_channels_than_browsers_can_play_is_encoded_anew(
    bench: Bench, player: MakePlayer, tmp_path: Path
) -> None:
    """It is several streams in a packet, which would be heard as noise."""
    path = tmp_path / "surround.mkv"
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("libopus", rate=48_000)
        stream.layout = "5.1"
        channels = av.AudioResampler(format="flt", layout="5.1", rate=48_000)
        for begin in range(0, 48_000, 960):
            for block in channels.resample(tone(440.0, begin, 960)):
                container.mux(stream.encode(block))
        container.mux(stream.encode(None))
    opus = Format("OPUS", 48_000, 2)
    element = player(path, use_encoded_media=True)
    tap = bench.tap(element, MediaType.AUDIO, Want(StreamKind.ENCODED, (opus,)))
    element.play()
    await bench.expect_any(("EndOfStream", "Error"), element)
    await bench.settle()
    assert bench.errors(element) == []
    decoder: Any = av.CodecContext.create("libopus", "r")
    decoder.sample_rate, decoder.layout = 48_000, "stereo"
    blocks = [block for frame in tap.units for block in decoder.decode(av.Packet(frame.data))]
    samples = np.concatenate([block.to_ndarray().reshape(-1, 2)[:, 0] for block in blocks])
    assert len(samples) > 40_000
    assert abs(pitch_hz(samples[6_000:36_000], 48_000) - 440) < 4


async def test_sound_before_the_beginning_that_an_edit_list_tells(
    bench: Bench, player: MakePlayer, tmp_path: Path
) -> None:
    whole = write_clip(tmp_path / "whole.mp4", seconds=2.0, video="libx264", audio="aac", key_frame_every=1000)
    cut = tmp_path / "cut.mp4"
    command = ["-ss", "0.5", "-i", str(whole), "-c", "copy", str(cut)]
    await run_ffmpeg(require_ffmpeg(), command)
    _, audio = await play(bench, player(cut, use_encoded_media=True))
    samples = np.concatenate([block.to_ndarray()[0, ::2] for block in audio.units])
    assert abs(len(samples) / 48_000 - 1.5) < 0.1
    assert abs(pitch_hz(samples[6_000:36_000], 48_000) - 440) < 4
