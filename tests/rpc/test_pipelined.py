"""A client that does not wait for replies: they come in order, several by one write, and not more than it reads."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable

import attrs
import trio
import trio.testing
from trio_websocket import WebSocketConnection, wrap_client_stream, wrap_server_stream

from kms_trio.app import build
from kms_trio.clock import SystemClock
from kms_trio.codecs.service import CodecService
from kms_trio.net.service import NetworkService
from kms_trio.plugins import Plugins
from kms_trio.rpc.connection import Connection
from kms_trio.rpc.outbox import ROOM_CHARACTERS, ROOM_MESSAGES, Outbox
from kms_trio.rpc.send_together import send_together
from kms_trio.settings import Settings
from kms_trio.testing.patience import PATIENCE_S


@attrs.define
class Line:
    """A connection in memory, from both sides."""

    client: WebSocketConnection
    server: Connection
    ended: trio.Event
    before_each_write: Callable[[Callable[[], Awaitable[None]]], None]
    """Has the server do something before it writes."""

    async def ask(self, count: int) -> None:
        """Send requests in one piece, without waiting for replies."""
        pings = [json.dumps({"jsonrpc": "2.0", "id": number, "method": "ping"}) for number in range(count)]
        await send_together(self.client, pings)

    async def read(self, count: int) -> list[int | str]:
        """The ids of the next replies."""
        return [json.loads(await self.client.get_message())["id"] for _ in range(count)]


@contextlib.asynccontextmanager
async def open_line() -> AsyncIterator[Line]:
    """A connection for the length of the block."""
    clock = SystemClock()
    server = build(Settings(), Plugins([]), clock, NetworkService(clock), CodecService())
    ours, theirs = trio.testing.memory_stream_pair()
    ended = trio.Event()
    connections: list[Connection] = []
    with trio.fail_after(PATIENCE_S):
        async with trio.open_nursery() as nursery:

            async def serve_theirs() -> None:
                request = await wrap_server_stream(nursery, theirs)
                connections.append(Connection(await request.accept(), server.rpc._handler, server.sessions))
                await connections[0].run()
                ended.set()

            deliver = theirs.send_stream.send_all_hook
            assert deliver is not None

            def before_each_write(act: Callable[[], Awaitable[None]]) -> None:
                async def act_and_deliver() -> None:
                    await act()
                    await deliver()

                theirs.send_stream.send_all_hook = act_and_deliver

            nursery.start_soon(serve_theirs)
            client = await wrap_client_stream(nursery, ours, "host", "/kurento")
            await trio.testing.wait_all_tasks_blocked()
            yield Line(client, connections[0], ended, before_each_write)
            nursery.cancel_scope.cancel()


async def test_replies_come_in_order_and_several_by_one_write() -> None:
    async with open_line() as line:
        writes = 0

        async def count() -> None:
            nonlocal writes
            writes += 1

        line.before_each_write(count)
        await line.ask(300)
        assert await line.read(300) == list(range(300))
        assert writes < 300


async def test_no_more_is_carried_out_than_there_is_room_for_replies() -> None:
    async with open_line() as line:
        gate = trio.Event()
        line.before_each_write(gate.wait)
        asked = ROOM_MESSAGES + 400
        line.server.send_event('{"id":"event"}')
        await line.ask(asked)
        await trio.testing.wait_all_tasks_blocked()
        assert len(line.server._outbox) == ROOM_MESSAGES
        gate.set()
        assert await line.read(1 + asked) == ["event", *range(asked)]
        assert not line.ended.is_set()


async def test_a_connection_ends_though_nobody_takes_what_waits() -> None:
    async with open_line() as line:
        gate = trio.Event()

        async def break_off() -> None:
            await gate.wait()
            raise trio.BrokenResourceError

        line.before_each_write(break_off)
        line.server.send_event("{}")
        await line.ask(ROOM_MESSAGES + 400)
        await trio.testing.wait_all_tasks_blocked()
        gate.set()
        await line.ended.wait()


async def test_room_is_bounded_by_number_and_by_size_and_replies_pass_the_bounds_of_events() -> None:
    with trio.fail_after(PATIENCE_S):
        for text, count in (("x", ROOM_MESSAGES), ("x" * ROOM_CHARACTERS, 1)):
            outbox = Outbox(max_messages=1, max_characters=1)
            for _ in range(count):
                await outbox.room()
                outbox.put_reply(text)
            with trio.move_on_after(0) as no_room:
                await outbox.room()
            assert no_room.cancelled_caught
            outbox.sent(1)
            await outbox.room()
