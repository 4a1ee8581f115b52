"""Serving web applications: hypercorn's Trio worker on listening sockets of ours.

The sockets are ours so that a failure inside the HTTP library costs the requests of that moment and nothing else: the
worker is started again on the same sockets, and the media server never hears of it.
"""

from __future__ import annotations

import errno
import logging
import socket
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, Never

import trio

from kms_trio.net.asgi_patience import BodyPatience

if TYPE_CHECKING:
    from starlette.types import ASGIApp

__all__ = ["HttpListenError", "listen_http", "serve_asgi"]

#: Connections that may wait to be accepted.
HTTP_BACKLOG: Final = 100

_RESTART_DELAY_S: Final = 1.0

#: How long what is sent may stay unread; the kernel ends the connection then (tcp(7), TCP_USER_TIMEOUT).
_UNREAD_MS: Final = 60_000


class HttpListenError(Exception):
    """The address and port that were asked for cannot be listened on."""


async def listen_http(host: str | None, port: int) -> list[socket.socket]:
    """Sockets that listen on every address of `host` (None: of this machine); port 0 picks a free one.

    Raises HttpListenError.
    """
    try:
        addresses = await trio.socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE | socket.AI_NUMERICSERV
        )
    except OSError as error:
        raise HttpListenError(f"Cannot listen for HTTP on {host} port {port}: {error.strerror}") from error
    listeners: list[socket.socket] = []
    failure: OSError | None = None
    for family, _, _, _, address in addresses:
        if listeners:  # the others take the port that the first one got
            address = (address[0], listeners[0].getsockname()[1], *address[2:])
        try:
            listeners.append(_listener(family, address))
        except OSError as error:
            failure = error
            # A machine without IPv6 still resolves names to it; a port that is taken is taken.
            if error.errno not in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
                break
    else:
        if listeners:
            return listeners
    for listener in listeners:
        listener.close()
    reason = "another program listens there" if failure and failure.errno == errno.EADDRINUSE else failure
    where = "all addresses" if host is None else host
    raise HttpListenError(f"Cannot listen for HTTP on {where} port {port}: {reason}") from failure


def _listener(family: int, address: tuple[Any, ...]) -> socket.socket:
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _UNREAD_MS)  # accepted ones inherit it
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind(address)
        listener.listen(HTTP_BACKLOG)
    except OSError:
        listener.close()
        raise
    listener.setblocking(False)
    return listener


async def serve_asgi(app: ASGIApp, listeners: Sequence[socket.socket], logger: logging.Logger) -> Never:
    """Serve `app` on listening sockets, which stay the caller's, until cancelled.

    To the application a client that stops in the middle of a body has left (`BodyPatience`).
    """
    # Imported now: a process that serves nothing by HTTP, as most media workers, does without the library.
    from kms_trio.net.asgi_worker import run_asgi_worker

    while True:
        try:
            await run_asgi_worker(BodyPatience(app), listeners, logger)
        except Exception:  # the guard of the HTTP side: what its worker raises stops here
            logger.exception("The HTTP side failed and starts again")
        await trio.sleep(_RESTART_DELAY_S)
