"""The server's end of a WebSocket (RFC 6455): handshake, fragments, pings, closing, what goes out in one piece."""

from __future__ import annotations

import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio
import trio.testing
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.uri import parse_uri

from kms_trio.app import Server
from kms_trio.rpc.websocket import CLOSE_DEADLINE_S, ServerWebSocket, WebSocketClosedError
from kms_trio.testing.patience import PATIENCE_S
from tests.rpc.plain_socket import HANDSHAKE

LIMIT_BYTES = 1000


class Client:
    """The other end: an engine that does not wait for anything, so that tests say what goes out together."""

    def __init__(self, stream: trio.abc.Stream) -> None:
        self.stream = stream
        self.engine = ClientProtocol(parse_uri("ws://host/kurento?a=b"))

    async def flush(self) -> None:
        await self.stream.send_all(b"".join(self.engine.data_to_send()))

    async def read(self) -> list[Frame]:
        """The frames of the next piece; none at the end."""
        data = await self.stream.receive_some()
        if data:
            self.engine.receive_data(data)
        else:
            self.engine.receive_eof()
        return [event for event in self.engine.events_received() if isinstance(event, Frame)]

    async def send(self, *frames: tuple[Opcode, bytes, bool]) -> None:
        """Send frames in one piece: opcode, payload, whether it is the last of its message."""
        for opcode, payload, final in frames:
            self.engine.send_frame(Frame(opcode, payload, final))
        await self.flush()


@asynccontextmanager
async def connected() -> AsyncIterator[tuple[ServerWebSocket, Client]]:
    ours, theirs = trio.testing.memory_stream_pair()
    websocket, client = ServerWebSocket(theirs, max_message_bytes=LIMIT_BYTES), Client(ours)
    with trio.fail_after(PATIENCE_S):
        async with websocket:
            client.engine.send_request(client.engine.connect())
            async with trio.open_nursery() as nursery:
                nursery.start_soon(client.flush)
                assert await websocket.shake_hands()
            assert websocket.path == "/kurento?a=b"
            assert await client.read() == []
            yield websocket, client


async def test_what_comes_together_is_handed_on_together() -> None:
    async with connected() as (websocket, client):
        await client.send(
            (Opcode.TEXT, b"one", True),
            (Opcode.BINARY, b"two", True),
            (Opcode.TEXT, b"thr", False),
            (Opcode.PING, b"?", True),
            (Opcode.CONT, b"e", False),
        )
        assert await websocket.receive() == ["one", b"two"]
        assert [(frame.opcode, bytes(frame.data)) for frame in await client.read()] == [(Opcode.PONG, b"?")]
        await client.send((Opcode.CONT, "é".encode(), True))
        assert await websocket.receive() == ["threé"]


async def test_a_message_may_come_along_with_the_handshake() -> None:
    ours, theirs = trio.testing.memory_stream_pair()
    async with ServerWebSocket(theirs, max_message_bytes=LIMIT_BYTES) as websocket:
        await ours.send_all(HANDSHAKE + bytes([0x81, 0x82]) + bytes(4) + b"ab")
        assert await websocket.shake_hands()
        assert await websocket.receive() == ["ab"]


async def test_what_is_sent_together_goes_out_in_one_piece() -> None:
    async with connected() as (websocket, client):
        await websocket.send(["one", "two"])
        assert [bytes(frame.data) for frame in await client.read()] == [b"one", b"two"]


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        ([(Opcode.TEXT, b"\xff", True)], 1007),
        ([(Opcode.TEXT, b"x" * (LIMIT_BYTES + 1), True)], 1009),
        ([(Opcode.TEXT, b"x" * LIMIT_BYTES, False), (Opcode.CONT, b"x", True)], 1009),
        ([(Opcode.CONT, b"x", True)], 1002),
    ],
)
async def test_frames_that_make_no_message_close(frames: list[tuple[Opcode, bytes, bool]], code: int) -> None:
    async with connected() as (websocket, client):
        await client.send((Opcode.TEXT, b"before", True), *frames)
        assert await websocket.receive() == ["before"]
        assert await websocket.receive() == []
        [close] = await client.read()
        assert close.opcode is Opcode.CLOSE
        assert struct.unpack("!H", close.data[:2]) == (code,)
        with pytest.raises(WebSocketClosedError):
            await websocket.send(["too late"])
        await client.stream.aclose()


async def test_what_a_client_asked_for_before_it_left_is_handed_on() -> None:
    async with connected() as (websocket, client):
        client.engine.send_text(b"last words")
        client.engine.send_close(1000)
        await client.flush()
        assert await websocket.receive() == ["last words"]
        assert await websocket.receive() == []
        assert [frame.opcode for frame in await client.read()] == [Opcode.CLOSE]


async def test_closing_waits_for_the_answer_while_another_task_reads() -> None:
    async with connected() as (websocket, client):
        got: list[str | bytes] = []

        async def read() -> None:
            while messages := await websocket.receive():
                got.extend(messages)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(read)
            nursery.start_soon(websocket.close, 1001, "terminating")
            [close] = await client.read()
            assert bytes(close.data) == struct.pack("!H", 1001) + b"terminating"
            await client.flush()  # the engine has answered
        assert got == []
        with pytest.raises(trio.ClosedResourceError):
            await websocket._stream.send_all(b"x")


async def test_who_does_not_answer_a_closing_is_not_waited_for(autojump_clock: trio.testing.MockClock) -> None:
    async with connected() as (websocket, _):
        began = trio.current_time()
        await websocket.close(1001, "terminating")
        assert trio.current_time() - began <= 2 * CLOSE_DEADLINE_S


@pytest.mark.parametrize(
    "broken", [b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\r\n\r\n", b"POST /kurento HTTP/1.1\r\n\r\n", b""]
)
async def test_who_speaks_no_websocket_is_turned_away(broken: bytes) -> None:
    ours, theirs = trio.testing.memory_stream_pair()
    async with ServerWebSocket(theirs, max_message_bytes=LIMIT_BYTES) as websocket:
        if broken:
            await ours.send_all(broken)
        await ours.send_eof()
        with trio.fail_after(PATIENCE_S):
            assert not await websocket.shake_hands()


async def test_compression_is_not_agreed_to(server: Server) -> None:
    async with await trio.open_tcp_stream("127.0.0.1", server.control_port) as stream:
        await stream.send_all(HANDSHAKE[:-2] + b"Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n")
        answer = await stream.receive_some()
    assert answer.startswith(b"HTTP/1.1 101")
    assert b"deflate" not in answer


async def test_pings_are_answered_while_a_request_takes_long(server: Server) -> None:
    going_on = trio.Event()

    async def take_long(params: object) -> dict[str, str]:
        await going_on.wait()
        return {"value": "at last"}

    server.rpc._handler._methods["takeLong"] = take_long
    async with await trio.open_tcp_stream("127.0.0.1", server.control_port) as stream:
        client = Client(stream)
        client.engine.send_request(client.engine.connect())
        await client.flush()
        with trio.fail_after(PATIENCE_S):
            assert await client.read() == []
            await client.send(
                (Opcode.TEXT, b'{"jsonrpc":"2.0","id":1,"method":"ping"}', True),
                (Opcode.TEXT, b'{"jsonrpc":"2.0","id":2,"method":"takeLong"}', True),
                (Opcode.PING, b"?", True),
            )
            got: list[Frame] = []
            while len(got) < 2:
                got += await client.read()
            # The first answer does not wait for the second either.
            assert {frame.opcode for frame in got} == {Opcode.TEXT, Opcode.PONG}
            going_on.set()
            [late] = await client.read()
            assert b"at last" in late.data
