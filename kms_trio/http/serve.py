"""Serving the web application: hypercorn's Trio worker on a listening socket of ours.

The socket is ours so that a failure inside the HTTP library costs the requests of that moment and nothing
else: the worker is started again on the same socket, and the media server never hears of it.
"""

from __future__ import annotations

import errno
import logging
import os
import socket
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

import hypercorn.trio
import trio
from hypercorn.config import Config
from hypercorn.logging import Logger

from kms_trio.http.routes import build_web_app

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from kms_trio.http.status import ServerStatus
    from kms_trio.settings import Settings

logger = logging.getLogger("kms.http")

_BACKLOG = 100
_GRACE_S = 1.0
_RESTART_DELAY_S = 1.0


class HttpListenError(Exception):
    """The HTTP side cannot listen on the address and port that it was given."""


def _listen(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ip_address(address).version == 6 else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.bind((address, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        reason = "another program listens there" if error.errno == errno.EADDRINUSE else error.strerror
        raise HttpListenError(f"Cannot listen for HTTP on {address} port {port}: {reason}") from error
    listener.setblocking(False)
    return listener


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}/" if listener.family is socket.AF_INET6 else f"http://{host}:{port}/"


class QuietLogger(Logger):
    """Where hypercorn's messages go: our category, its cheerful ones at debug level."""

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.access_logger = None
        self.error_logger = logger

    async def info(self, message: str, *args: Any, **kwargs: Any) -> None:
        """Log at debug level: what it listens on is told by the server itself."""
        logger.debug(message, *args, **kwargs)


def _hypercorn_config(listener: socket.socket) -> Config:
    config = Config()
    config.bind = [f"fd://{os.dup(listener.fileno())}"]  # the worker closes its copy
    config.backlog = _BACKLOG
    config.alpn_protocols = ["http/1.1"]
    config.graceful_timeout = _GRACE_S
    config.include_server_header = False
    config.logger_class = QuietLogger
    return config


async def _worker(app: ASGIApp, listener: socket.socket) -> None:
    """Runs one hypercorn worker. The guard of the HTTP side: what it raises stops here."""
    try:
        # Starlette's and hypercorn's names for the ASGI callable differ, the callable does not.
        await hypercorn.trio.serve(app, _hypercorn_config(listener), mode="asgi")  # type: ignore[arg-type]
    except Exception:
        logger.exception("The HTTP side failed and starts again")


async def serve_http(
    settings: Settings, server: ServerStatus, *, task_status: trio.TaskStatus[str] = trio.TASK_STATUS_IGNORED
) -> None:
    """Serves health and the demo page until cancelled.

    Reports its URL through `task_status` once connections are accepted. Port 0 picks a free one; whether
    the HTTP side is wanted at all is for the caller to decide.

    Raises:
        HttpListenError: address and port cannot be listened on.
    """
    listener = _listen(settings.http.address, settings.http.port)
    with listener:
        app = build_web_app(settings, server)
        task_status.started(_url(listener))
        while True:
            await _worker(app, listener)
            await trio.sleep(_RESTART_DELAY_S)
