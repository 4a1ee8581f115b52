"""A WebSocket to a server for the length of a block, with the stream below it in our hands.

trio-websocket waits for its whole timeout when the other side closes during the handshake, as a proxy without a server
behind it does; here that is noticed at once.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, cast
from urllib.parse import urlsplit

import trio
from trio_websocket import WebSocketConnection, wrap_client_stream

from kms_trio.client.errors import ConnectError

#: Of one message; statistics of large pipelines and drawings of graphs are the longest.
MAX_MESSAGE_BYTES: Final = 2**26

#: How long saying goodbye may take.
CLOSE_DEADLINE_S: Final = 5.0


class WatchedStream(trio.abc.Stream):
    """A stream that tells when it is over."""

    def __init__(self, stream: trio.abc.Stream) -> None:
        self._stream = stream
        #: Set when nothing more comes.
        self.ended = trio.Event()

    async def receive_some(self, max_bytes: int | None = None) -> bytes | bytearray:
        """What has come; nothing at the end."""
        try:
            data = await self._stream.receive_some(max_bytes)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            self.ended.set()
            raise
        if not data:
            self.ended.set()
        return data

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        """Send."""
        await self._stream.send_all(data)

    async def wait_send_all_might_not_block(self) -> None:
        """Wait until something can be sent."""
        await self._stream.wait_send_all_might_not_block()

    async def aclose(self) -> None:
        """Close."""
        self.ended.set()
        await self._stream.aclose()


@asynccontextmanager
async def open_websocket(
    url: str, ssl_context: ssl.SSLContext | None
) -> AsyncIterator[tuple[WebSocketConnection, WatchedStream]]:
    """Connect to a `ws` or `wss` URL. Raises ConnectError, OSError or trio_websocket.HandshakeError."""
    parts = urlsplit(url)
    if parts.scheme not in ("ws", "wss") or not parts.hostname:
        raise ConnectError(f"{url}: expected ws://HOST:PORT/PATH or wss://HOST:PORT/PATH")
    stream = await _stream(parts.hostname, parts.port, ssl_context, encrypted=parts.scheme == "wss")
    resource = parts.path or "/"
    if parts.query:
        resource += f"?{parts.query}"
    async with stream, background_nursery() as nursery:
        websocket = await _handshake(nursery, stream, parts.netloc.rpartition("@")[2], resource, url)
        yield websocket, stream
        with trio.move_on_after(CLOSE_DEADLINE_S):
            await websocket.aclose()


async def _stream(host: str, port: int | None, context: ssl.SSLContext | None, *, encrypted: bool) -> WatchedStream:
    stream: trio.abc.Stream
    if encrypted:
        stream = await trio.open_ssl_over_tcp_stream(host, port or 443, https_compatible=True, ssl_context=context)
    else:
        stream = await trio.open_tcp_stream(host, port or 80)
    return WatchedStream(stream)


async def _handshake(
    nursery: trio.Nursery, stream: WatchedStream, host: str, resource: str, url: str
) -> WebSocketConnection:
    """The opening handshake of RFC 6455, section 4, as long as the other side stays."""
    with trio.CancelScope() as waiting:

        async def watch() -> None:
            await stream.ended.wait()
            waiting.cancel()

        nursery.start_soon(watch)
        # Annotated for the two kinds of streams that it makes itself; it only uses what all streams have.
        below = cast("trio.SocketStream", stream)
        return await wrap_client_stream(nursery, below, host, resource, max_message_size=MAX_MESSAGE_BYTES)
    raise ConnectError(f"{url}: closed before there was a WebSocket")


@asynccontextmanager
async def background_nursery() -> AsyncIterator[trio.Nursery]:
    """A nursery for tasks that raise nothing and end with the block. What the block raises comes out as it is."""
    try:
        async with trio.open_nursery() as nursery:
            yield nursery
            nursery.cancel_scope.cancel()
    except BaseExceptionGroup as group:
        if len(group.exceptions) == 1:
            raise group.exceptions[0] from None  # noqa: ASYNC123 - it is nobody else's
        raise
