"""A recording as an upload: a POST with `Transfer-Encoding: chunked` (RFC 9112 section 7.1), sent while it is recorded.

What was sent is kept nowhere, so an upload that breaks cannot be repeated: a copy on disk would need as much room as a
recording and somebody to clean up, which is what recording to a file is for.  Only the connection is tried again, while
nothing has been sent.  From then on every end but a 2xx after the last chunk is an error that says how far it came.
"""

from __future__ import annotations

import base64
import http.client
import re
import select
import socket
import ssl
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

__all__ = ["HttpBody", "HttpDestination", "UploadError"]

HTTP_TIMEOUT_S: Final = 10.0
"""For connecting, for each piece that is sent, and for the answer."""
CONNECT_AGAIN_AFTER_S: Final = (0.5, 1.0, 2.0)
"""A server that is being restarted when the media comes; longer than that and the queue of media runs full."""
MAX_INTERIM_BYTES: Final = 65_536
_BEGINNING: Final = b"HTTP/1."
_STATUS_LINE: Final = re.compile(_BEGINNING.replace(b".", rb"\.") + rb"[01] ([0-9]{3}) ?([^\r\n]{0,200})[^\r\n]*\r?\n")


class UploadError(OSError):
    """What became of an upload, in words that clients may see."""


class HttpDestination:
    """One upload; a `Destination`.  User and password in the URI become basic authentication (RFC 7617)."""

    def __init__(self, uri: str, content_type: str, pause: Callable[[float], None] = time.sleep) -> None:
        self.path: Path | None = None
        self._pause = pause
        parts = urlsplit(uri)
        kind = http.client.HTTPSConnection if parts.scheme.lower() == "https" else http.client.HTTPConnection
        if not parts.hostname:
            raise ValueError("the URI names no host")
        self._connection = kind(parts.hostname, parts.port, timeout=HTTP_TIMEOUT_S)
        self._target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._headers = {"Content-Type": content_type, "Transfer-Encoding": "chunked"}
        if parts.username is not None:
            credentials = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()
            self._headers["Authorization"] = f"Basic {base64.b64encode(credentials).decode()}"
        self._body: HttpBody | None = None

    def prepare(self) -> None:
        """Connect, and let go: servers do not wait for media to come."""
        self._connection.connect()
        self._connection.close()

    def open(self) -> HttpBody:
        """Begin the request; a server that does not listen just now is asked again."""
        for pause_s in (*CONNECT_AGAIN_AFTER_S, None):
            try:
                self._connection.connect()
            except ConnectionError:
                if pause_s is None:
                    raise
                self._pause(pause_s)
            else:
                break
        self._body = HttpBody(self._connection)
        self._body.begin(self._target, self._headers)
        return self._body

    def finish(self) -> None:
        """End the request and hear what the server says."""
        body, self._body = self._body, None
        try:
            if body is not None:
                body.end()
        finally:
            self._connection.close()

    def remove(self) -> None:
        """No request was made."""
        self._connection.close()


class HttpBody:
    """The body of a request over an open connection, as a file that can only be written.

    All methods raise `UploadError`; after the first one nothing is sent any more and each call raises it again.
    """

    def __init__(self, connection: http.client.HTTPConnection) -> None:
        self._connection = connection
        self._sent_bytes = 0
        self._received = b""
        self._answered = False
        self._error: UploadError | None = None

    def begin(self, target: str, headers: dict[str, str]) -> None:
        """Send what comes before the body."""
        self._connection.putrequest("POST", target)
        for name, value in headers.items():
            self._connection.putheader(name, value)
        self._attempt(self._connection.endheaders)

    def write(self, data: bytes) -> int:
        """Send one chunk."""
        if data:
            self._attempt(lambda: self._connection.send(b"%x\r\n%b\r\n" % (len(data), data)))
            self._sent_bytes += len(data)
            self._look_for_answer()
        return len(data)

    def end(self) -> None:
        """Send the end and wait for the answer."""
        self._attempt(lambda: self._connection.send(b"0\r\n\r\n"))
        deadline = time.monotonic() + HTTP_TIMEOUT_S
        while not self._answered:
            remaining_s = deadline - time.monotonic()
            if remaining_s <= 0 or not _readable(self._connection.sock, remaining_s):
                raise self._failed(f"the server has taken all but says nothing for {HTTP_TIMEOUT_S:g} s")
            self._receive()

    def _attempt(self, send: Callable[[], None]) -> None:
        if self._error is not None:
            raise self._error
        try:
            send()
        except TimeoutError as problem:
            raise self._failed(f"the server takes nothing for {HTTP_TIMEOUT_S:g} s") from problem
        except OSError as problem:
            self._look_for_answer()  # a server that refuses says why, and closes
            raise self._failed(f"the connection is broken: {_words(problem)}") from problem

    def _look_for_answer(self) -> None:
        """A server may answer before the end (RFC 9112 section 9.3): who goes on sends gigabytes to nobody."""
        if not self._answered and _readable(self._connection.sock, 0):
            self._receive()

    def _receive(self) -> None:
        """Take what the server says; raises unless it is 2xx, or less than an answer."""
        try:
            data = _receive_now(self._connection.sock)
        except OSError as problem:
            raise self._failed(f"the connection is broken: {_words(problem)}") from problem
        if data is None:
            return
        if not data:
            raise self._failed("the server has closed the connection without an answer")
        self._received += data
        while match := _STATUS_LINE.match(self._received):
            status = int(match[1])
            if status >= 300:
                raise self._failed(f"the server answers {status} {match[2].decode('latin-1')}".rstrip())
            if status >= 200:
                self._answered = True
                return
            _, end, rest = self._received.partition(b"\r\n\r\n")  # 100 Continue and the like
            if not end:
                break
            self._received = rest
        else:
            if b"\n" in self._received or not _BEGINNING.startswith(self._received[: len(_BEGINNING)]):
                raise self._failed("the server does not speak HTTP/1.1")
        if len(self._received) > MAX_INTERIM_BYTES:
            raise self._failed("the server says too much before it answers")

    def _failed(self, what: str) -> UploadError:
        self._error = UploadError(f"{what}, after {self._sent_bytes} bytes of the recording")
        return self._error


def _readable(sock: socket.socket, timeout_s: float) -> bool:
    """Whether something has come within a time (`select` would know low file descriptors only)."""
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(timeout_s * 1000))


def _receive_now(sock: socket.socket) -> bytes | None:
    """What is there to be read: empty at the end of the connection, None if it was nothing for us (TLS has such)."""
    sock.settimeout(0.0)
    try:
        return sock.recv(4096)
    except (BlockingIOError, ssl.SSLWantReadError):
        return None
    except ssl.SSLZeroReturnError:
        return b""
    finally:
        sock.settimeout(HTTP_TIMEOUT_S)


def _words(problem: Exception) -> str:
    return getattr(problem, "strerror", None) or str(problem) or type(problem).__name__
