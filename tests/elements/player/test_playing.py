"""PlayerEndpoint with real files, checked by the content that comes out."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trio

from kms_trio.codecs.decoder import AudioDecoder, VideoDecoder
from kms_trio.errors import KurentoError
from kms_trio.generated.core.types import MediaType, UriEndpointState
from kms_trio.media.formats import Format, StreamKind, Want
from kms_trio.testing.clips import picture_number, pitch_hz
from kms_trio.testing.elements import Bench

RAW = Want(StreamKind.RAW)
ENCODED = Want(StreamKind.ENCODED)
ALL = list(range(15))
MakePlayer = Callable[..., Any]


def numbers(pictures: list[Any]) -> list[int | None]:
    return [picture_number(picture) for picture in pictures]


@pytest.mark.parametrize("name", ["clip.webm", "clip.mp4"])
async def test_plays_every_picture_and_the_tone(bench: Bench, player: MakePlayer, clips: Path, name: str) -> None:
    element = player(clips / name)
    video, audio = bench.tap(element, MediaType.VIDEO, RAW), bench.tap(element, MediaType.AUDIO, RAW)
    element.play()
    assert element.state is UriEndpointState.START
    await bench.expect("EndOfStream", element)

    assert numbers(video.units) == ALL
    steps = {later.pts - earlier.pts for earlier, later in itertools.pairwise(video.units)}
    assert all(abs(step - 6_000) <= 90 for step in steps)  # 1/15 s; Matroska rounds to milliseconds
    samples = np.concatenate([block.to_ndarray()[0, ::2] for block in audio.units])
    assert abs(len(samples) - 48_000) < 3_000
    assert abs(pitch_hz(samples[4_000:], 48_000) - 440) < 3
    assert all(later.pts == earlier.pts + earlier.samples for earlier, later in itertools.pairwise(audio.units))

    assert bench.names(element).count("UriEndpointStateChanged") == 2  # START and STOP
    assert element.state is UriEndpointState.STOP
    assert element.position == 0
    assert element.video_info.duration == 0
    assert bench.errors(element) == []


async def test_media_comes_when_it_is_due_and_in_sync(bench: Bench, player: MakePlayer, clips: Path) -> None:
    element = player(clips / "clip.webm")
    video, audio = bench.tap(element, MediaType.VIDEO, RAW), bench.tap(element, MediaType.AUDIO, RAW)
    element.play()
    await bench.expect("EndOfStream", element)
    for tap, rate_hz in ((video, 90_000), (audio, 48_000)):
        first_pts, first_s = tap.units[0].pts, tap.arrivals_s[0]
        for unit, arrival_s in zip(tap.units, tap.arrivals_s, strict=True):
            # Never early; late is the machine's business.
            assert arrival_s - first_s >= (unit.pts - first_pts) / rate_hz - 0.1
    begins = [tap.stream.clock.unix_s(tap.units[0].pts) for tap in (video, audio)]
    assert None not in begins
    assert abs(begins[0] - begins[1]) < 0.02


@pytest.mark.parametrize(
    ("name", "video_name", "audio_format"),
    [
        ("clip.webm", "VP8", Format("OPUS", 48_000, 2)),
        ("clip.mp4", "H264", Format("AAC", 48_000, 2, {"config": "1190"})),
    ],
)
async def test_encoded_media_passes_untouched(
    bench: Bench, player: MakePlayer, clips: Path, name: str, video_name: str, audio_format: Format
) -> None:
    element = player(clips / name, use_encoded_media=True)
    video, audio = bench.tap(element, MediaType.VIDEO, ENCODED), bench.tap(element, MediaType.AUDIO, ENCODED)
    element.play()
    await bench.expect("EndOfStream", element)
    assert bench.context.codecs.running == ()
    assert video.stream.format == Format(video_name, 90_000)
    assert audio.stream.format == audio_format
    assert dict(audio.stream.format.parameters).get("config", "")[:4] == dict(audio_format.parameters).get("config", "")

    assert [unit.key_frame for unit in video.units] == [number % 5 == 0 for number in ALL]
    decoder = VideoDecoder(video.stream.format)
    assert numbers([picture for unit in video.units for picture in decoder.convert(unit)]) == ALL
    audio_decoder = AudioDecoder(audio.stream.format)
    blocks = [block for unit in audio.units for block in audio_decoder.convert(unit)]
    assert abs(pitch_hz(np.concatenate([block.to_ndarray()[0, ::2] for block in blocks])[4_000:], 48_000) - 440) < 3


async def test_h264_from_mp4_has_its_parameter_sets_before_each_key_frame(
    bench: Bench, player: MakePlayer, clips: Path
) -> None:
    element = player(clips / "clip.mp4", use_encoded_media=True)
    video = bench.tap(element, MediaType.VIDEO, ENCODED)
    element.play()
    await video.take(11)
    for unit in (video.units[0], video.units[5], video.units[10]):
        types = [nal[0] & 31 for nal in unit.data.replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1")[1:]]
        assert types.index(7) < types.index(8) < types.index(5)
    await element.close()


async def test_what_the_sink_cannot_take_is_encoded_anew(bench: Bench, player: MakePlayer, clips: Path) -> None:
    element = player(clips / "clip.mp4", use_encoded_media=True)
    want = Want(StreamKind.ENCODED, (Format("VP8", 90_000),))
    video = bench.tap(element, MediaType.VIDEO, want)
    element.play()
    units = await video.take(12)
    decoder = VideoDecoder(Format("VP8", 90_000))
    assert numbers([picture for unit in units for picture in decoder.convert(unit)]) == ALL[:12]
    await element.close()


@pytest.mark.parametrize(
    ("name", "present", "absent"),
    [("video.webm", MediaType.VIDEO, MediaType.AUDIO), ("audio.webm", MediaType.AUDIO, MediaType.VIDEO)],
)
async def test_one_track_is_enough(
    bench: Bench, player: MakePlayer, clips: Path, name: str, present: MediaType, absent: MediaType
) -> None:
    element = player(clips / name)
    taps = {media_type: bench.tap(element, media_type, RAW) for media_type in (present, absent)}
    element.play()
    await bench.expect("EndOfStream", element)
    assert len(taps[present].units) >= 15
    assert taps[absent].streams == []


async def test_pause_keeps_the_place_and_play_goes_on(bench: Bench, player: MakePlayer, clips: Path) -> None:
    element = player(clips / "clip.webm")
    video = bench.tap(element, MediaType.VIDEO, RAW)
    element.play()
    await video.take(5)
    await element.pause()
    assert element.state is UriEndpointState.PAUSE
    place, seen = element.position, len(video.units)
    await trio.sleep(0.3)  # the time that must not pass for the player
    assert (element.position, len(video.units)) == (place, seen)
    await element.pause()
    element.play()
    await bench.expect("EndOfStream", element)
    assert numbers(video.units) == ALL
    assert bench.errors(element) == []
    # The pause is in the timestamps, too, so that they go on fitting the clock.
    gap = video.units[seen].pts - video.units[seen - 1].pts
    assert gap >= 6_000 + 0.3 * 90_000 - 90
    states = [event.state for by, event in bench.events if by is element and hasattr(event, "state")]
    assert [state for state in states if state in UriEndpointState] == ["START", "PAUSE", "START", "STOP"]


async def test_a_player_that_is_paused_before_it_plays_starts_at_the_beginning(
    bench: Bench, player: MakePlayer, clips: Path
) -> None:
    element = player(clips / "clip.webm")
    video = bench.tap(element, MediaType.VIDEO, RAW)
    await element.pause()
    assert element.state is UriEndpointState.PAUSE
    element.play()
    assert numbers(await video.take(3)) == [0, 1, 2]
    await element.close()


async def test_stop_and_play_begins_anew_with_the_same_streams(bench: Bench, player: MakePlayer, clips: Path) -> None:
    element = player(clips / "clip.webm")
    video = bench.tap(element, MediaType.VIDEO, RAW)
    element.play()
    element.play()  # nothing happens
    await video.take(4)
    await element.stop()
    assert element.state is UriEndpointState.STOP
    assert element.position == 0
    await element.stop()
    seen = len(video.units)
    element.play()
    await bench.expect("EndOfStream", element)
    assert numbers(video.units[seen:]) == ALL
    assert len(video.streams) == 1
    assert all(later.pts > earlier.pts for earlier, later in itertools.pairwise(video.units))
    assert bench.names(element).count("UriEndpointStateChanged") == 4

    element.play()  # and after the end
    await bench.expect("EndOfStream", element, 2)
    assert numbers(video.units[seen + 15 :]) == ALL


async def test_seeking_goes_exactly_there_and_on(bench: Bench, player: MakePlayer, clips: Path) -> None:
    element = player(clips / "clip.webm")
    video, audio = bench.tap(element, MediaType.VIDEO, RAW), bench.tap(element, MediaType.AUDIO, RAW)
    element.play()
    await video.take(2)
    seen, heard = len(video.units), len(audio.units)
    element.position = 800  # picture 12, two after a key frame
    assert element.position == 800
    await bench.expect("EndOfStream", element)
    assert numbers(video.units[seen:]) == [12, 13, 14]
    assert 0.15 < sum(block.samples for block in audio.units[heard:]) / 48_000 < 0.25
    assert all(later.pts > earlier.pts for earlier, later in itertools.pairwise(video.units))


async def test_seeking_back_and_beyond_the_end(bench: Bench, player: MakePlayer, clips: Path) -> None:
    element = player(clips / "clip.mp4")
    video = bench.tap(element, MediaType.VIDEO, RAW)
    element.play()
    await video.take(8)
    seen = len(video.units)
    element.position = -1
    await video.take(seen + 3)
    assert numbers(video.units[seen:])[:3] == [0, 1, 2]
    element.position = 60_000
    await bench.expect("EndOfStream", element)
    assert bench.errors(element) == []


async def test_seeking_encoded_media_begins_at_the_key_frame_before(
    bench: Bench, player: MakePlayer, clips: Path
) -> None:
    element = player(clips / "clip.mp4", use_encoded_media=True)
    video = bench.tap(element, MediaType.VIDEO, ENCODED)
    element.play()
    await video.take(2)
    seen = len(video.units)
    element.position = 800
    await bench.expect("EndOfStream", element)
    assert len(video.units) - seen == 5  # from picture 10
    assert video.units[seen].key_frame


async def test_seeking_needs_something_that_plays(player: MakePlayer, clips: Path) -> None:
    element = player(clips / "clip.webm")
    with pytest.raises(KurentoError, match="Seek fails") as raised:
        element.position = 1_000
    assert raised.value.code == 40700
    assert element.position == 0
    info = element.video_info
    assert (info.is_seekable, info.seekable_init, info.seekable_end, info.duration) == (False, 0, 0, 0)


async def test_video_info_while_playing(bench: Bench, player: MakePlayer, clips: Path) -> None:
    element = player(clips / "clip.webm")
    video = bench.tap(element, MediaType.VIDEO, RAW)
    element.play()
    await video.take(1)
    info = element.video_info
    assert info.is_seekable
    assert abs(info.duration - 1_000) < 60
    assert (info.seekable_init, info.seekable_end) == (0, info.duration)
    await element.close()


async def test_flow_and_transcoding_are_told(bench: Bench, player: MakePlayer, clips: Path) -> None:
    element = player(clips / "clip.webm")
    bench.tap(element, MediaType.VIDEO, Want(StreamKind.ENCODED, (Format("VP8", 90_000),)))
    element.play()
    flow = await bench.expect("MediaFlowOutStateChanged", element)
    assert flow.state == "FLOWING"
    transcoding = await bench.expect("MediaTranscodingStateChanged", element)
    assert transcoding.state == "TRANSCODING"
    await element.close()


async def test_release_while_playing_raises_nothing(bench: Bench, player: MakePlayer, clips: Path) -> None:
    element = player(clips / "clip.webm")
    video = bench.tap(element, MediaType.VIDEO, RAW)
    element.play()
    await video.take(2)
    before = len(bench.events)
    await element.close()
    await element.scope.close()
    assert len(bench.events) == before
