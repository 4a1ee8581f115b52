"""Several WebSocket messages by one write.

An endpoint that joins raises a dozen events at once; one by one each takes trio-websocket's lock, three turns of the
event loop and a system call.  The library has no call for this, so its connection's own parts are used as its
`send_message` uses them.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

import trio
from trio_websocket import ConnectionClosed, WebSocketConnection
from wsproto.events import TextMessage


async def send_together(websocket: WebSocketConnection, texts: Sequence[str]) -> None:
    """Send a message for each text, in order. Raises ConnectionClosed."""
    if len(texts) == 1:
        await websocket.send_message(texts[0])
        return
    if websocket.closed:
        raise ConnectionClosed(websocket.closed)
    frames = b"".join([websocket._wsproto.send(TextMessage(data=text)) for text in texts])
    async with websocket._stream_lock:
        with contextlib.suppress(trio.BrokenResourceError, trio.ClosedResourceError):
            await websocket._stream.send_all(frames)
            return
        await websocket._abort_web_socket()
    raise ConnectionClosed(websocket.closed)
