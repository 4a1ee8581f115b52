"""Images by URI: files, a real HTTP server, and what is refused."""

from __future__ import annotations

import datetime
import http.server
import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import trio

from kms_trio.codecs.images import decode_image
from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.objects import image_source
from kms_trio.objects.image_source import load_image
from kms_trio.objects.uri_policy import UriPolicy
from kms_trio.rtc.dtls.identity import DtlsIdentity
from kms_trio.testing.patience import PATIENCE_S, until

#: A PNG of one green pixel.
DOT = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415478da6360f8cf00000202010080b5"
    "33d00000000049454e44ae426082"
)
GREEN = [[[0, 255, 0, 255]]]


@contextmanager
def http_server(tls: ssl.SSLContext | None = None, on_left: Callable[[], None] = lambda: None) -> Iterator[str]:
    """A server with a picture and a few traps; yields its authority. `on_left`: a client has had enough of `/drops`."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/dot.png":
                self.send_response(200)
                self.end_headers()
                self.wfile.write(DOT)
            elif self.path.startswith("/to/"):
                self.send_response(302)
                self.send_header("Location", self.path.removeprefix("/to/"))
                self.end_headers()
            elif self.path == "/endless":
                self.send_response(200)
                self.end_headers()
                try:
                    while True:
                        self.wfile.write(bytes(1_000_000))
                except OSError:
                    pass
            elif self.path == "/drops":
                self.send_response(200)
                self.end_headers()
                try:
                    while True:
                        self.wfile.write(b"x")
                        time.sleep(0.001)
                except OSError:
                    on_left()
            else:
                self.send_error(404, "Nothing here")

        def log_message(self, *_: Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.fixture
def http_url() -> Iterator[str]:
    with http_server() as authority:
        yield f"http://{authority}"


@pytest.fixture
def https_url(tmp_path: Path) -> Iterator[str]:
    """The same by TLS, with a certificate that nobody else has signed."""
    pem_file = tmp_path / "server.pem"
    pem_file.write_bytes(DtlsIdentity.generate("ECDSA", datetime.datetime.now(datetime.UTC)).to_pem())
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(pem_file)
    with http_server(tls) as authority:
        yield f"https://{authority}"


async def refusal(uri: str, policy: UriPolicy | None = None) -> KurentoError:
    with pytest.raises(KurentoError) as refused:
        await load_image(uri, policy or UriPolicy())
    return refused.value


@pytest.mark.parametrize("form", ["file://{}/dot.png", "{}/dot.png"])
async def test_files(tmp_path: Path, form: str) -> None:
    assert decode_image(DOT).tolist() == GREEN
    (tmp_path / "dot.png").write_bytes(DOT)
    assert (await load_image(form.format(tmp_path), UriPolicy())).tolist() == GREEN


async def test_names_lie_below_the_default_path(tmp_path: Path) -> None:
    (tmp_path / "dot.png").write_bytes(DOT)
    assert (await load_image("dot.png", UriPolicy(), f"file://{tmp_path}")).tolist() == GREEN


@pytest.mark.parametrize("path", ["/dot.png", "/to//dot.png", "/to//to//dot.png"])
async def test_http(http_url: str, path: str) -> None:
    assert (await load_image(http_url + path, UriPolicy())).tolist() == GREEN


async def test_https_with_a_certificate_of_its_own(https_url: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "imageoverlay"):
        assert (await load_image(f"{https_url}/dot.png", UriPolicy())).tolist() == GREEN
    assert [text.partition(",")[0] for text in caplog.messages] == ["HTTPS is NOT SECURE"]
    error = await refusal(f"{https_url}/missing.png")
    assert "the server answers 404" in error.message


@pytest.mark.parametrize("path", ["/dot.png", "/to//dot.png"])
async def test_https_behind_a_redirection(http_url: str, https_url: str, path: str) -> None:
    assert (await load_image(f"{http_url}/to/{https_url}{path}", UriPolicy())).tolist() == GREEN


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/missing.png", "the server answers 404 Nothing here"),
        ("/to/file:///etc/hostname", "not allowed"),
        ("/to/ftp://127.0.0.1/dot.png", "redirects to what is not HTTP"),
        ("/endless", "larger than"),
    ],
)
async def test_http_failures_say_why(http_url: str, path: str, reason: str) -> None:
    error = await refusal(http_url + path)
    assert error.code == ErrorCode.URI_PATH_FILE_NOT_FOUND
    assert reason in error.message


async def test_what_cannot_be_had_says_why(tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("no image")
    for uri, reason in [
        (f"file://{tmp_path}/missing.png", "No such file"),
        (f"file://{tmp_path}", "Is a directory"),
        (f"file://{tmp_path}/text.png", "not an image"),
        ("ftp://127.0.0.1/dot.png", "only file, http and https"),
        ("http://127.0.0.1:1/dot.png", "refused"),
        ("http://[::1/dot.png", "Invalid"),
    ]:
        error = await refusal(uri)
        assert error.code == ErrorCode.URI_PATH_FILE_NOT_FOUND
        assert reason in error.message


async def test_the_policy_is_asked(tmp_path: Path) -> None:
    (tmp_path / "dot.png").write_bytes(DOT)
    error = await refusal(f"file://{tmp_path}/dot.png", UriPolicy(read_roots=(tmp_path / "allowed",)))
    assert error.code == ErrorCode.MEDIA_OBJECT_ILLEGAL_PARAM_ERROR


async def test_passwords_are_not_told() -> None:
    error = await refusal("http://me:secret@127.0.0.1:1/dot.png")
    assert "secret" not in error.message


async def test_a_server_that_lets_it_drip_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    left = threading.Event()
    monkeypatch.setattr(image_source, "LOAD_DEADLINE_S", 0.2)
    with http_server(on_left=left.set) as authority:
        error = await refusal(f"http://{authority}/drops")
        assert "did not come within" in error.message
        await until(left.is_set)  # the thread has ended, and the connection with it


async def test_images_that_do_not_come_keep_nobody_waiting(http_url: str) -> None:
    """All of them together have more threads than others may use."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(200)
        uri = f"http://127.0.0.1:{silent.getsockname()[1]}/dot.png"
        limiter = trio.to_thread.current_default_thread_limiter()
        async with trio.open_nursery() as nursery:
            for _ in range(int(limiter.total_tokens) + 1):
                nursery.start_soon(load_image, uri, UriPolicy())
            await trio.testing.wait_all_tasks_blocked()
            assert limiter.borrowed_tokens == 0
            with trio.fail_after(PATIENCE_S):
                assert (await load_image(f"{http_url}/dot.png", UriPolicy())).tolist() == GREEN
            nursery.cancel_scope.cancel()
