"""Connections to servers over TCP: whole messages both ways, a writer that cannot keep up, ends of all kinds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Never

import attrs
import pytest
import trio
import trio.testing

from kms_trio.net.server_links import StreamLink, resolve
from kms_trio.net.stream_outbox import MAX_WAITING_BYTES
from kms_trio.rtc.turn import TurnError
from kms_trio.rtc.turn.framing import channel_data
from kms_trio.testing.patience import PATIENCE_S

MESSAGE = channel_data(0x4000, bytes(996), padded=True)


@attrs.define
class Connected:
    """A link, what it has received, and the server's end of it."""

    link: StreamLink
    server: trio.SocketStream
    received: list[bytes]
    ended: trio.Event
    port: int
    problem: Exception | None = None


@asynccontextmanager
async def connected() -> AsyncIterator[Connected]:
    accepted_send, accepted = trio.open_memory_channel[trio.SocketStream](1)
    received: list[bytes] = []
    link, opened = StreamLink(received.extend), trio.Event()
    (listener,) = await trio.open_tcp_listeners(0, host="127.0.0.1")
    port = listener.socket.getsockname()[1]

    async def accept() -> None:
        await accepted_send.send(await listener.accept())

    async with listener, trio.open_nursery() as nursery:
        nursery.start_soon(accept)
        both: Connected | None = None

        async def run() -> None:
            try:
                await link.run("127.0.0.1", port, None, opened.set)
            except (OSError, trio.BrokenResourceError, TurnError) as problem:
                assert both is not None
                both.problem = problem
            assert both is not None
            both.ended.set()

        nursery.start_soon(run)
        await opened.wait()
        async with await accepted.receive() as server:
            both = Connected(link, server, received, trio.Event(), port)
            yield both
            nursery.cancel_scope.cancel()


async def read_all(stream: trio.SocketStream, size: int) -> bytes:
    data = b""
    with trio.fail_after(PATIENCE_S):
        while len(data) < size:
            data += await stream.receive_some(65536)
    return data


async def test_messages_go_both_ways() -> None:
    async with connected() as both:
        both.link.send(MESSAGE)
        both.link.send(MESSAGE)
        assert await read_all(both.server, 2 * len(MESSAGE)) == 2 * MESSAGE
        await both.server.send_all(MESSAGE[:500])
        await both.server.send_all(MESSAGE[500:] + MESSAGE)
        with trio.fail_after(PATIENCE_S):
            while len(both.received) < 2:  # noqa: ASYNC110 - it happens on the network
                await trio.sleep(0.001)
        assert both.received == [MESSAGE, MESSAGE]


async def test_what_cannot_be_written_in_time_is_dropped_whole() -> None:
    async with connected() as both:
        fits = MAX_WAITING_BYTES // len(MESSAGE)
        for _ in range(fits + 10):  # the writer has had no turn yet
            both.link.send(MESSAGE)
        assert both.link.dropped == 10
        assert await read_all(both.server, fits * len(MESSAGE)) == fits * MESSAGE
        both.link.send(MESSAGE)
        assert await read_all(both.server, len(MESSAGE)) == MESSAGE


async def test_a_server_that_closes_ends_it() -> None:
    async with connected() as both:
        await both.server.aclose()
        with trio.fail_after(PATIENCE_S):
            await both.ended.wait()
        assert both.problem is None


async def test_a_server_that_talks_something_else_ends_it() -> None:
    async with connected() as both:
        await both.server.send_all(b"\x80 something else")
        with trio.fail_after(PATIENCE_S):
            await both.ended.wait()
        assert isinstance(both.problem, TurnError)


async def test_closing_ends_it() -> None:
    async with connected() as both:
        both.link.close()
        with trio.fail_after(PATIENCE_S):
            await both.ended.wait()
            assert await both.server.receive_some(10) == b""
        assert both.problem is None


async def test_nobody_there() -> None:
    async with connected() as both:
        port = both.port
    with pytest.raises(OSError, match="failed"):
        await StreamLink(lambda messages: None).run("127.0.0.1", port, None, lambda: None)


async def test_names_and_literal_addresses() -> None:
    assert await resolve("192.0.2.1", 3478, trio.socket.SOCK_DGRAM) == [("192.0.2.1", 3478)]
    assert await resolve("2001:db8:0::1", 3478, trio.socket.SOCK_DGRAM) == [("2001:db8::1", 3478)]
    assert ("127.0.0.1", 5) in await resolve("localhost", 5, trio.socket.SOCK_DGRAM)
    with pytest.raises(OSError, match=r"(?i)known|resolution"):
        await resolve("no-such-host.invalid", 5, trio.socket.SOCK_DGRAM)


async def test_a_name_server_that_does_not_answer(autojump_clock: trio.testing.MockClock) -> None:
    class Silent(trio.abc.HostnameResolver):
        async def getaddrinfo(self, *arguments: object) -> Never:
            await trio.sleep_forever()
            raise AssertionError

        async def getnameinfo(self, *arguments: object) -> Never:
            raise AssertionError

    trio.socket.set_custom_hostname_resolver(Silent())
    with pytest.raises(TimeoutError, match="not resolved within 5 s"):
        await resolve("turn.example.org", 3478, trio.socket.SOCK_DGRAM)
