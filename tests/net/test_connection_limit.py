"""Connections that strangers open: who is let in, who gives way, what the log says."""

from __future__ import annotations

import logging
from contextlib import ExitStack

import pytest
import trio
from trio.testing import MockClock

from kms_trio.net.connection_limit import (
    MOST_FILES,
    QUIET_S,
    AdmittedConnection,
    ConnectionLimit,
    address_of,
    share_of_files,
)

logger = logging.getLogger("test.connections")


class Door:
    """Connections that stay until they are told to go."""

    def __init__(self, limit: ConnectionLimit, nursery: trio.Nursery) -> None:
        self.limit = limit
        self._nursery = nursery
        self.inside: list[str] = []
        self.refused: list[str] = []

    async def knock(self, name: str, address: str, *, asks: bool = False) -> None:
        """Come; `asks` makes it a client that is of use."""
        self._nursery.start_soon(self._stay, name, address, asks)
        await trio.testing.wait_all_tasks_blocked()

    async def _stay(self, name: str, address: str, asks: bool) -> None:
        with self.limit.admit(address) as connection:
            if connection is None:
                self.refused.append(name)
                return
            self.inside.append(name)
            if asks:
                self.limit.keep(connection)
            try:
                await trio.sleep_forever()
            finally:
                self.inside.remove(name)


def door(nursery: trio.Nursery, most: int, per_address: int = 0) -> Door:
    return Door(ConnectionLimit("door", most, per_address, logger), nursery)


async def test_the_largest_crowd_of_silent_ones_gives_way(nursery: trio.Nursery) -> None:
    clients = door(nursery, 4)
    await clients.knock("old", "10.0.0.1")
    for number in range(3):
        await clients.knock(f"crowd{number}", "10.0.0.2")
    await clients.knock("new", "10.0.0.3")
    assert clients.inside == ["old", "crowd1", "crowd2", "new"]
    await clients.knock("crowd3", "10.0.0.2")
    assert clients.inside == ["old", "crowd2", "new", "crowd3"]
    assert (clients.limit.count, clients.refused) == (4, [])
    nursery.cancel_scope.cancel()


async def test_who_has_asked_for_something_stays_and_others_are_refused(nursery: trio.Nursery) -> None:
    clients = door(nursery, 2)
    await clients.knock("a", "10.0.0.1", asks=True)
    await clients.knock("b", "10.0.0.1", asks=True)
    await clients.knock("c", "10.0.0.2")
    assert (clients.inside, clients.refused) == (["a", "b"], ["c"])
    nursery.cancel_scope.cancel()


async def test_a_limit_an_address_holds_for_that_address(nursery: trio.Nursery) -> None:
    clients = door(nursery, 100, per_address=2)
    await clients.knock("a", "10.0.0.1", asks=True)
    await clients.knock("b", "10.0.0.1")
    await clients.knock("c", "10.0.0.1", asks=True)
    assert clients.inside == ["a", "c"], "the silent one went"
    await clients.knock("d", "10.0.0.1")
    await clients.knock("e", "10.0.0.2")
    assert (clients.inside, clients.refused) == (["a", "c", "e"], ["d"])
    nursery.cancel_scope.cancel()


async def test_what_has_ended_leaves_nothing_behind() -> None:
    limit = ConnectionLimit("door", 10, 0, logger)
    with ExitStack() as stack:
        admitted = [stack.enter_context(limit.admit(f"10.0.0.{number}")) for number in range(5)]
        assert all(isinstance(each, AdmittedConnection) for each in admitted)
        assert (limit.count, limit.can_make_room) == (5, True)
    assert (limit.count, limit.can_make_room, limit._counts, limit._silent) == (0, False, {}, {})


async def test_the_log_says_so_now_and_then(
    autojump_clock: MockClock, nursery: trio.Nursery, caplog: pytest.LogCaptureFixture
) -> None:
    clients = door(nursery, 1)
    with caplog.at_level(logging.WARNING, logger.name):
        for number in range(4):
            await clients.knock(str(number), "10.0.0.1")
        assert len(caplog.messages) == 1
        assert caplog.messages[0].startswith("Too many connections to the door (1, at most 1, and as many from one")
        await trio.sleep(QUIET_S)
        await clients.knock("last", "10.0.0.1")
    assert caplog.messages[1].endswith("since this was last said 3 silent ones were closed and 0 new ones refused")
    nursery.cancel_scope.cancel()


@pytest.mark.parametrize(
    ("host", "address"), [("127.0.0.1", "127.0.0.1"), ("::1", "::/64")], ids=["IPv4", "a network of IPv6"]
)
async def test_whom_a_connection_counts_for(host: str, address: str) -> None:
    [listener] = await trio.open_tcp_listeners(0, host=host)
    async with (
        listener,
        await trio.open_tcp_stream(host, listener.socket.getsockname()[1]),
        await listener.accept() as s,
    ):
        assert address_of(s) == address


async def test_an_ipv4_client_of_a_socket_for_both_counts_for_its_own_address() -> None:
    with trio.socket.socket(trio.socket.AF_INET6) as listening:
        listening.setsockopt(trio.socket.IPPROTO_IPV6, trio.socket.IPV6_V6ONLY, 0)
        await listening.bind(("::", 0))
        listening.listen()
        async with await trio.open_tcp_stream("127.0.0.1", listening.getsockname()[1]):
            accepted, _ = await listening.accept()
            async with trio.SocketStream(accepted) as stream:
                assert address_of(stream) == "127.0.0.1"


def test_half_of_the_files_are_left_for_media() -> None:
    assert [share_of_files(files) for files in (1, 1024, None)] == [1, 512, MOST_FILES // 2]
