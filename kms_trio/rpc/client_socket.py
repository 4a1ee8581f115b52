"""A WebSocket to some other server, closed in every case."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import AsyncIterator

import trio
from trio_websocket import WebSocketConnection, open_websocket_url


@contextlib.asynccontextmanager
async def open_socket(
    url: str, *, ssl_context: ssl.SSLContext | None = None, max_message_bytes: int = 2**20
) -> AsyncIterator[WebSocketConnection]:
    """Connect for the length of the block. Raises OSError or trio_websocket.HandshakeError."""
    async with open_websocket_url(url, ssl_context=ssl_context, max_message_size=max_message_bytes) as websocket:
        try:
            yield websocket
        finally:
            if websocket.closed is not None:
                # trio-websocket leaves the TCP stream of a client open when the server closed first.
                await trio.aclose_forcefully(websocket._stream)
