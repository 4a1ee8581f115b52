from __future__ import annotations

import contextlib
import http.server
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from kms_elements.generated.module import MODULE
from kms_elements.player import PlayerEndpoint
from kms_trio.testing.clips import write_clip
from kms_trio.testing.elements import Bench

SECONDS = 1.0
LIES: Mapping[str, tuple[float, float, bool]] = MappingProxyType(
    {
        "/lying.webm": (2.0, 1.0, False),
        "/short.webm": (0.5, 1.0, False),
        "/broken.webm": (1.0, 0.5, False),
        "/stalling.webm": (1.0, 0.5, True),
    }
)
"""What an HTTP server does with one second of WebM: the part of its length that it promises, the part that it gives,
and whether it then says nothing instead of closing."""


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of clips of one second, 15 numbered pictures, a key frame every third of a second, 440 Hz."""
    folder = tmp_path_factory.mktemp("clips")
    write_clip(folder / "clip.webm", seconds=SECONDS, key_frame_every=5)
    write_clip(folder / "clip.mp4", seconds=SECONDS, key_frame_every=5, video="libx264", audio="aac")
    write_clip(folder / "video.webm", seconds=SECONDS, audio=None)
    write_clip(folder / "audio.webm", seconds=SECONDS, video=None)
    whole = (folder / "clip.webm").read_bytes()
    (folder / "truncated.webm").write_bytes(whole[: len(whole) * 2 // 3])
    (folder / "random.webm").write_bytes(bytes(i * 7919 % 251 for i in range(40_000)))
    (folder / "empty.webm").write_bytes(b"")
    return folder


@pytest.fixture
def player(bench: Bench) -> Callable[..., Any]:
    def make(uri: str | Path, **parameters: Any) -> PlayerEndpoint:
        text = f"file://{uri}" if isinstance(uri, Path) else uri
        made: PlayerEndpoint = bench.make(PlayerEndpoint, MODULE, uri=text, **parameters)
        return made

    return make


@pytest.fixture
def serve_folder() -> Iterator[Callable[[Path], str]]:
    """Serves folders by HTTP; each call gives a base URL."""
    with contextlib.ExitStack() as servers:

        def serve(folder: Path) -> str:
            class Handler(http.server.SimpleHTTPRequestHandler):
                def __init__(self, *arguments: Any) -> None:
                    super().__init__(*arguments, directory=str(folder))

                def log_message(self, *_: object) -> None:
                    pass

            server = servers.enter_context(http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler))
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            servers.callback(thread.join)
            servers.callback(server.shutdown)
            return f"http://127.0.0.1:{server.server_address[1]}"

        yield serve


@pytest.fixture
def http_url(clips: Path) -> Iterator[str]:
    """The base URL of a real HTTP server over the clips; `/secret/` wants user and password."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments, directory=str(clips))

        def do_GET(self) -> None:
            if self.path.startswith("/secret/"):
                if self.headers.get("Authorization") != "Basic bWU6bXkgc2VjcmV0":
                    self.send_response(401)
                    self.send_header("WWW-Authenticate", 'Basic realm="clips"')
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                self.path = self.path.removeprefix("/secret")
            if self.path in LIES:
                promised, given, stalls = LIES[self.path]
                body = (clips / "clip.webm").read_bytes()
                self.send_response(200)
                self.send_header("Content-Length", str(round(promised * len(body))))
                self.end_headers()
                self.wfile.write(body[: round(given * len(body))])
                if stalls:
                    self.wfile.flush()
                    self.rfile.read(1)  # nothing more comes until the client has gone
                self.close_connection = True
                return
            super().do_GET()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()
