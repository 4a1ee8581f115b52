"""Serving the web application on its own port."""

from __future__ import annotations

import logging
import socket
from typing import TYPE_CHECKING

import trio

from kms_trio.http.routes import build_web_app
from kms_trio.net.asgi import HttpListenError, listen_http, serve_asgi

if TYPE_CHECKING:
    from kms_trio.http.status import ServerStatus
    from kms_trio.settings import Settings

__all__ = ["HttpListenError", "serve_http"]

logger = logging.getLogger("kms.http")


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}/" if listener.family is socket.AF_INET6 else f"http://{host}:{port}/"


async def serve_http(
    settings: Settings, server: ServerStatus, *, task_status: trio.TaskStatus[str] = trio.TASK_STATUS_IGNORED
) -> None:
    """Serves health and the demo page until cancelled.

    Reports its URL through `task_status` once connections are accepted. Port 0 picks a free one; whether
    the HTTP side is wanted at all is for the caller to decide.

    Raises:
        HttpListenError: address and port cannot be listened on.
    """
    listeners = await listen_http(settings.http.address, settings.http.port)
    try:
        app = build_web_app(settings, server)
        task_status.started(_url(listeners[0]))
        await serve_asgi(app, listeners, logger)
    finally:
        for listener in listeners:
            listener.close()
