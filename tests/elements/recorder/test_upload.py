"""Recordings that are uploaded: a real HTTP server, which decodes the chunks itself."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from kms_elements.generated.types import MediaProfileSpecType
from kms_trio.generated.core.types import MediaType, UriEndpointState
from kms_trio.media.formats import Format
from kms_trio.testing.elements import Bench
from tests.elements.recorder.material import AAC, H264, OPUS, VP8, Source, read_file

MakeRecorder = Callable[..., Any]


@attrs.define
class Sink:
    """An HTTP server that keeps one upload."""

    url: str
    folder: Path
    requests: list[tuple[str, str, dict[str, str]]] = attrs.field(factory=list)

    @property
    def body(self) -> Path:
        return self.folder / "body"


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[Sink]:
    found: list[Sink] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            sink = found[0]
            sink.requests.append((self.command, self.path, dict(self.headers)))
            if self.path == "/refused":
                self.send_response(403)
                self.send_header("Content-Length", "0")
                self.send_header("Connection", "close")
                self.end_headers()
                self.close_connection = True
                return
            data = bytearray()
            while size := int(self.rfile.readline(), 16):
                data += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            sink.body.write_bytes(data)
            self.send_response(507 if self.path == "/full" else 201)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found.append(Sink(f"http://me:my%20secret@127.0.0.1:{server.server_address[1]}", tmp_path))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield found[0]
        server.shutdown()
        thread.join()


async def record(bench: Bench, source: Source, element: Any, numbers: range) -> None:
    source.element.connect(element)
    source.anchor(1_000.0)
    element.record()
    source.push(numbers)
    await bench.expect_any(("Recording", "Error"), element)
    await element.stop()
    await bench.expect_any(("Stopped", "Error"), element)


@pytest.mark.parametrize(
    ("profile", "content_type", "video", "audio"),
    [
        ("WEBM", "video/webm", VP8, OPUS),
        ("MP4", "video/mp4", H264, AAC),
        ("MKV", "video/x-matroska", H264, AAC),
        ("FLV", "video/x-flv", H264, AAC),
    ],
)
async def test_everything_arrives(
    bench: Bench,
    recorder: MakeRecorder,
    sink: Sink,
    profile: str,
    content_type: str,
    video: Format,
    audio: Format,
) -> None:
    element = recorder(f"{sink.url}/up/clip?room=1", media_profile=MediaProfileSpecType(profile))
    await record(bench, Source(bench, video, audio), element, range(30))
    assert bench.errors(element) == []
    [(method, path, headers)] = sink.requests
    assert (method, path, headers["Content-Type"]) == ("POST", "/up/clip?room=1", content_type)
    assert headers["Authorization"] == "Basic bWU6bXkgc2VjcmV0"
    contents = read_file(sink.body)
    assert contents.numbers == list(range(30))
    assert len(contents.samples) > 0


async def test_a_picture_is_uploaded(bench: Bench, recorder: MakeRecorder, sink: Sink) -> None:
    source = Source(bench)
    element = recorder(f"{sink.url}/picture", media_profile=MediaProfileSpecType.JPEG_VIDEO_ONLY)
    source.element.connect(element)
    element.record()
    source.push(range(3))
    await bench.expect("Recording", element)
    await element.stop()
    await bench.expect_any(("Stopped", "Error"), element)
    assert bench.errors(element) == []
    assert sink.requests[0][2]["Content-Type"] == "image/jpeg"
    assert read_file(sink.body).numbers == [0]


async def test_what_the_server_says_is_told(
    bench: Bench, recorder: MakeRecorder, sink: Sink, caplog: pytest.LogCaptureFixture
) -> None:
    element = recorder(f"{sink.url}/full")
    await record(bench, Source(bench), element, range(10))
    await bench.expect("Error", element)
    assert bench.errors(element) == [("RESOURCE_ERROR_WRITE", 10)]
    assert "secret" not in caplog.text
    description = [event.description for by, event in bench.events if by is element and type(event).__name__ == "Error"]
    assert "507" in description[0]
    assert "secret" not in description[0]


async def test_a_server_that_refuses_at_once(bench: Bench, recorder: MakeRecorder, sink: Sink) -> None:
    source, element = Source(bench), recorder(f"{sink.url}/refused")
    source.size = (640, 480)
    await record(bench, source, element, range(60))
    await bench.expect("Error", element)
    assert bench.errors(element)[0][0] in ("RESOURCE_ERROR_WRITE", "RESOURCE_ERROR_OPEN")
    await bench.expect("Stopped", element)
    assert element.state is UriEndpointState.STOP


async def test_without_media_nothing_is_requested(bench: Bench, recorder: MakeRecorder, sink: Sink) -> None:
    element = recorder(f"{sink.url}/nothing")
    element.record()
    await element.stop()
    await bench.expect("Error", element)
    assert bench.errors(element) == [("STREAM_ERROR_FAILED", 1)]
    assert sink.requests == []


async def test_a_track_that_comes_too_late_is_told(bench: Bench, recorder: MakeRecorder, sink: Sink) -> None:
    source, element = Source(bench), recorder(f"{sink.url}/late")
    source.element.connect(element)
    source.anchor(1_000.0)
    element.record()
    assert source.audio is not None
    for frame in source.sound(30):
        source.audio.push(frame)
    await bench.expect("Recording", element)  # after two seconds without a picture
    source.push(range(30, 40))
    await bench.expect("Error", element)
    assert bench.errors(element) == [("STREAM_ERROR_FAILED", 1)]
    await element.stop()
    await bench.expect("Stopped", element)
    contents = read_file(sink.body)
    assert contents.codecs == ["opus"] or contents.codecs == ["libopus"]
    assert element.sink_pad(MediaType.VIDEO).want is None
