"""HttpPostEndpoint: media files that clients send by HTTP POST, played into a pipeline while they come.

    HTTP body ──▶ (form part) ──▶ UploadPipe (bounded) ║ Source in a thread ──▶ Playback ──▶ pads of the endpoint

One HTTP server serves all endpoints of a media server. An upload goes as fast as its media plays, with a look-ahead:
what is not played yet is not read from the socket.
"""

from __future__ import annotations

from kms_elements.http_post.endpoint import HttpPostEndpoint

__all__ = ["HttpPostEndpoint"]
