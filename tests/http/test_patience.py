"""Clients of the HTTP side that say half of what they have to say."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import attrs
import pytest
import trio
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount
from trio.testing import MockClock

from kms_trio.net.asgi import listen_http, serve_asgi
from kms_trio.net.asgi_patience import BodyPatience
from kms_trio.testing.patience import PATIENCE_S

if TYPE_CHECKING:
    from starlette.types import Message, Receive, Scope, Send

UPLOAD: Scope = {"type": "http", "method": "POST", "path": "/", "headers": []}


@attrs.define
class Client:
    """What a client says, and when: seconds to wait, or messages."""

    script: list[float | dict[str, Any]]
    received: list[Message] = attrs.field(factory=list)

    async def receive(self) -> Message:
        while True:
            if not self.script:
                await trio.sleep_forever()
            step = self.script.pop(0)
            if isinstance(step, dict):
                return step
            await trio.sleep(step)

    async def send(self, message: Message) -> None:
        self.received.append(message)


def piece(text: bytes, *, more: bool = True) -> dict[str, Any]:
    return {"type": "http.request", "body": text, "more_body": more}


async def read_body(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the body, or say who has left; the answer takes its time."""
    try:
        body = await Request(scope, receive).body()
        await trio.sleep(1000.0)
    except ClientDisconnect:
        body = b"left"
    await PlainTextResponse(body)(scope, receive, send)


@pytest.mark.parametrize(
    ("script", "answer"),
    [
        ([piece(b"all", more=False)], b"all"),
        ([9.0, piece(b"a"), 9.0, piece(b"b"), 9.0, piece(b"c", more=False)], b"abc"),
        ([piece(b"a")], b"left"),
        ([], b"left"),
        ([piece(b"a"), 11.0, piece(b"b", more=False)], b"left"),
    ],
    ids=["at once", "slowly", "never ends", "never begins", "too late"],
)
async def test_the_next_piece_may_take_its_time_and_no_longer(
    autojump_clock: MockClock, script: list[float | dict[str, Any]], answer: bytes
) -> None:
    client = Client(script)
    await BodyPatience(read_body, patience_s=10.0)(UPLOAD, client.receive, client.send)
    assert client.received[1]["body"] == answer


@asynccontextmanager
async def serving(patience_s: float) -> AsyncIterator[int]:
    """The port of a server on real sockets."""
    [listener] = await listen_http("127.0.0.1", 0)
    with listener:
        async with trio.open_nursery() as nursery:
            app = Starlette(routes=[Mount("/", app=BodyPatience(_echo, patience_s))])
            nursery.start_soon(serve_asgi, app, [listener], logging.getLogger("test"))
            yield listener.getsockname()[1]
            nursery.cancel_scope.cancel()


async def _echo(scope: Scope, receive: Receive, send: Send) -> None:
    try:
        answer = PlainTextResponse(await Request(scope, receive).body())
    except ClientDisconnect:
        answer = PlainTextResponse("left", 400)
    await answer(scope, receive, send)


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (b"", b""),
        (b"POST / HTTP/1.1\r\nHost: x\r\nX-", b""),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf", b"400"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 9\r\n\r\nhalf", b"400"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: identity\r\n\r\nhalf", b"501"),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 20_000, b"431"),
    ],
    ids=[
        "nothing",
        "half a header",
        "half a body",
        "half the chunks",
        "a huge chunk",
        "two lengths",
        "a coding",
        "flood",
    ],
)
async def test_whatever_a_client_says_its_connection_ends(said: bytes, status: bytes) -> None:
    async with serving(0.05) as port, await trio.open_tcp_stream("127.0.0.1", port) as stream:
        with trio.fail_after(PATIENCE_S):
            try:
                await stream.send_all(said)
                answer = b"".join([chunk async for chunk in stream])
            except trio.BrokenResourceError:
                return  # it has ended while there was more to be said
        assert answer[:12].removeprefix(b"HTTP/1.1").strip() == status
