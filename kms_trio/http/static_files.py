"""The demo page's files, read once at start and answered from memory.

No request ever opens a path, so none can leave the folder. (It also keeps clear of responses that watch for
the client's disconnect: hypercorn announces it from within the last `send` of a response, and such a response
then cancels the closing of its own connection.)
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import attrs
from starlette.requests import Request
from starlette.responses import Response

STATIC_FOLDER = Path(__file__).parent / "static"

_MEDIA_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}


@attrs.frozen
class StaticFile:
    """One file as it is sent."""

    content: bytes
    media_type: str
    etag: str

    def response(self, request: Request) -> Response:
        """200 with the file, or 304 when the client has this very content."""
        headers = {"ETag": self.etag, "Cache-Control": "no-cache"}
        if request.headers.get("if-none-match") == self.etag:
            return Response(status_code=304, headers=headers)
        return Response(self.content, media_type=self.media_type, headers=headers)


def load_static_files(folder: Path = STATIC_FOLDER) -> Mapping[str, StaticFile]:
    """Reads every file of the folder: name to file."""
    files = {}
    for path in sorted(folder.iterdir()):
        media_type = _MEDIA_TYPES.get(path.suffix)
        if media_type is not None:
            content = path.read_bytes()
            files[path.name] = StaticFile(content, media_type, f'"{hashlib.sha256(content).hexdigest()[:24]}"')
    return files
