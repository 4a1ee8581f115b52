"""The WebSocket server: accepts, checks the path, runs a `Connection` each; none of them can hurt the others."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, Final

import trio
from trio_websocket import ConnectionClosed, WebSocketConnection, WebSocketRequest, WebSocketServer

from kms_trio.net.connection_limit import ConnectionLimit, address_of, admitted_connection, refuse
from kms_trio.rpc.connection import Connection
from kms_trio.rpc.handler import Handler
from kms_trio.rpc.listeners import Listener
from kms_trio.rpc.sessions import Sessions

logger = logging.getLogger("KurentoWebSocketTransport")

#: The longest message that is read, bytes; a longer one closes the connection with 1009.
MAX_MESSAGE_BYTES: Final = 16 * 2**20

#: Messages read ahead of the one in work; with too few a slow request would hold up the answers to WebSocket pings.
READ_AHEAD_MESSAGES: Final = 32

#: How much is read from a socket at once; larger than most messages, SDP included.
RECEIVE_BYTES: Final = 16 * 2**10

#: How long a client may take for the opening handshake, and how long closing may take.
HANDSHAKE_DEADLINE_S: Final = 10.0
CLOSE_DEADLINE_S: Final = 3.0

#: How often clients that do not read are looked for.
WATCH_PERIOD_S: Final = 5.0

#: RFC 6455 section 7.4.1: this side goes away; protocol error, which is what a wrong path is closed with.
CLOSE_GOING_AWAY: Final = 1001
CLOSE_PROTOCOL_ERROR: Final = 1002


class RpcServer:
    """Serves the Kurento protocol on `listeners`, to as many clients as `limit` lets in, at the URL path `path`."""

    def __init__(self, handler: Handler, sessions: Sessions, path: str, limit: ConnectionLimit) -> None:
        self._handler = handler
        self._sessions = sessions
        self._path = path.strip("/")
        self._limit = limit
        self._connections: set[Connection] = set()

    @property
    def connection_count(self) -> int:
        """How many clients are connected."""
        return len(self._connections)

    async def run(
        self, listeners: Sequence[Listener], *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
    ) -> None:
        """Accept connections until cancelled."""
        server = _GuardedServer(
            self._limit,
            self._serve,
            listeners,
            message_queue_size=READ_AHEAD_MESSAGES,
            max_message_size=MAX_MESSAGE_BYTES,
            receive_buffer_size=RECEIVE_BYTES,
            connect_timeout=HANDSHAKE_DEADLINE_S,
            disconnect_timeout=CLOSE_DEADLINE_S,
        )
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._watch)
            await nursery.start(server.run)
            task_status.started()

    async def say_goodbye(self) -> None:
        """Close every connection, as before the server ends."""
        async with trio.open_nursery() as nursery:
            for connection in self._connections:
                nursery.start_soon(connection.say_goodbye, CLOSE_GOING_AWAY, "terminating")

    async def _watch(self) -> None:
        while True:
            await trio.sleep(WATCH_PERIOD_S)
            now = trio.current_time()
            for connection in tuple(self._connections):
                connection.check(now)

    async def _serve(self, request: WebSocketRequest) -> None:
        path = request.path.partition("?")[0]
        try:
            websocket = await request.accept()
            if path.removeprefix("/") != self._path:
                logger.warning("Invalid path '%s' in a connection request", path)
                await websocket.aclose(CLOSE_PROTOCOL_ERROR, "Invalid path")
                return
        except ConnectionClosed:
            return
        admitted = admitted_connection.get()
        connection = Connection(websocket, self._handler, self._sessions, lambda: self._limit.keep(admitted))
        self._connections.add(connection)
        client = _client_name(websocket)
        logger.debug("Client connected: %s", client)
        try:
            await connection.run()
        finally:
            self._connections.discard(connection)
            logger.debug("Client gone: %s", client)


def _client_name(websocket: WebSocketConnection) -> str:
    """Where a client is, for the log."""
    try:
        return str(websocket.remote)
    except OSError:
        return "one that has left already"


class _GuardedServer(WebSocketServer):
    """Named guard: trio-websocket runs connections in the server's own nursery, where any exception ends them all."""

    def __init__(self, limit: ConnectionLimit, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._limit = limit

    async def _handle_connection(self, stream: Any) -> None:
        try:
            with self._limit.admit(address_of(stream)) as connection:
                if connection is None:
                    await refuse(stream)
                else:
                    await super()._handle_connection(stream)
        except Exception:
            logger.exception("A connection failed")
        except BaseExceptionGroup as group:
            crashes, rest = group.split(Exception)
            if crashes is not None:
                logger.error("A connection failed", exc_info=crashes)
            if rest is not None:
                raise rest from None
