"""Sources that are remote, broken or forbidden: the right Error events, and a player that stays usable."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st

from kms_elements.player import whole_file
from kms_elements.player.failures import SourceError
from kms_elements.player.locations import Network, locate
from kms_elements.player.still import open_source
from kms_trio.generated.core.types import MediaType, UriEndpointState
from kms_trio.media.formats import StreamKind, Want
from kms_trio.objects.uri_policy import UriPolicy
from kms_trio.testing.clips import picture_number
from kms_trio.testing.elements import Bench

RAW = Want(StreamKind.RAW)
MakePlayer = Callable[..., Any]


async def test_plays_and_seeks_over_http(bench: Bench, player: MakePlayer, http_url: str) -> None:
    element = player(f"{http_url}/clip.webm")
    video = bench.tap(element, MediaType.VIDEO, RAW)
    element.play()
    await video.take(3)
    assert element.video_info.is_seekable
    await bench.expect("EndOfStream", element)
    assert [picture_number(picture) for picture in video.units] == list(range(15))


@pytest.fixture
def index_last(clips: Path, tmp_path: Path, serve_folder: Callable[[Path], str]) -> str:
    """`far.mp4` has its index behind more than FFmpeg keeps in its buffer; the server has no ranges."""
    content = (clips / "clip.mp4").read_bytes()
    index_at = content.index(b"moov") - 4
    padding = (1_000_000).to_bytes(4, "big") + b"free" + bytes(1_000_000 - 8)
    far = content[:index_at] + padding + content[index_at:]
    (tmp_path / "far.mp4").write_bytes(far)
    (tmp_path / "cut.mp4").write_bytes(far[:-200])
    return serve_folder(tmp_path)


@pytest.mark.parametrize("use_encoded_media", [False, True])
async def test_an_index_behind_the_media(
    bench: Bench, player: MakePlayer, index_last: str, *, use_encoded_media: bool
) -> None:
    element = player(f"{index_last}/far.mp4", use_encoded_media=use_encoded_media)
    video = bench.tap(element, MediaType.VIDEO, RAW)
    element.play()
    await bench.expect("EndOfStream", element)
    assert [picture_number(picture) for picture in video.units] == list(range(15))
    assert bench.errors(element) == []


@pytest.mark.parametrize(("limit", "value"), [("MAX_FETCHED_BYTES", 50_000), ("FETCH_DEADLINE_S", 0.0)])
async def test_what_must_be_fetched_whole_is_bounded(
    bench: Bench, player: MakePlayer, index_last: str, monkeypatch: pytest.MonkeyPatch, limit: str, value: float
) -> None:
    monkeypatch.setattr(whole_file, limit, value)
    element = player(f"{index_last}/far.mp4")
    element.play()
    error = await bench.expect("Error", element)
    assert error.type == "STREAM_ERROR_FAILED"
    assert "the server has no ranges" in error.description


async def test_an_index_that_is_cut_off(bench: Bench, player: MakePlayer, index_last: str) -> None:
    element = player(f"{index_last}/cut.mp4")
    element.play()
    await bench.expect("Error", element)


async def test_user_and_password_are_sent(
    bench: Bench, player: MakePlayer, http_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    wrong = player(f"{http_url}/secret/clip.webm".replace("://", "://me:wrong@"))
    wrong.play()
    await bench.expect("Error", wrong)
    assert "INVALID_URI" in dict(bench.errors(wrong))
    assert "wrong@" not in caplog.text

    element = player(f"{http_url}/secret/clip.webm".replace("://", "://me:my%20secret@"))
    video = bench.tap(element, MediaType.VIDEO, RAW)
    element.play()
    await video.take(3)
    assert bench.errors(element) == []
    await element.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("{http}/absent.webm", [("INVALID_URI", 0), ("UNEXPECTED_ELEMENT_ERROR", 4)]),
        ("http://127.0.0.1:{refused}/clip.webm", [("INVALID_URI", 0), ("UNEXPECTED_ELEMENT_ERROR", 4)]),
        ("file://{clips}/absent.webm", [("INVALID_URI", 0)]),
        ("file://{clips}", [("INVALID_URI", 0)]),
        ("file:///nul%00byte", [("INVALID_URI", 0)]),
        ("file://{clips}/random.webm", [("UNEXPECTED_ELEMENT_ERROR", 4), ("STREAM_ERROR_FAILED", 1)]),
        ("file://{clips}/empty.webm", [("UNEXPECTED_ELEMENT_ERROR", 4), ("STREAM_ERROR_FAILED", 1)]),
        ("foo://bar/clip.webm", [("UNEXPECTED_ELEMENT_ERROR", 12)]),
    ],
)
async def test_failures(
    bench: Bench, player: MakePlayer, clips: Path, http_url: str, uri: str, expected: list[tuple[str, int]]
) -> None:
    element = player(uri.format(http=http_url, refused=free_port(), clips=clips))
    element.play()
    assert element.state is UriEndpointState.START
    await bench.expect("Error", element, len(expected))
    assert bench.errors(element) == expected
    assert element.state is UriEndpointState.START  # until somebody stops it
    assert "EndOfStream" not in bench.names(element)
    await element.stop()
    assert element.state is UriEndpointState.STOP
    element.play()
    await bench.expect("Error", element, 2 * len(expected))


async def test_the_texts_clients_know(bench: Bench, player: MakePlayer, clips: Path) -> None:
    absent, unknown = player(clips / "absent.webm"), player("foo://bar")
    absent.play()
    unknown.play()
    assert (await bench.expect("Error", absent)).description == "Invalid URI"
    description = (await bench.expect("Error", unknown)).description
    assert description.startswith('Error code 12: No URI handler implemented for "foo"., source: kmsplayerendpoint')


async def test_a_player_recovers_when_its_file_appears(
    bench: Bench, player: MakePlayer, clips: Path, tmp_path: Path
) -> None:
    element = player(tmp_path / "later.webm")
    video = bench.tap(element, MediaType.VIDEO, RAW)
    element.play()
    await bench.expect("Error", element)
    (tmp_path / "later.webm").write_bytes((clips / "clip.webm").read_bytes())
    element.play()
    await bench.expect("EndOfStream", element)
    assert len(video.units) == 15


async def test_a_truncated_file_plays_as_far_as_it_goes(bench: Bench, player: MakePlayer, clips: Path) -> None:
    element = player(clips / "truncated.webm")
    video = bench.tap(element, MediaType.VIDEO, RAW)
    element.play()
    await bench.expect("EndOfStream", element)
    shown = [picture_number(picture) for picture in video.units]
    assert 5 <= len(shown) < 15
    assert shown == list(range(len(shown)))
    assert bench.errors(element) == []


async def test_a_server_that_promises_too_much(bench: Bench, player: MakePlayer, http_url: str) -> None:
    element = player(f"{http_url}/lying.webm")
    video = bench.tap(element, MediaType.VIDEO, RAW)
    element.play()
    assert [picture_number(picture) for picture in await video.take(15)] == list(range(15))
    await bench.expect_any(("EndOfStream", "Error"), element)
    await element.stop()


async def test_a_server_that_says_nothing_keeps_nobody_waiting(bench: Bench, player: MakePlayer, clips: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        element = player(f"http://127.0.0.1:{mute.getsockname()[1]}/clip.webm")
        element.play()
        with await trio.to_thread.run_sync(lambda: mute.accept()[0]) as connection:
            assert await trio.to_thread.run_sync(connection.recv, 3) == b"GET"  # it is being opened now
            assert element.position == 0
            await element.pause()
            element.play()
            await element.stop()
            assert element.state is UriEndpointState.STOP
            await element.close()
            await element.scope.close()
            assert bench.errors(element) == []


async def test_a_file_without_media(bench: Bench, player: MakePlayer, tmp_path: Path) -> None:
    subtitles = tmp_path / "only.srt"
    subtitles.write_text("1\n00:00:00,000 --> 00:00:01,000\nhello\n")
    element = player(subtitles)
    element.play()
    await bench.expect("Error", element)
    assert bench.errors(element) == [("INVALID_MEDIA", 0)]


async def test_the_policy_is_asked_first(bench: Bench, player: MakePlayer, clips: Path, tmp_path: Path) -> None:
    bench.context.uri_policy = attrs.evolve(bench.context.uri_policy, read_roots=(tmp_path,))
    element = player(clips / "clip.webm")
    element.play()
    await bench.expect("Error", element)
    assert bench.errors(element) == [("INVALID_URI", 0)]


@pytest.mark.parametrize(
    ("schemes", "followed"), [((), True), (("http", "https"), True), (("http",), False)], ids=["all", "both", "one"]
)
async def test_redirections_lead_to_no_scheme_that_a_client_may_not_name(
    bench: Bench, player: MakePlayer, schemes: tuple[str, ...], followed: bool
) -> None:
    bench.context.uri_policy = attrs.evolve(bench.context.uri_policy, schemes=schemes)
    with socket.socket() as other, socket.socket() as redirecting:
        for listening in (other, redirecting):
            listening.bind(("127.0.0.1", 0))
            listening.listen()
            listening.setblocking(False)
        element = player(f"http://127.0.0.1:{redirecting.getsockname()[1]}/a.webm")
        element.play()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_redirect, redirecting, f"https://127.0.0.1:{other.getsockname()[1]}/b.webm")
            came = trio.Event()
            nursery.start_soon(_close_first, other, came)
            await bench.expect("Error", element)
            assert came.is_set() is followed
            nursery.cancel_scope.cancel()


async def _redirect(listening: socket.socket, location: str) -> None:
    """Send all who come there."""
    while True:
        await trio.lowlevel.wait_readable(listening)
        stream = trio.SocketStream(trio.socket.from_stdlib_socket(listening.accept()[0]))
        async with stream:
            await stream.receive_some()
            await stream.send_all(
                f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
            )


async def _close_first(listening: socket.socket, came: trio.Event) -> None:
    await trio.lowlevel.wait_readable(listening)
    came.set()
    listening.accept()[0].close()


@settings(max_examples=40)
@given(
    flips=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=200),
    name=st.sampled_from(["clip.webm", "clip.mp4"]),
    encoded=st.booleans(),
)
def test_damaged_files_raise_nothing_else(
    clips: Path, tmp_path_factory: pytest.TempPathFactory, flips: list[tuple[float, int]], name: str, encoded: bool
) -> None:
    data = bytearray((clips / name).read_bytes())
    for place, value in flips:
        data[min(len(data) - 1, int(place * len(data)))] = value
    damaged = tmp_path_factory.getbasetemp() / f"damaged-{name}"
    damaged.write_bytes(data)
    try:
        source = open_source(locate(f"file://{damaged}", UriPolicy(), Network()), UriPolicy(), encoded)
        try:
            for turn in range(100):
                if source.read(until_s=turn).ended:
                    break
            source.seek(0.5)
            source.read(until_s=1.0)
        finally:
            source.close()
    except SourceError as error:
        assert error.failures
