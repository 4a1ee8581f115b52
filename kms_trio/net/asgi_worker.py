"""Hypercorn's Trio worker as it is used here: HTTP/1.1 on sockets that are there already, and our log."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import hypercorn.trio
from hypercorn.config import Config
from hypercorn.logging import Logger

from kms_trio.net.asgi import HTTP_BACKLOG

if TYPE_CHECKING:
    from starlette.types import ASGIApp

__all__ = ["run_asgi_worker"]

_GRACE_S: Final = 1.0


async def run_asgi_worker(app: ASGIApp, listeners: Sequence[socket.socket], logger: logging.Logger) -> None:
    """Serve `app` on copies of listening sockets until cancelled. Raises whatever goes wrong in the library."""
    # Starlette's and hypercorn's names for the ASGI callable differ, the callable does not.
    await hypercorn.trio.serve(app, _config(listeners, logger), mode="asgi")  # type: ignore[arg-type]  # starlette's type of an application is wider than hypercorn's


def _config(listeners: Sequence[socket.socket], logger: logging.Logger) -> Config:
    config = Config()
    config.bind = [f"fd://{os.dup(listener.fileno())}" for listener in listeners]  # the worker closes its copies
    config.backlog = HTTP_BACKLOG
    config.alpn_protocols = ["http/1.1"]
    config.graceful_timeout = _GRACE_S
    config.include_server_header = False
    config.logger_class = _quiet_logger(logger)
    return config


def _quiet_logger(logger: logging.Logger) -> type[Logger]:
    """Where hypercorn's messages go: our category, its cheerful ones at debug level."""

    class QuietLogger(Logger):
        def __init__(self, config: Config) -> None:
            super().__init__(config)
            self.access_logger = None
            self.error_logger = logger

        async def info(self, message: str, *args: Any, **kwargs: Any) -> None:
            """Log at debug level: what it listens on is told by the server itself."""
            logger.debug(message, *args, **kwargs)

    return QuietLogger
