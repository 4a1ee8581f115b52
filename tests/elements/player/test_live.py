"""Live sources: MPEG-TS in datagrams, RTMP by ffmpeg, servers that stall or lie, schemes that are missing."""

from __future__ import annotations

import itertools
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import av
import pytest
import trio
import trio.testing

from kms_elements.player import source as source_module
from kms_elements.player.failures import SourceError
from kms_elements.player.locations import Network, locate
from kms_elements.player.source import open_container
from kms_trio.generated.core.types import MediaType, UriEndpointState
from kms_trio.media.formats import StreamKind, Want
from kms_trio.objects.uri_policy import UriPolicy
from kms_trio.testing.clips import picture_number, write_clip
from kms_trio.testing.elements import Bench

RAW = Want(StreamKind.RAW)
MakePlayer = Callable[..., Any]


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


class Datagrams:
    """A file whose content leaves in datagrams of seven packets of MPEG-TS."""

    def __init__(self, udp: socket.socket, port: int) -> None:
        self._udp = udp
        self._port = port

    def write(self, data: bytes) -> int:
        for begin in range(0, len(data), 1_316):
            self._udp.sendto(data[begin : begin + 1_316], ("127.0.0.1", self._port))
        return len(data)


class Transmitter:
    """Sends a clip as MPEG-TS in datagrams, again and again, at its pace."""

    def __init__(self, clip: Path, port: int) -> None:
        self._clip = clip
        self._port = port
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        begin, base_s = time.monotonic(), 0.0
        with socket.socket(type=socket.SOCK_DGRAM) as udp, av.open(Datagrams(udp, self._port), "w", "mpegts") as output:
            copies: dict[int, Any] = {}
            while not self._stop.is_set():
                with av.open(str(self._clip)) as clip:
                    for stream in clip.streams:
                        if stream.index not in copies:
                            copies[stream.index] = output.add_stream_from_template(stream)
                    for packet in clip.demux():
                        if self._stop.is_set() or packet.dts is None or packet.pts is None:
                            continue
                        place_s = base_s + float(packet.dts * packet.time_base)
                        self._stop.wait(max(0.0, begin + place_s - time.monotonic()))
                        shift = round(base_s / packet.time_base)
                        packet.dts, packet.pts = packet.dts + shift, packet.pts + shift
                        packet.stream = copies[packet.stream.index]
                        output.mux(packet)
                base_s += 2.2  # sound ends a little later than the pictures


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds, a key frame twice a second."""
    path = tmp_path_factory.mktemp("live") / "clip.ts"
    return write_clip(path, seconds=2.0, video="libx264", audio="aac", key_frame_every=8)


async def test_mpeg_ts_in_datagrams(bench: Bench, player: MakePlayer, clip: Path, port: int) -> None:
    with Transmitter(clip, port):
        element = player(f"udp://127.0.0.1:{port}", network_cache=200)
        video, audio = bench.tap(element, MediaType.VIDEO, RAW), bench.tap(element, MediaType.AUDIO, RAW)
        element.play()
        pictures = await video.take(25)
        await audio.take(20)
        numbers = [picture_number(picture) for picture in pictures]
        assert sum(number is not None for number in numbers) >= 20  # the first may lack their key frame
        steps = [later.pts - earlier.pts for earlier, later in itertools.pairwise(pictures)]
        assert all(step > 0 for step in steps)
        assert not element.video_info.is_seekable
        assert bench.errors(element) == []
        await element.stop()


async def test_rtmp(bench: Bench, player: MakePlayer, clip: Path, port: int, tmp_path: Path) -> None:
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        reason = "ffmpeg is missing: on Debian, apt-get install ffmpeg"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    url = f"rtmp://127.0.0.1:{port}/live/clip"
    command = [ffmpeg, "-v", "error", "-re", "-stream_loop", "-1", "-i", str(clip), "-c", "copy"]
    server = subprocess.Popen([*command, "-f", "flv", "-listen", "1", url])  # noqa: ASYNC220 - it returns at once
    try:
        with trio.fail_after(60):
            element = player(url, network_cache=100)
            video = bench.tap(element, MediaType.VIDEO, RAW)
            while not video.units:
                element.play()  # until the server listens
                await trio.sleep(0.2)
        numbers = [picture_number(picture) for picture in await video.take(20)]
        assert sum(number is not None for number in numbers) >= 15
        server.kill()
        await bench.expect("MediaFlowOutStateChanged", element)
        with trio.fail_after(60):
            while ("STREAM_ERROR_FAILED", 1) not in bench.errors(element):  # noqa: ASYNC110 - after others of its kind
                await trio.sleep(0.01)
        assert element.state is UriEndpointState.START
        await element.stop()
    finally:
        server.kill()
        server.wait()


class Scripted:
    """An RTSP server that answers the first requests with what it is given, and then says nothing any more."""

    def __init__(self, replies: list[str]) -> None:
        self._replies = replies
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._connections: list[socket.socket] = []
        self._thread = threading.Thread(target=self._run)
        self.port: int = self._socket.getsockname()[1]

    def __enter__(self) -> Scripted:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for connection in self._connections:
            connection.close()
        self._thread.join()

    def _run(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self._connections.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        for sequence, reply in enumerate(self._replies, 1):
            try:
                if not connection.recv(65_536):
                    return
                connection.sendall(reply.replace("@", str(sequence)).encode())
            except OSError:
                return


OPTIONS = "RTSP/1.0 200 OK\r\nCSeq: @\r\nPublic: OPTIONS, DESCRIBE, SETUP, PLAY\r\n\r\n"
SDP = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
DESCRIBE = f"RTSP/1.0 200 OK\r\nCSeq: @\r\nContent-Type: application/sdp\r\nContent-Length: {len(SDP)}\r\n\r\n{SDP}"
SETUP = "RTSP/1.0 200 OK\r\nCSeq: @\r\nSession: 1\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n"
PLAY = "RTSP/1.0 200 OK\r\nCSeq: @\r\nSession: 1\r\n\r\n"
LONG = "RTSP/1.0 200 OK\r\nCSeq: @\r\nContent-Type: application/sdp\r\nContent-Length: 2000000000\r\n\r\nv=0\r\n"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_module, "OPEN_TIMEOUT_S", 1.0)


@pytest.mark.parametrize(
    "replies",
    [
        [],
        [OPTIONS],
        [OPTIONS, DESCRIBE],
        [OPTIONS, DESCRIBE, SETUP],
        [OPTIONS, DESCRIBE, SETUP, PLAY],
        [OPTIONS, LONG],
        ["nonsense\r\n\r\n" * 1000],
        ["RTSP/1.0 200 OK\r\n" + "X: y\r\n" * 10_000],
    ],
    ids=["mute", "describe", "setup", "play", "media", "length", "nonsense", "headers"],
)
@pytest.mark.usefixtures("impatient")
async def test_a_server_that_stalls(bench: Bench, player: MakePlayer, replies: list[str]) -> None:
    with Scripted(replies) as server:
        element = player(f"rtspt://127.0.0.1:{server.port}/clip")
        element.play()
        await bench.expect("Error", element)
        assert element.state is UriEndpointState.START
        assert "EndOfStream" not in bench.names(element)
        await element.stop()
        assert element.state is UriEndpointState.STOP


async def test_a_stop_while_a_server_stalls(bench: Bench, player: MakePlayer) -> None:
    with Scripted([OPTIONS]) as server:
        element = player(f"rtspt://127.0.0.1:{server.port}/clip")
        element.play()
        await trio.testing.wait_all_tasks_blocked()
        await element.stop()
        await element.close()
        await element.scope.close()
        assert bench.errors(element) == []


async def test_srt_is_missing_and_says_so(bench: Bench, player: MakePlayer) -> None:
    element = player("srt://127.0.0.1:9000")
    element.play()
    event = await bench.expect("Error", element)
    assert (event.type, event.error_code) == ("UNEXPECTED_ELEMENT_ERROR", 12)
    assert 'No URI handler implemented for "srt"' in event.description


@pytest.mark.parametrize("uri", ["udp://127.0.0.1", "udp://:x", "udp://127.0.0.1:99999"])
def test_udp_needs_a_port(uri: str) -> None:
    with pytest.raises(SourceError, match="INVALID_URI"):
        locate(uri, UriPolicy(), Network())


def test_options_of_ffmpeg_cannot_be_smuggled_in() -> None:
    location = locate("udp://127.0.0.1:5000/x?fifo_size=2000000000&localaddr=0.0.0.0", UriPolicy(), Network())
    assert location.name == "udp://127.0.0.1:5000"


@pytest.mark.parametrize(
    ("scheme", "transport"),
    [("rtsp", None), ("rtspt", "tcp"), ("rtspu", "udp+udp_multicast"), ("rtsph", "http"), ("RTSPT", "tcp")],
)
def test_transports(scheme: str, transport: str | None) -> None:
    network = Network(cache_s=0.1, rtsp_ports=(30_000, 30_010))
    location = locate(f"{scheme}://me:secret@camera:554/a?b#c", UriPolicy(), network)
    assert location.name == "rtsp://me:secret@camera:554/a?b#c"
    assert location.options.get("rtsp_transport") == transport
    assert (location.options["min_port"], location.options["max_port"]) == ("30000", "30010")
    assert location.options["max_delay"] == "50000"
    assert location.live


@pytest.fixture
def mute() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@pytest.mark.usefixtures("impatient")
def test_what_went_wrong_is_told_without_the_password(mute: int) -> None:
    location = locate(f"rtspt://me:secret@127.0.0.1:{mute}/clip", UriPolicy(), Network())
    with pytest.raises(SourceError) as raised:
        open_container(attrs.evolve(location, options={**location.options, "timeout": "500000"}))
    assert "secret" not in str(raised.value)
