"""The socket: paths, broken frames, clients that do not read, and a server that goes."""

from __future__ import annotations

import contextlib
import json
import os

import attrs
import pytest
import trio
from trio_websocket import ConnectionClosed

from kms_trio.app import Server
from kms_trio.objects.ids import MANAGER_ID
from kms_trio.plugins import Plugins
from kms_trio.rpc.client_socket import open_socket
from kms_trio.rpc.listeners import KEEP_ALIVE, open_listeners
from kms_trio.rpc.send_together import send_together
from kms_trio.settings import Settings
from kms_trio.settings.extensions import ConnectionsSettings
from kms_trio.settings.server import WebsocketSettings
from kms_trio.testing.patience import PATIENCE_S, until
from kms_trio.testing.rpc import open_client
from kms_trio.testing.server import start_server
from tests.cli.commands import free_port

PING = '{"jsonrpc":"2.0","id":1,"method":"ping"}'
PONG = '{"id":1,"jsonrpc":"2.0","result":{"value":"pong"}}'
PARSE_ERROR = (
    '{"error":{"code":-32700,"data":{"type":"PARSE_ERROR"},"message":"Parse error."},"id":null,"jsonrpc":"2.0"}'
)


@pytest.mark.parametrize("path", ["", "foo", "kurento/", "/kurento", "Kurento"])
async def test_wrong_path_is_closed_after_the_handshake(server: Server, path: str) -> None:
    url = server.control_url.removesuffix("kurento") + path
    async with open_socket(url) as websocket:
        with pytest.raises(ConnectionClosed) as closed, trio.fail_after(PATIENCE_S):
            await websocket.get_message()
    assert closed.value.reason is not None
    assert (closed.value.reason.code, closed.value.reason.reason) == (1002, "Invalid path")


async def test_query_is_no_part_of_the_path(server: Server) -> None:
    async with open_socket(server.control_url + "?access_token=secret") as websocket:
        await websocket.send_message(PING)
        assert await websocket.get_message() == PONG


async def test_binary_frames_are_read_too(server: Server) -> None:
    async with open_socket(server.control_url) as websocket:
        await websocket.send_message(PING.encode())
        assert await websocket.get_message() == PONG


@pytest.mark.parametrize(
    "frame",
    [
        "{not json",
        "",
        '{"jsonrpc":"2.0","id":1,"method":"ping","params":{},}',
        '{"jsonrpc":"2.0","id":NaN,"method":"ping"}',
        "[" * 200_000,
        b"\xff\xfe",
    ],
    ids=["garbage", "empty", "trailing comma", "not a number", "deeply nested", "no text"],
)
async def test_what_is_no_json_is_told_and_forgiven(server: Server, frame: str | bytes) -> None:
    async with open_socket(server.control_url) as websocket:
        await websocket.send_message(frame)
        assert await websocket.get_message() == PARSE_ERROR
        await websocket.send_message(PING)
        assert await websocket.get_message() == PONG


async def test_client_that_does_not_read_is_closed_and_holds_up_nobody(server: Server) -> None:
    async with (
        open_client(server.control_url) as quick,
        await trio.open_tcp_stream("127.0.0.1", server.control_port) as deaf,
    ):
        await deaf.send_all(
            b"GET /kurento HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        assert (await deaf.receive_some()).startswith(b"HTTP/1.1 101")
        subscription = json.dumps(
            {
                "jsonrpc": "2.0",
                "id": 1,
                "method": "subscribe",
                "params": {"object": MANAGER_ID, "type": "ObjectCreated", "sessionId": "deaf"},
            }
        ).encode()
        # An unmasked-looking mask of zeros keeps the frame readable here (RFC 6455 section 5.2).
        head = bytes([0x81, 0xFE]) + len(subscription).to_bytes(2, "big") + bytes(4)
        await deaf.send_all(head + subscription)
        while not server.context.bus.wanted(MANAGER_ID, "ObjectCreated"):
            await quick.request("ping")
        manager = server.context.directory.get(MANAGER_ID)
        manager.send_tags_in_events = True
        manager.add_tag("filler", "x" * 500_000)  # so that its events fill the outbox soon
        assert server.rpc.connection_count == 2
        with trio.fail_after(PATIENCE_S):
            while server.rpc.connection_count == 2:
                await quick.release(await quick.create("MediaPipeline"))
        assert (await quick.request("ping"))["value"] == "pong"


async def test_overlong_message_closes_that_connection_alone(server: Server) -> None:
    async with open_client(server.control_url) as other:
        async with open_socket(server.control_url) as websocket:
            with contextlib.suppress(ConnectionClosed):  # it may close while this is still being sent
                await websocket.send_message(" " * (17 * 2**20))
            with pytest.raises(ConnectionClosed) as closed, trio.fail_after(PATIENCE_S):
                await websocket.get_message()
        assert closed.value.reason is not None
        assert closed.value.reason.code == 1009
        assert (await other.request("ping")) == {"value": "pong"}


async def test_messages_that_are_sent_together_arrive_one_by_one(server: Server) -> None:
    async with open_socket(server.control_url) as websocket:
        pings = [json.dumps({"jsonrpc": "2.0", "id": number, "method": "ping"}) for number in range(20)]
        await send_together(websocket, pings)
        for ping in pings:
            with trio.fail_after(PATIENCE_S):
                answer = json.loads(await websocket.get_message())
            assert answer["id"] == json.loads(ping)["id"]
        await websocket.aclose()
        with pytest.raises(ConnectionClosed):
            await send_together(websocket, pings)


async def test_messages_to_a_client_that_is_gone(server: Server) -> None:
    async with open_socket(server.control_url) as websocket:
        await trio.aclose_forcefully(websocket._stream)
        with pytest.raises(ConnectionClosed):
            await send_together(websocket, ["one", "two"])


async def test_socket_that_is_no_websocket(server: Server) -> None:
    stream = await trio.open_tcp_stream("127.0.0.1", server.control_port)
    async with stream:
        await stream.send_all(b"\x16\x03\x01 this is no HTTP\r\n\r\n")
    async with open_client(server.control_url) as client:
        assert (await client.request("ping")) == {"value": "pong"}


async def test_crash_in_a_method_fails_that_request_alone(server: Server) -> None:
    pipeline_class = server.context.modules["core"].classes["MediaPipeline"]
    async with open_client(server.control_url) as client:
        pipeline = await client.create("MediaPipeline")

        class Broken(type(server.context.directory.get(pipeline))):  # type: ignore[misc]  # a class that is known at run time only
            @property
            def name(self) -> str:
                raise ZeroDivisionError("nobody foresaw this")

        broken = Broken(server.context, None, pipeline_class)
        server.context.directory.add(broken)
        reply = await client.request_raw("invoke", {"object": broken.id, "operation": "getName"})
        assert reply["error"] == {
            "code": -32603,
            "message": "Unexpected error while processing method: ZeroDivisionError: nobody foresaw this",
        }
        assert await client.invoke(pipeline, "getName") == pipeline


async def test_two_servers_share_nothing(serve: object, server: Server) -> None:
    assert callable(serve)
    second: Server = await serve()
    async with open_client(server.control_url) as one, open_client(second.control_url) as two:
        pipeline = await one.create("MediaPipeline")
        assert await two.invoke(MANAGER_ID, "getPipelines") == []
        reply = await two.request_raw("describe", {"object": pipeline})
        assert reply["error"]["code"] == 40101


async def test_clients_that_come_and_go_leave_nothing_behind(server: Server) -> None:
    async def visit(url: str) -> None:
        async with open_client(url) as client:
            pipeline = await client.create("MediaPipeline")
            await client.subscribe(pipeline, "Error")
            await client.request("closeSession", {"sessionId": client.session_id})

    def used() -> tuple[int, int]:
        descriptors = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - a number is wanted, not paths
        return descriptors, trio.lowlevel.current_statistics().tasks_living

    async with open_client(server.control_url) as watcher:
        await watcher.request("ping")
        descriptors, tasks = used()
        async with trio.open_nursery() as nursery:
            for _ in range(60):
                nursery.start_soon(visit, server.control_url)
        with trio.fail_after(PATIENCE_S):
            while any(
                now > before for now, before in zip(used(), (descriptors, tasks), strict=True)
            ):  # the last sockets are still being closed
                await watcher.request("ping")
        assert server.rpc.connection_count == 1
        assert [each.id for each in server.context.directory] == [MANAGER_ID]
        assert server.context.references.sessions == ()
        assert not server.context.bus._handlers


async def test_silent_clients_give_way_to_those_who_ask(nursery: trio.Nursery) -> None:
    settings = attrs.evolve(Settings(), connections=ConnectionsSettings(limit=4))
    local = await start_server(nursery, Plugins([]), settings)
    port = local.server.control_port
    silent = [await trio.open_tcp_stream("127.0.0.1", port) for _ in range(2)]
    await until(lambda: local.server.rpc._limit.count == 2)
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(4):
            websocket = await stack.enter_async_context(open_socket(local.control_url))
            await websocket.send_message(PING)
            assert await websocket.get_message() == PONG
        for stream in silent:
            with trio.fail_after(PATIENCE_S):
                assert await stream.receive_some() == b""
            await stream.aclose()
        with trio.fail_after(PATIENCE_S):
            async with await trio.open_tcp_stream("127.0.0.1", port) as late:
                assert b"503 Service Unavailable" in b"".join([piece async for piece in late])
        await websocket.send_message(PING)
        assert await websocket.get_message() == PONG
    await until(lambda: local.server.rpc._limit.count == 0)
    nursery.cancel_scope.cancel()


async def test_clients_that_vanished_are_noticed() -> None:
    settings = WebsocketSettings(port=free_port(), address="127.0.0.1")
    [listener] = await open_listeners(settings)
    async with listener, await trio.open_tcp_stream("127.0.0.1", settings.port), await listener.accept() as accepted:
        assert isinstance(accepted, trio.SocketStream)
        assert accepted.socket.getsockopt(trio.socket.SOL_SOCKET, trio.socket.SO_KEEPALIVE) == 1
        for option, value in KEEP_ALIVE:
            assert accepted.socket.getsockopt(trio.socket.IPPROTO_TCP, option) == value
