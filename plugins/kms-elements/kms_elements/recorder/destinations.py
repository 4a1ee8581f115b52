"""Where a recording goes: a file, or an upload by HTTP.

An upload is one POST with `Transfer-Encoding: chunked` (RFC 9112 section 7.1), sent while it is recorded.  It cannot be
repeated, as nothing of it is kept; what a server answers at the end decides.
"""

from __future__ import annotations

import base64
import contextlib
import http.client
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import unquote, urlsplit

from kms_trio.api import file_path

__all__ = ["Destination", "FileDestination", "HttpDestination", "destination_of"]

HTTP_TIMEOUT_S: Final = 10.0
"""For connecting, and for each piece that is sent or received."""


class Destination(Protocol):
    """All methods block, and raise OSError, ValueError or `http.client.HTTPException`."""

    path: Path | None
    """The file, which can be written anew; None for what is gone once it is sent."""

    def prepare(self) -> None:
        """Find out whether it can be written to."""

    def open(self) -> str | HttpBody:
        """What PyAV is to open, or to write to."""

    def finish(self) -> None:
        """All was written."""

    def remove(self) -> None:
        """Nothing was written, and nothing shall be left."""


class FileDestination:
    """A file of the machine; folders are made."""

    def __init__(self, path: Path) -> None:
        self.path: Path | None = path
        self._file = path

    def prepare(self) -> None:
        """Make the file, empty, and its folders."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.open("wb").close()

    def open(self) -> str:
        """Its name, with a prefix that keeps it from being anything else to FFmpeg."""
        return f"file:{self._file}"

    def finish(self) -> None:
        """Nothing is left to do."""

    def remove(self) -> None:
        """Delete it."""
        self._file.unlink(missing_ok=True)


class HttpDestination:
    """One upload.  User and password in the URI become basic authentication (RFC 7617)."""

    def __init__(self, uri: str, content_type: str) -> None:
        self.path: Path | None = None
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
        """Begin the request."""
        self._connection.putrequest("POST", self._target)
        for name, value in self._headers.items():
            self._connection.putheader(name, value)
        self._connection.endheaders()
        self._body = HttpBody(self._connection)
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
    """The body of a request, as a file that can only be written."""

    def __init__(self, connection: http.client.HTTPConnection) -> None:
        self._connection = connection

    def write(self, data: bytes) -> int:
        """Send one chunk."""
        if data:
            try:
                self._connection.send(b"%x\r\n%b\r\n" % (len(data), data))
            except OSError:
                with contextlib.suppress(http.client.HTTPException, TimeoutError):
                    self._check_response()  # a server that refuses says why, and closes
                raise
        return len(data)

    def end(self) -> None:
        """Send the end and read the response."""
        self._connection.send(b"0\r\n\r\n")
        self._check_response()

    def _check_response(self) -> None:
        with self._connection.getresponse() as response:
            if not 200 <= response.status < 300:
                raise UploadRefusedError(f"the server answers {response.status} {response.reason}")


class UploadRefusedError(OSError):
    """What the server said instead of 2xx."""


def destination_of(uri: str, content_type: str) -> Destination:
    """Raises ValueError for URIs that cannot be recorded to."""
    path = file_path(uri)
    if path is not None:
        return FileDestination(path)
    if urlsplit(uri).scheme.lower() in ("http", "https"):
        return HttpDestination(uri, content_type)
    raise ValueError("recordings go to file:, http: and https: URIs")
