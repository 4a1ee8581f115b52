"""The ports of the whole server: how many strangers may stay at them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import trio

from kms_trio.testing.patience import PATIENCE_S, until
from kms_trio.worker import http_front
from kms_trio.worker.http_front import HttpFront


async def test_more_connections_than_there_is_room_for_are_refused_at_once(
    nursery: trio.Nursery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_front, "MAX_CONNECTIONS", 2)

    def spawn(task: Callable[[], Any]) -> None:
        nursery.start_soon(task)

    front = HttpFront(spawn)
    port = await front.open(1, "kms-trio-nobody", "127.0.0.1", 0)
    silent = [await trio.open_tcp_stream("127.0.0.1", port) for _ in range(2)]
    await until(lambda: front._connections == 2)
    assert b" 503 " in await _answer(port, b"")
    await silent.pop().aclose()
    await until(lambda: front._connections == 1)
    assert b" 404 " in await _answer(port, b"GET /7-x HTTP/1.1\r\n\r\n")
    await silent.pop().aclose()
    await until(lambda: front._connections == 0)
    nursery.cancel_scope.cancel()


async def _answer(port: int, request: bytes) -> bytes:
    async with await trio.open_tcp_stream("127.0.0.1", port) as stream:
        with trio.fail_after(PATIENCE_S):
            await stream.send_all(request)
            return b"".join([piece async for piece in stream])
