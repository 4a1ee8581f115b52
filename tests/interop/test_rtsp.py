"""PlayerEndpoint against a real RTSP server: every transport, checked by the content that comes out."""

from __future__ import annotations

import itertools
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pytest
import trio

from kms_elements.generated.module import MODULE
from kms_elements.player import PlayerEndpoint
from kms_trio.codecs.decoder import VideoDecoder
from kms_trio.errors import KurentoError
from kms_trio.generated.core.types import MediaType, UriEndpointState
from kms_trio.media.formats import StreamKind, Want
from kms_trio.testing.clips import picture_number, pitch_hz, write_clip
from kms_trio.testing.elements import Bench, open_bench
from tests.interop.harness.rtsp_server import TCP, UDP, of_camera, of_file, run_rtsp_server

pytestmark = pytest.mark.interop

RAW, ENCODED = Want(StreamKind.RAW), Want(StreamKind.ENCODED)
CAMERA_PICTURES = 45
PATIENCE_S = 60


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with open_bench() as opened:
        yield opened


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three seconds, with a length."""
    return write_clip(tmp_path_factory.mktemp("rtsp") / "clip.webm", seconds=3.0)


@pytest.fixture(scope="session")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three seconds that a server repeats without an end."""
    path = tmp_path_factory.mktemp("rtsp") / "clip.ts"
    return write_clip(path, seconds=CAMERA_PICTURES / 15, video="libx264", audio="aac")


def play(bench: Bench, uri: str, **parameters: Any) -> Any:
    element = bench.make(PlayerEndpoint, MODULE, uri=uri, **parameters)
    element.play()
    return element


async def wait_for(condition: Callable[[], bool]) -> None:
    with trio.fail_after(PATIENCE_S):
        while not condition():  # noqa: ASYNC110 - a condition of media, of which nobody is told
            await trio.sleep(0.01)


def consecutive(numbers: list[int | None]) -> bool:
    """Whether the numbers count upward (from any, round the end of a clip that repeats), as far as they can be read."""
    return all(b in (a + 1, 0) for a, b in itertools.pairwise(numbers) if a is not None and b is not None)


@pytest.mark.parametrize(("scheme", "protocols"), [("rtsp", UDP | TCP), ("rtspu", UDP), ("rtspt", TCP), ("rtsp", TCP)])
async def test_every_picture_and_the_tone(
    bench: Bench, tmp_path: Path, clip: Path, scheme: str, protocols: int
) -> None:
    async with run_rtsp_server(tmp_path, of_file(clip), protocols=protocols) as server:
        element = play(bench, server.url(scheme), network_cache=200)
        video, audio = bench.tap(element, MediaType.VIDEO, RAW), bench.tap(element, MediaType.AUDIO, RAW)
        await bench.expect_any(("EndOfStream", "Error"), element)
        assert bench.errors(element) == []
        assert element.state is UriEndpointState.STOP
        numbers = [picture_number(picture) for picture in video.units]
        # Of packets that come before a player listens, and of those that a busy machine loses, nothing is known.
        assert len(numbers) > 25
        assert consecutive(numbers)
        samples = np.concatenate([block.to_ndarray()[0, ::2] for block in audio.units])
        assert abs(pitch_hz(samples[4_000:80_000], 48_000) - 440) < 4


async def test_credentials_in_the_url(
    bench: Bench, tmp_path: Path, clip: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with run_rtsp_server(tmp_path, of_file(clip), protocols=TCP, user="me", password="my secret") as server:
        wrong = play(bench, server.url(credentials="me:wrong@"))
        await bench.expect("Error", wrong, 2)
        assert bench.errors(wrong) == [("INVALID_URI", 0), ("UNEXPECTED_ELEMENT_ERROR", 4)]
        assert wrong.state is UriEndpointState.START
        assert "wrong@" not in caplog.text

        right = play(bench, server.url(credentials="me:my%20secret@"), network_cache=0)
        await bench.tap(right, MediaType.VIDEO, RAW).take(5)
        assert bench.errors(right) == []
        await right.close()


async def test_rtp_comes_to_the_ports_that_were_configured(bench: Bench, tmp_path: Path, camera: Path) -> None:
    settings = bench.context.settings
    ports = attrs.evolve(settings.player_endpoint, rtsp_client_port_range=(21780, 21799))
    bench.context.settings = attrs.evolve(settings, player_endpoint=ports)
    async with run_rtsp_server(tmp_path, of_camera(camera), protocols=UDP) as server:
        element = play(bench, server.url("rtspu"), use_encoded_media=True, network_cache=0)
        await bench.tap(element, MediaType.VIDEO, ENCODED).take(3)
        table = await trio.Path("/proc/net/udp").read_text()
        bound = [int(line.split()[1].rpartition(":")[2], 16) for line in table.splitlines()[1:]]
        in_range = [port for port in bound if 21780 <= port <= 21799]
        assert len(in_range) >= 4  # RTP and RTCP of two tracks
        await element.close()


async def test_a_camera_that_goes_away_and_comes_back(bench: Bench, tmp_path: Path, camera: Path) -> None:
    async with run_rtsp_server(tmp_path, of_camera(camera)) as server:
        element = play(bench, server.url("rtspt"), network_cache=100)
        video = bench.tap(element, MediaType.VIDEO, RAW)
        await video.take(10)
        assert not element.video_info.is_seekable
        with pytest.raises(KurentoError, match="Seek fails"):
            element.position = 1_000
    await bench.expect("Error", element)
    assert bench.errors(element) == [("STREAM_ERROR_FAILED", 1)]
    assert element.state is UriEndpointState.START
    seen = len(video.units)
    async with run_rtsp_server(tmp_path, of_camera(camera), port=server.port):
        await video.take(seen + 10)
        assert all(later.pts > earlier.pts for earlier, later in itertools.pairwise(video.units))
        assert len(video.streams) == 1
        assert bench.errors(element) == [("STREAM_ERROR_FAILED", 1)]
        await element.stop()
    assert "EndOfStream" not in bench.names(element)


async def test_a_camera_that_stalls_goes_on_when_it_does(bench: Bench, tmp_path: Path, camera: Path) -> None:
    """The server's process stands still: its connections stay, and new ones are made, but nothing is said."""
    async with run_rtsp_server(tmp_path, of_camera(camera)) as server:
        element = play(bench, server.url("rtspt"), network_cache=100)
        video = bench.tap(element, MediaType.VIDEO, RAW)
        await video.take(10)
        server.program.process.send_signal(signal.SIGSTOP)
        try:
            await bench.expect("Error", element)
            assert bench.errors(element) == [("STREAM_ERROR_FAILED", 1)]
            seen = len(video.units)
        finally:
            server.program.process.send_signal(signal.SIGCONT)
        await video.take(seen + 10)
        assert all(later.pts > earlier.pts for earlier, later in itertools.pairwise(video.units))
        assert bench.errors(element) == [("STREAM_ERROR_FAILED", 1)]
        await element.stop()


async def test_a_pause_of_a_camera_leaves_out_what_was_live_meanwhile(
    bench: Bench, tmp_path: Path, camera: Path
) -> None:
    async with run_rtsp_server(tmp_path, of_camera(camera)) as server:
        element = play(bench, server.url("rtspt"), network_cache=100, use_encoded_media=True)
        video = bench.tap(element, MediaType.VIDEO, ENCODED)
        await video.take(5)
        await element.pause()
        seen, place = len(video.units), element.position
        await wait_for(lambda: element.position > place + 500)  # live goes on
        assert len(video.units) == seen
        element.play()
        await video.take(seen + 20)
        assert video.units[seen].key_frame
        decoder = VideoDecoder(video.stream.format)
        pictures: list[Any] = [picture for unit in video.units[seen:] for picture in decoder.convert(unit)]
        numbers = [picture_number(picture) for picture in pictures]
        assert None not in numbers
        assert consecutive(numbers)
        assert bench.errors(element) == []
        await element.close()


async def test_a_recording_on_a_server_can_be_searched(bench: Bench, tmp_path: Path, clip: Path) -> None:
    async with run_rtsp_server(tmp_path, of_file(clip), protocols=TCP) as server:
        element = play(bench, server.url(), network_cache=100)
        video = bench.tap(element, MediaType.VIDEO, RAW)
        await video.take(3)
        assert element.video_info.is_seekable
        assert abs(element.video_info.duration - 3_000) < 200
        seen = len(video.units)
        element.position = 2_000
        await bench.expect_any(("EndOfStream", "Error"), element)
        assert bench.errors(element) == []
        numbers = [picture_number(picture) for picture in video.units[seen:]]
        assert numbers[-1] == 44
        assert len(numbers) < 30  # what lies between was left out
