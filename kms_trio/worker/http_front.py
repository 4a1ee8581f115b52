"""HTTP ports that belong to the whole server, in the control process: connections go on to the worker that is meant.

A worker has a private socket for its HTTP server; the first part of a URL's path begins with the worker's number. Bytes
are passed on as they come, both ways. Workers answer one request a connection, so the next one finds its own way.
"""

from __future__ import annotations

import logging
import re
import socket
from collections.abc import Callable
from typing import Any, Final

import trio

from kms_trio.net.asgi import HttpListenError, listen_http
from kms_trio.net.connection_limit import AdmittedConnection, ConnectionLimit, address_of, refuse, share_of_files
from kms_trio.objects.process_limits import file_limit

logger = logging.getLogger("httpendpoint")

#: The request line has to be in the first bytes that come, and within this time.
REQUEST_LINE_BYTES: Final = 8192
REQUEST_LINE_DEADLINE_S: Final = 20.0

#: Connections at a time, as each takes two descriptors and two tasks here; fewer where there may be few open files.
MAX_CONNECTIONS: Final = 512

_PIECE_BYTES: Final = 256 * 2**10
_REQUEST_LINE: Final = re.compile(rb"[A-Z]{1,20} /(\d{1,4})-[^ ]* HTTP/1\.[01]\r?\n")
_NOT_FOUND: Final = (
    b"HTTP/1.1 404 Not Found\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 25\r\n"
    b"Connection: close\r\n\r\nThere is no such endpoint\n"
)


class HttpFront:
    """The ports, and the workers behind them. `spawn` runs a task as long as the server; `limit` is for all ports."""

    def __init__(self, spawn: Callable[[Callable[[], Any]], None], limit: ConnectionLimit) -> None:
        self._spawn = spawn
        self._limit = limit
        self._opening = trio.Lock()
        self._ports: dict[tuple[str | None, int], int] = {}
        #: Where the HTTP server of each worker listens: abstract names of UNIX sockets.
        self._backs: dict[int, str] = {}

    async def open(self, number: int, back: str, host: str | None, port: int) -> int:
        """Listen for worker `number`, whose server is at `back`; return the port. Raises HttpListenError."""
        async with self._opening:
            if (host, port) not in self._ports:
                listeners = await listen_http(host, port)
                self._ports[host, port] = listeners[0].getsockname()[1]
                self._spawn(lambda: self._serve(listeners))
        self._backs[number] = back
        return self._ports[host, port]

    def forget(self, number: int) -> None:
        """The worker is gone."""
        self._backs.pop(number, None)

    async def _serve(self, sockets: list[socket.socket]) -> None:
        listeners = [trio.SocketListener(trio.socket.from_stdlib_socket(each)) for each in sockets]
        await trio.serve_listeners(self._connect, listeners)

    async def _connect(self, client: trio.SocketStream) -> None:
        """Named guard: what goes wrong with a connection ends that one."""
        try:
            with self._limit.admit(address_of(client)) as connection:
                if connection is None:
                    await refuse(client)
                    return
                async with client:
                    await self._serve_client(client, connection)
        except (OSError, trio.BrokenResourceError, trio.ClosedResourceError, trio.TooSlowError) as problem:
            logger.debug("a connection ended: %s", problem)
        except Exception:
            logger.exception("A connection failed")
        except BaseExceptionGroup as group:
            if group.split((OSError, trio.BrokenResourceError, trio.ClosedResourceError))[1] is not None:
                raise

    async def _serve_client(self, client: trio.SocketStream, connection: AdmittedConnection) -> None:
        with trio.fail_after(REQUEST_LINE_DEADLINE_S):
            head = await _request_line(client)
        found = _REQUEST_LINE.match(head)
        back = None if found is None else self._backs.get(int(found[1]))
        if back is None:
            await client.send_all(_NOT_FOUND)
            return
        self._limit.keep(connection)
        async with await _open_back(back) as worker:
            await worker.send_all(head)
            await _pass_on(client, worker)


async def _request_line(client: trio.SocketStream) -> bytes:
    """What has come once the request line has."""
    head = b""
    while b"\n" not in head and len(head) < REQUEST_LINE_BYTES:
        piece = await client.receive_some(REQUEST_LINE_BYTES)
        if not piece:
            break
        head += piece
    return head


async def _open_back(name: str) -> trio.SocketStream:
    sock = trio.socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        await sock.connect(f"\0{name}")
    except BaseException:
        sock.close()
        raise
    return trio.SocketStream(sock)


async def _pass_on(client: trio.SocketStream, worker: trio.SocketStream) -> None:
    """Both ways; over when the worker has said all that it has to say."""
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_pump, client, worker)
        await _pump(worker, client)
        nursery.cancel_scope.cancel()


async def _pump(source: trio.SocketStream, sink: trio.SocketStream) -> None:
    try:
        while piece := await source.receive_some(_PIECE_BYTES):
            await sink.send_all(piece)
        await sink.send_eof()
    except (OSError, trio.BrokenResourceError, trio.ClosedResourceError):
        return  # one side is gone; the other is closed with it


def front_limit(per_address: int) -> ConnectionLimit:
    """The limit for all ports together: at most a quarter of the descriptors, two a connection."""
    most = max(1, min(MAX_CONNECTIONS, share_of_files(file_limit()) // 4))
    return ConnectionLimit("port of HttpPostEndpoints", most, per_address, logger)


__all__ = ["HttpFront", "HttpListenError", "front_limit"]
