"""Crowds of clients, good and bad, all at once; what a server has left when they are gone is told by `Remains`."""

from __future__ import annotations

import contextlib
import gc
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

import attrs
import trio
from trio_websocket import ConnectionClosed

from kms_trio.app import Server
from kms_trio.clock import SystemClock
from kms_trio.objects.ids import MANAGER_ID
from kms_trio.rpc.request_cache import LIFETIME_S
from kms_trio.testing.rpc import RpcClient, open_client
from tests.rpc.plain_socket import HANDSHAKE

#: How long everything that a crowd does may take before a client counts as not served.
SERVED_WITHIN_S = 60


class HurriedClock(SystemClock):
    """A clock that can be moved on, so that nobody has to wait until cached replies are forgotten."""

    def __init__(self) -> None:
        self._ahead_s = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self._ahead_s

    def forget_replies(self) -> None:
        """Let the request cache's lifetime pass."""
        self._ahead_s += LIFETIME_S


@attrs.frozen
class Remains:
    """What a process holds."""

    tasks: int
    descriptors: int
    python_objects: int
    memory_bytes: int

    def no_more_than(self, other: Remains) -> bool:
        """Whether there are no more tasks and descriptors than then."""
        return self.tasks <= other.tasks and self.descriptors <= other.descriptors

    @classmethod
    def now(cls) -> Remains:
        gc.collect()
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return cls(
            tasks=trio.lowlevel.current_statistics().tasks_living,
            descriptors=len(os.listdir("/proc/self/fd")),  # noqa: PTH208 - a number is wanted, not paths
            python_objects=len(gc.get_objects()),
            memory_bytes=pages * os.sysconf("SC_PAGE_SIZE"),
        )


@attrs.define(eq=False)
class Crowd:
    """Clients of one server: `steady` ones with sessions and objects, `restless` ones that drop and come back."""

    server: Server
    steady: int
    restless: int
    returns: int
    _arrived: int = 0

    async def visit(self) -> None:
        """All of them, until all are gone."""
        everybody_is_here, all_have_returned = trio.Event(), trio.Event()
        with trio.fail_after(SERVED_WITHIN_S + self.steady):
            async with trio.open_nursery() as steady:
                for number in range(self.steady):
                    steady.start_soon(self._stay, number, everybody_is_here, all_have_returned)
                await everybody_is_here.wait()
                async with trio.open_nursery() as bad, trio.open_nursery() as restless:
                    bad.start_soon(self._send_endlessly)
                    bad.start_soon(self._send_an_endless_message)
                    bad.start_soon(self._never_read)
                    for number in range(self.restless):
                        restless.start_soon(self._drop_and_return, number)
                    restless.start_soon(self._until_deaf_are_closed)
                    # The restless come to an end by themselves, the endless sender with them.
                    restless.start_soon(self._cancel_after_restless, restless, bad)
                all_have_returned.set()

    async def _cancel_after_restless(self, restless: trio.Nursery, bad: trio.Nursery) -> None:
        while len(restless.child_tasks) > 1:
            async with open_client(self.server.control_url) as client:  # and everybody is served meanwhile
                assert (await client.request("ping")) == {"value": "pong"}
        bad.cancel_scope.cancel()

    async def _stay(self, number: int, everybody_is_here: trio.Event, leave: trio.Event) -> None:
        """Hold a session with objects and subscriptions; go in one of the ways in which clients go."""
        async with open_client(self.server.control_url) as client:
            pipeline = await client.create("MediaPipeline")
            source = await client.create("PassThrough", mediaPipeline=pipeline)
            sink = await client.create("PassThrough", mediaPipeline=pipeline)
            await client.subscribe(source, "ElementConnected", "Error", "MediaFlowInStateChange")
            await client.invoke(source, "connect", sink=sink)
            self._arrived += 1
            if self._arrived % self.steady == 0:
                everybody_is_here.set()
            await leave.wait()
            assert (await client.request("ping"))["value"] == "pong"
            if number % 3 == 0:
                await client.request("closeSession", {"sessionId": client.session_id})
            elif number % 3 == 1:
                await client.release(pipeline)

    async def _drop_and_return(self, number: int) -> None:
        """Lose the connection again and again, each time coming back to the same session and its objects."""
        session, pipeline = f"restless {number}", ""
        for _ in range(self.returns):
            async with open_client(self.server.control_url) as client:
                if pipeline:
                    assert (await client.request("connect", {"sessionId": session}))["sessionId"] == session
                else:
                    params = {"type": "MediaPipeline", "sessionId": session}
                    pipeline = (await client.request("create", params))["value"]
                await client.subscribe(pipeline, "Error")
                await client.create("PassThrough", mediaPipeline=pipeline)
                await _drop(client)

    async def _send_endlessly(self) -> None:
        """Requests without end; the replies are read."""
        async with open_client(self.server.control_url) as client:
            while True:
                await client.request("ping")

    async def _send_an_endless_message(self) -> None:
        """Fragments of one message that never ends (RFC 6455 section 5.4), until the server has enough of it."""
        async with _raw_client(self.server) as stream:
            fragment = bytes([0x81, 0xFF]) + (2**16).to_bytes(8, "big") + bytes(4) + b" " * 2**16
            first = True
            with contextlib.suppress(trio.BrokenResourceError):
                while True:
                    opcode, first = 0x01 if first else 0x00, False
                    await stream.send_all(bytes([opcode]) + fragment[1:])

    async def _never_read(self) -> None:
        """Ask for events, and read none of them."""
        async with _raw_client(self.server) as stream:
            params = {"object": MANAGER_ID, "type": "ObjectCreated", "sessionId": "deaf"}
            request = {"jsonrpc": "2.0", "id": 1, "method": "subscribe", "params": params}
            payload = json.dumps(request).encode()
            # Masked with zeros (section 5.2).
            await stream.send_all(bytes([0x81, 0xFE]) + len(payload).to_bytes(2, "big") + bytes(4) + payload)
            await trio.sleep_forever()

    async def _until_deaf_are_closed(self) -> None:
        """Raise events too large for any socket's buffer until the client that does not read has been closed."""
        manager = self.server.context.directory.get(MANAGER_ID)
        while not self.server.context.bus.wanted(MANAGER_ID, "ObjectCreated"):  # noqa: ASYNC110 - it happens on the network
            await trio.sleep(0.001)
        manager.send_tags_in_events = True
        manager.add_tag("filler", "x" * 500_000)
        async with open_client(self.server.control_url) as client:
            while "deaf" in self.server.sessions._peers:
                await client.release(await client.create("MediaPipeline"))
        manager.remove_tag("filler")
        manager.send_tags_in_events = False


async def _drop(client: RpcClient) -> None:
    """Break the TCP connection without a closing handshake."""
    with contextlib.suppress(ConnectionClosed, trio.BrokenResourceError):
        await trio.aclose_forcefully(client.websocket._stream)
    await client.wait_closed()


@contextlib.asynccontextmanager
async def _raw_client(server: Server) -> AsyncIterator[trio.SocketStream]:
    """A TCP connection after the opening handshake."""
    async with await trio.open_tcp_stream("127.0.0.1", server.control_port) as stream:
        await stream.send_all(HANDSHAKE)
        assert (await stream.receive_some()).startswith(b"HTTP/1.1 101")
        yield stream
