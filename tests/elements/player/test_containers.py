"""Every container and codec by its content; the same files damaged; pictures, loops and playlists."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import attrs
import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kms_elements.player.failures import SourceError
from kms_elements.player.locations import FOR_EVER, Network, locate
from kms_elements.player.still import open_source
from kms_trio.generated.core.types import MediaType, UriEndpointState
from kms_trio.media.formats import StreamKind, Want
from kms_trio.objects.uri_policy import UriPolicy
from kms_trio.testing.clips import numbered_picture, picture_number, pitch_hz, write_clip
from kms_trio.testing.elements import Bench
from kms_trio.testing.patience import until
from tests.elements.player.containers import CONTAINERS, write_containers

RAW = Want(StreamKind.RAW)
MakePlayer = Callable[..., Any]
SECONDS = 0.8


@pytest.fixture(scope="session")
def containers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("containers")
    write_containers(folder, SECONDS)
    return folder


def numbers(pictures: list[Any]) -> list[int | None]:
    return [picture_number(picture) for picture in pictures]


@pytest.mark.parametrize("name", CONTAINERS)
async def test_every_container(bench: Bench, player: MakePlayer, containers: Path, name: str) -> None:
    element = player(containers / name)
    video, audio = bench.tap(element, MediaType.VIDEO, RAW), bench.tap(element, MediaType.AUDIO, RAW)
    element.play()
    await bench.expect_any(("EndOfStream", "Error"), element)
    assert bench.errors(element) == []
    if CONTAINERS[name][0] is not None:
        rate = 25 if CONTAINERS[name][0] == "mpeg2video" else 15
        assert numbers(video.units) == list(range(round(SECONDS * rate)))
    samples = np.concatenate([block.to_ndarray()[0, ::2] for block in audio.units])
    assert abs(len(samples) / 48_000 - SECONDS) < 0.1
    assert abs(pitch_hz(samples[6_000:36_000], 48_000) - 440) < 4


@settings(max_examples=60)
@given(
    name=st.sampled_from(sorted(CONTAINERS)),
    keep=st.floats(0, 1),
    flips=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=100),
    encoded=st.booleans(),
)
def test_damage_is_survived(
    containers: Path,
    tmp_path_factory: pytest.TempPathFactory,
    name: str,
    keep: float,
    flips: list[tuple[float, int]],
    encoded: bool,
) -> None:
    """Truncated, bits turned: either a SourceError, or what is left; never an endless amount of it."""
    data = bytearray((containers / name).read_bytes())
    data = data[: max(1, round(len(data) * keep))]
    for place, value in flips:
        data[min(len(data) - 1, int(place * len(data)))] = value
    damaged = tmp_path_factory.getbasetemp() / f"broken-{name}"
    damaged.write_bytes(data)
    try:
        source = open_source(locate(f"file://{damaged}", UriPolicy(), Network()), UriPolicy(), encoded)
        try:
            units, place_s, ended = 0, 0.0, False
            for _ in range(300):
                place_s += 1.0
                batch = source.read(until_s=place_s)
                units += len(batch.units)
                ended = batch.ended
                if ended:
                    break
            assert ended or place_s >= 300  # timestamps may say anything, but reading always comes back
            assert units < 20_000
            if source.seekable:
                source.seek(source.duration_s / 2)
                source.read(until_s=source.duration_s)
        finally:
            source.close()
    except SourceError as error:
        assert error.failures


DAMAGES: Mapping[str, Callable[[random.Random, bytearray], bytearray]] = MappingProxyType(
    {
        "cut": lambda dice, data: data[: dice.randrange(len(data))],
        "head": lambda dice, data: flipped(dice, data, 0.0, 0.1, 8),
        "body": lambda dice, data: flipped(dice, data, 0.1, 1.0, 30),
        "hole": lambda dice, data: data[: len(data) // 2] + bytes(500) + data[len(data) // 2 + 500 :],
    }
)


WHAT_IS_SAID = {"UNEXPECTED_ELEMENT_ERROR", "STREAM_ERROR_FAILED", "INVALID_MEDIA", "INVALID_URI"}


def flipped(dice: random.Random, data: bytearray, begin: float, end: float, count: int) -> bytearray:
    """With some bytes of a part of it replaced."""
    for _ in range(count):
        data[dice.randrange(int(begin * len(data)), max(1, int(end * len(data))))] = dice.randrange(256)
    return data


@pytest.mark.parametrize("name", CONTAINERS)
async def test_a_player_of_damaged_files_plays_the_whole_one_after_them(
    bench: Bench, player: MakePlayer, containers: Path, tmp_path: Path, name: str
) -> None:
    """Always the same damages: something comes, or a clear word; then the file is put right, and played to its end."""
    whole, path = (containers / name).read_bytes(), tmp_path / name
    element = player(path)
    video, audio = bench.tap(element, MediaType.VIDEO, RAW), bench.tap(element, MediaType.AUDIO, RAW)
    for damage, spoil in DAMAGES.items():
        path.write_bytes(spoil(random.Random(f"{name} {damage}"), bytearray(whole)))
        element.play()
        before = len(video.units), len(audio.units), len(bench.events)
        await until(lambda: (len(video.units), len(audio.units), len(bench.events)) != before)  # noqa: B023 - used here
        await element.stop()
    told = bench.errors(element)
    assert {error for error, _ in told} <= WHAT_IS_SAID
    path.write_bytes(whole)
    seen, ended = len(video.units), bench.names(element).count("EndOfStream")
    element.play()
    await bench.expect("EndOfStream", element, ended + 1)
    assert bench.errors(element) == told
    if CONTAINERS[name][0] is not None:
        rate = 25 if CONTAINERS[name][0] == "mpeg2video" else 15
        assert numbers(video.units[seen:]) == list(range(round(SECONDS * rate)))


# Pictures.


@pytest.mark.parametrize("name", ["picture.png", "picture.jpg", "picture.bmp", "picture.webp", "numbered%03d.png"])
async def test_a_picture_is_a_video_of_it(bench: Bench, player: MakePlayer, tmp_path: Path, name: str) -> None:
    numbered_picture(77).to_image().crop((0, 0, 159, 119)).save(tmp_path / name)  # odd sizes, too
    element = player(f"file://{tmp_path}/{name.replace('%', '%25')}")
    video = bench.tap(element, MediaType.VIDEO, RAW)
    element.play()
    shown = await video.take(5)
    assert numbers(shown) == [77] * 5
    assert [later.pts - earlier.pts for earlier, later in itertools.pairwise(shown)] == [6_000] * 4
    assert not element.video_info.is_seekable
    await element.pause()
    element.play()
    await video.take(len(video.units) + 2)
    assert bench.errors(element) == []
    await element.stop()


async def test_a_picture_for_a_while(bench: Bench, player: MakePlayer, tmp_path: Path) -> None:
    numbered_picture(78).to_image().save(tmp_path / "slate.png")
    element = player(f"file://{tmp_path}/slate.png#duration=0.4")
    video = bench.tap(element, MediaType.VIDEO, RAW)
    element.play()
    await bench.expect("EndOfStream", element)
    assert numbers(video.units) == [78] * 6
    assert element.state is UriEndpointState.STOP


async def test_a_broken_picture(bench: Bench, player: MakePlayer, tmp_path: Path) -> None:
    numbered_picture(79).to_image().save(tmp_path / "whole.png")
    (tmp_path / "broken.png").write_bytes((tmp_path / "whole.png").read_bytes()[:60])
    element = player(tmp_path / "broken.png")
    element.play()
    await bench.expect("Error", element)
    assert dict(bench.errors(element)).keys() & {"INVALID_MEDIA", "UNEXPECTED_ELEMENT_ERROR"}


async def test_the_cover_of_a_song_is_no_video(bench: Bench, player: MakePlayer, tmp_path: Path) -> None:
    song = write_clip(tmp_path / "song.mp3", seconds=0.5, video=None, audio="libmp3lame")
    numbered_picture(3).to_image().save(tmp_path / "cover.png")
    with (
        av.open(str(song)) as music,
        av.open(str(tmp_path / "cover.png")) as cover,
        av.open(str(tmp_path / "covered.mp3"), "w") as output,
    ):
        audio = output.add_stream_from_template(music.streams.audio[0])
        picture = output.add_stream_from_template(cover.streams.video[0])
        picture.disposition = av.stream.Disposition.attached_pic
        for source, stream in ((cover, picture), (music, audio)):
            for packet in source.demux():
                if packet.size:
                    packet.stream = stream
                    output.mux(packet)
    element = player(tmp_path / "covered.mp3")
    video, sound = bench.tap(element, MediaType.VIDEO, RAW), bench.tap(element, MediaType.AUDIO, RAW)
    element.play()
    await bench.expect("EndOfStream", element)
    assert video.streams == []
    assert sound.units


# Loops.


@pytest.mark.parametrize("name", ["clip.webm", "clip.mp4", "clip.ts"])
async def test_a_loop_goes_round_without_a_seam(bench: Bench, player: MakePlayer, containers: Path, name: str) -> None:
    element = player(f"file://{containers}/{name}#loop=3")
    video, audio = bench.tap(element, MediaType.VIDEO, RAW), bench.tap(element, MediaType.AUDIO, RAW)
    element.play()
    await bench.expect("EndOfStream", element)
    assert bench.errors(element) == []
    assert numbers(video.units) == list(range(12)) * 3
    steps = [later.pts - earlier.pts for earlier, later in itertools.pairwise(video.units)]
    assert all(0 < step <= 6_000 * 2 for step in steps)
    assert all(later.pts > earlier.pts for earlier, later in itertools.pairwise(audio.units))
    lengths = (video.units[-1].pts / 90_000, audio.units[-1].pts / 48_000)
    assert abs(lengths[0] - lengths[1]) < 0.2  # still in sync


async def test_an_endless_loop_knows_its_place_and_can_be_searched(
    bench: Bench, player: MakePlayer, containers: Path
) -> None:
    element = player(f"file://{containers}/clip.mp4#loop")
    video = bench.tap(element, MediaType.VIDEO, RAW)
    element.play()
    await video.take(30)
    assert 0 <= element.position <= 1_000 * SECONDS + 100
    seen = len(video.units)
    element.position = 600
    after = (await video.take(seen + 5))[seen:]
    assert numbers(after) == [9, 10, 11, 0, 1]
    assert "EndOfStream" not in bench.names(element)
    await element.stop()


@pytest.mark.parametrize(
    ("uri", "name", "rounds", "shown_s"),
    [
        ("file:///a.webm", "file:/a.webm", 1, None),
        ("file:///a.webm#loop", "file:/a.webm", FOR_EVER, None),
        ("file:///a.webm#loop=0", "file:/a.webm", 1, None),
        ("file:///a.webm#loop=7&duration=2.5", "file:/a.webm", 7, 2.5),
        ("file:///a%23loop", "file:/a#loop", 1, None),
        ("file:///clip#1.webm", "file:/clip#1.webm", 1, None),
        ("file:///a#loop=x", "file:/a#loop=x", 1, None),
        ("http://host/a.webm#loop", "http://host/a.webm", FOR_EVER, None),
    ],
)
def test_words_in_the_fragment(uri: str, name: str, rounds: int, shown_s: float | None) -> None:
    location = locate(uri, UriPolicy(), Network())
    assert (location.name, location.rounds, location.shown_s) == (name, rounds, shown_s)


@given(st.text(max_size=60))
def test_any_text_is_a_place_or_an_error(text: str) -> None:
    for prefix in ("", "rtsp://", "udp://", "http://", "file://", "rtmp://"):
        try:
            assert locate(prefix + text, UriPolicy(), Network()).name
        except SourceError as error:
            assert error.failures


# Playlists.


@pytest.fixture(scope="session")
def playlist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """HLS: two seconds in segments."""
    folder = tmp_path_factory.mktemp("hls")
    clip = write_clip(folder / "clip.ts", seconds=2.0, video="libx264", audio="aac", key_frame_every=8)
    with av.open(str(clip)) as source:
        options = {"hls_time": "0.5", "hls_list_size": "0", "hls_playlist_type": "vod"}
        with av.open(str(folder / "list.m3u8"), "w", format="hls", options=options) as output:
            streams = {stream.index: output.add_stream_from_template(stream) for stream in source.streams}
            for packet in source.demux():
                if packet.size:
                    packet.stream = streams[packet.stream.index]
                    output.mux(packet)
    return folder / "list.m3u8"


async def test_hls(bench: Bench, player: MakePlayer, playlist: Path, serve_folder: Callable[[Path], str]) -> None:
    element = player(f"{serve_folder(playlist.parent)}/list.m3u8")
    video = bench.tap(element, MediaType.VIDEO, RAW)
    element.play()
    await bench.expect_any(("EndOfStream", "Error"), element)
    assert bench.errors(element) == []
    assert numbers(video.units) == list(range(30))


async def test_a_playlist_leads_to_no_file_that_must_not_be_read(
    bench: Bench, player: MakePlayer, playlist: Path
) -> None:
    bench.context.uri_policy = attrs.evolve(bench.context.uri_policy, read_roots=(playlist.parent,))
    element = player(playlist)
    element.play()
    await bench.expect("Error", element)
    assert bench.errors(element) == [("INVALID_URI", 0)]
