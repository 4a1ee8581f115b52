"""The ports of the whole server: how many strangers may stay at them."""

from __future__ import annotations

import logging
import socket
import uuid
from collections.abc import Callable
from typing import Any

import trio

from kms_trio.net.connection_limit import ConnectionLimit
from kms_trio.testing.patience import PATIENCE_S, until
from kms_trio.worker.http_front import HttpFront


async def test_more_connections_than_there_is_room_for(nursery: trio.Nursery) -> None:
    def spawn(task: Callable[[], Any]) -> None:
        nursery.start_soon(task)

    limit = ConnectionLimit("port", 2, 0, logging.getLogger("test"))
    front = HttpFront(spawn, limit)
    name = f"kms-trio-test-{uuid.uuid4()}"
    with trio.socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as worker:
        await worker.bind(f"\0{name}")
        worker.listen()
        port = await front.open(1, name, "127.0.0.1", 0)
        uploads = [await trio.open_tcp_stream("127.0.0.1", port) for _ in range(2)]
        for upload in uploads:
            await upload.send_all(b"POST /1-x HTTP/1.1\r\n\r\n")
        served = [(await worker.accept())[0] for _ in uploads]
        assert (limit.count, limit.can_make_room) == (2, False)
        assert b" 503 " in await _answer(port, b""), "who uploads is not disturbed"
        served.pop().close()
        await until(lambda: limit.count == 1)
        silent = await trio.open_tcp_stream("127.0.0.1", port)
        await until(lambda: limit.count == 2)
        assert b" 404 " in await _answer(port, b"GET /7-x HTTP/1.1\r\n\r\n"), "who says nothing gives way"
        with trio.fail_after(PATIENCE_S):
            assert await silent.receive_some() == b""
        await silent.aclose()
        served.pop().close()
        await until(lambda: limit.count == 0)
        for upload in uploads:
            await upload.aclose()
    nursery.cancel_scope.cancel()


async def _answer(port: int, request: bytes) -> bytes:
    async with await trio.open_tcp_stream("127.0.0.1", port) as stream:
        with trio.fail_after(PATIENCE_S):
            await stream.send_all(request)
            return b"".join([piece async for piece in stream])
