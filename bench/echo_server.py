"""What a WebSocket server costs that does nothing: ``python -m bench.echo_server PORT`` sends back what comes.

It is made of trio-websocket, as the obvious server on Trio would be.
"""

from __future__ import annotations

import sys

import trio
from trio_websocket import ConnectionClosed, WebSocketRequest, serve_websocket


async def echo(request: WebSocketRequest) -> None:
    """Serve one client."""
    websocket = await request.accept()
    try:
        while True:
            await websocket.send_message(await websocket.get_message())
    except ConnectionClosed:
        return


if __name__ == "__main__":
    trio.run(serve_websocket, echo, "127.0.0.1", int(sys.argv[1]), None)
