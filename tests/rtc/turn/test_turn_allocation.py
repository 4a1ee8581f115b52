"""An allocation against a strict server: credentials, refreshes, permissions, channels, and answers of all kinds."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kms_trio.rtc.ice import Transmit
from kms_trio.rtc.turn import Allocation, AllocationState
from kms_trio.rtc.turn.constants import ALLOCATE, CHANNEL_BIND, CREATE_PERMISSION, REFRESH
from kms_trio.rtc.turn.peers import MAX_HELD, MAX_HOSTS
from kms_trio.testing.network import Address, FakeNetwork
from kms_trio.testing.turn import FakeTurnServer, TurnClient

CLIENT, SERVER, RELAYED = ("192.0.2.1", 5000), ("198.51.100.9", 3478), ("198.51.100.9", 50000)
PEER, OTHER_PORT = ("203.0.113.5", 7000), ("203.0.113.5", 7001)
PEER_IPV6 = ("2001:db8::5", 7000)


class EchoPeer:
    """Sends back what it gets."""

    deadline = None

    def __init__(self, network: FakeNetwork, *addresses: Address) -> None:
        self.received: list[bytes] = []
        self._transmits: list[Transmit] = []
        network.attach(self, *addresses)

    def receive(self, data: bytes, *, local: Address, remote: Address, now: float) -> None:
        self.received.append(data)
        self._transmits.append(Transmit(b"echo " + data, local, remote))

    def handle_timeout(self, now: float) -> None:
        pass

    def transmits(self) -> list[Transmit]:
        drained, self._transmits = self._transmits, []
        return drained


def a_client(network: FakeNetwork, **credentials: str) -> TurnClient:
    return TurnClient(network, CLIENT, SERVER, random.Random(1), **credentials)


def allocated(network: FakeNetwork) -> tuple[FakeTurnServer, TurnClient]:
    server, client = FakeTurnServer(network, SERVER, RELAYED), a_client(network)
    assert network.run_until(lambda: client.allocation.state is AllocationState.ALLOCATED)
    return server, client


def methods(server: FakeTurnServer) -> list[int]:
    return [method for _, method in server.requests]


def test_an_allocation_takes_two_round_trips() -> None:
    network = FakeNetwork(delay_s=(0.01, 0.01))
    network.put_behind_nat(CLIENT[0], "203.0.113.1")
    _, client = allocated(network)
    assert network.now == pytest.approx(0.04)
    assert client.allocation.relayed_address == RELAYED
    assert client.allocation.mapped_address == ("203.0.113.1", 40000)
    assert client.allocation.error == ""


@pytest.mark.parametrize("wrong", [{"password": "guessed"}, {"username": "mallory"}])
def test_wrong_credentials_end_it_without_being_told_in_the_error(wrong: dict[str, str]) -> None:
    network = FakeNetwork()
    FakeTurnServer(network, SERVER, RELAYED)
    client = a_client(network, **wrong)
    assert network.run_until(lambda: client.allocation.state is AllocationState.FAILED)
    assert client.allocation.error == "allocation refused: 401 refused"
    assert client.allocation.deadline is None
    assert not any(b"guessed" in packet.data or b"a secret" in packet.data for packet in network.wire)


@pytest.mark.parametrize(("code", "text"), [(437, "437"), (442, "442"), (486, "486"), (508, "508"), (300, "300")])
def test_a_refused_allocation_says_why(code: int, text: str) -> None:
    network = FakeNetwork()
    FakeTurnServer(network, SERVER, RELAYED).errors[ALLOCATE] = code
    client = a_client(network)
    assert network.run_until(lambda: client.allocation.state is AllocationState.FAILED)
    assert text in client.allocation.error


def test_a_server_that_is_not_there() -> None:
    network = FakeNetwork()
    client = a_client(network)
    assert network.run_until(lambda: client.allocation.state is AllocationState.FAILED)
    assert network.now == pytest.approx(5.5)
    assert client.allocation.error == "allocation refused: no answer"


def test_a_server_whose_nonces_never_hold() -> None:
    network = FakeNetwork()
    server = FakeTurnServer(network, SERVER, RELAYED)
    server.errors[ALLOCATE] = 438
    client = a_client(network)
    assert network.run_until(lambda: client.allocation.state is AllocationState.FAILED)
    assert "438" in client.allocation.error
    assert len(network.wire) <= 8


def test_an_answer_that_is_not_signed_is_as_if_it_had_not_come() -> None:
    network = FakeNetwork()
    server = FakeTurnServer(network, SERVER, RELAYED)
    server.signs = False
    client = a_client(network)
    network.run(1.0)
    assert client.allocation.state is AllocationState.ALLOCATING
    server.signs = True
    assert network.run_until(lambda: client.allocation.state is AllocationState.ALLOCATED)


def test_the_first_datagrams_wait_for_the_permission() -> None:
    network = FakeNetwork()
    server, client = allocated(network)
    peer = EchoPeer(network, PEER, OTHER_PORT)
    client.allocation.send(b"one", PEER, network.now)
    client.allocation.send(b"two", OTHER_PORT, network.now)
    assert network.run_until(lambda: len(client.received) == 2)
    assert peer.received == [b"one", b"two"]
    assert client.received == [(PEER, b"echo one"), (OTHER_PORT, b"echo two")]
    assert methods(server).count(CREATE_PERMISSION) == 1, "a permission is for a host, not for a port"
    client.allocation.send(b"three", PEER, network.now)
    assert network.run_until(lambda: len(client.received) == 3)
    assert methods(server).count(CREATE_PERMISSION) == 1


def test_an_ipv6_peer() -> None:
    network = FakeNetwork()
    _, client = allocated(network)
    EchoPeer(network, PEER_IPV6)
    client.allocation.send(b"one", PEER_IPV6, network.now)
    assert network.run_until(lambda: client.received == [(PEER_IPV6, b"echo one")])


def test_a_channel_carries_what_follows() -> None:
    network = FakeNetwork()
    server, client = allocated(network)
    EchoPeer(network, PEER)
    client.allocation.bind_channel(PEER, network.now)
    client.allocation.bind_channel(PEER, network.now)
    client.allocation.send(b"early", PEER, network.now)
    assert network.run_until(lambda: len(client.received) == 1)
    early = server.indications
    client.allocation.send(b"later", PEER, network.now)
    assert network.run_until(lambda: len(client.received) == 2)
    assert client.received[-1] == (PEER, b"echo later")
    assert server.indications == early
    assert methods(server).count(CHANNEL_BIND) == 1


def test_a_channel_that_is_refused_leaves_indications() -> None:
    network = FakeNetwork()
    server, client = allocated(network)
    server.errors[CHANNEL_BIND] = 486
    EchoPeer(network, PEER)
    for text in (b"one", b"two"):
        client.allocation.bind_channel(PEER, network.now)
        client.allocation.send(text, PEER, network.now)
        network.run(1.0)
    assert [data for _, data in client.received] == [b"echo one", b"echo two"]
    assert server.indications == 2


def test_a_forbidden_peer_is_not_asked_for_again() -> None:
    network = FakeNetwork()
    server, client = allocated(network)
    server.errors[CREATE_PERMISSION] = 403
    for _ in range(3):
        client.allocation.send(b"one", PEER, network.now)
        network.run(1.0)
    assert client.allocation.dropped == 3
    assert client.allocation.state is AllocationState.ALLOCATED
    assert len([packet for packet in network.wire if packet.destination == SERVER]) == 3


def test_a_permission_that_failed_for_the_moment_is_asked_for_again() -> None:
    network = FakeNetwork()
    server, client = allocated(network)
    EchoPeer(network, PEER)
    server.errors[CREATE_PERMISSION] = 508
    client.allocation.send(b"one", PEER, network.now)
    network.run(1.0)
    server.errors.clear()
    client.allocation.send(b"two", PEER, network.now)
    assert network.run_until(lambda: client.received == [(PEER, b"echo two")])
    assert client.allocation.dropped == 1


def test_what_waits_is_bounded() -> None:
    network = FakeNetwork()
    server, client = allocated(network)
    peer = EchoPeer(network, PEER)
    for number in range(20):
        client.allocation.send(bytes([number]), PEER, network.now)
    for number in range(2 * MAX_HOSTS):
        client.allocation.send(b"x", (f"203.0.114.{number % 256}", 1), network.now)
    network.run(1.0)
    assert peer.received == [bytes([number]) for number in range(20 - MAX_HELD, 20)]
    assert methods(server).count(CREATE_PERMISSION) == MAX_HOSTS
    assert client.allocation.dropped == (20 - MAX_HELD) + (2 * MAX_HOSTS - (MAX_HOSTS - 1))


def test_an_hour_of_talk_keeps_everything_alive() -> None:
    """The server refuses whatever has expired; nonces change on the way."""
    network = FakeNetwork()
    server, client = allocated(network)
    EchoPeer(network, PEER, OTHER_PORT)
    client.allocation.bind_channel(PEER, network.now)
    for minute in range(60):
        server.nonce = b"nonce-%d" % (minute // 7)
        client.allocation.send(b"a", PEER, network.now)
        client.allocation.send(b"b", OTHER_PORT, network.now)
        network.run(60.0)
    assert client.allocation.state is AllocationState.ALLOCATED
    assert len(client.received) == 120
    assert 5 <= methods(server).count(REFRESH) <= 8
    assert 10 <= methods(server).count(CHANNEL_BIND) <= 16


def test_peers_that_are_not_used_any_more_are_forgotten() -> None:
    network = FakeNetwork()
    server, client = allocated(network)
    EchoPeer(network, PEER)
    client.allocation.bind_channel(PEER, network.now)
    client.allocation.send(b"one", PEER, network.now)
    network.run(1200.0)
    before = len(server.requests)
    network.run(1200.0)
    assert set(methods(server)[before:]) == {REFRESH}
    client.allocation.bind_channel(PEER, network.now)
    client.allocation.send(b"two", PEER, network.now)
    assert network.run_until(lambda: (PEER, b"echo two") in client.received)


def test_a_refresh_that_is_lost_is_repeated_and_one_that_is_refused_ends_it() -> None:
    network = FakeNetwork()
    server, client = allocated(network)
    network.drop = lambda packet: 530 < packet.sent_at < 570
    network.run(900.0)
    assert client.allocation.state is AllocationState.ALLOCATED
    server.errors[REFRESH] = 437
    network.run(900.0)
    assert client.allocation.state is AllocationState.FAILED
    assert client.allocation.error == "the relayed address is lost: 437 refused"


def test_a_server_that_vanishes_ends_it_when_the_lifetime_is_over() -> None:
    network = FakeNetwork()
    server, client = allocated(network)
    network.detach(server)
    assert network.run_until(lambda: client.allocation.state is AllocationState.FAILED, 1000)
    assert 585 <= network.now <= 605


def test_closing_gives_the_address_back() -> None:
    network = FakeNetwork()
    server, client = allocated(network)
    client.allocation.close(network.now)
    assert client.allocation.state is AllocationState.CLOSED
    network.run(1.0)
    assert server.client is None
    client.allocation.send(b"late", PEER, network.now)
    client.allocation.close(network.now)
    assert client.allocation.transmits() == []


def test_a_stranger_cannot_speak_through_the_server_without_permission() -> None:
    network = FakeNetwork()
    server, client = allocated(network)
    server.permitted_until[PEER[0]] = 1e9  # the server is wrong, or somebody plays the server
    network.send(b"hello", PEER, RELAYED)
    network.run(1.0)
    assert client.received == []
    assert client.allocation.ignored == 1


@given(st.lists(st.binary(max_size=120), max_size=4), st.booleans(), st.integers(0, 0x1FF))
def test_fuzz_receive(messages: list[bytes], as_stun: bool, kind: int) -> None:
    """Whatever a server sends, nothing raises, and no address comes of it."""
    allocation = Allocation("alice", "a secret", random=random.Random(1))
    allocation.start(0.0)
    (request,) = allocation.transmits()
    for data in messages:
        if as_stun:
            data = kind.to_bytes(2) + (len(data) & ~3).to_bytes(2) + request[4:20] + data[: len(data) & ~3]
        assert allocation.receive(data, 0.0) is None
        allocation.handle_timeout(1.0)
    assert allocation.state is not AllocationState.ALLOCATED or as_stun
