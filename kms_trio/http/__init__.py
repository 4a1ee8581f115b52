"""The HTTP side: health, the demo page and what that page needs to know; later metrics and WHIP.

It listens on its own port, on loopback unless configured otherwise, and knows the rest of the server
only through `ServerStatus`.
"""

from __future__ import annotations

from kms_trio.http.serve import HttpListenError, serve_http
from kms_trio.http.status import ServerStatus

__all__ = ["HttpListenError", "ServerStatus", "serve_http"]
