"""ICE over TCP: framing, an agent whose passive candidate a peer has connected to, and one that connects itself.

On the fake network a connection looks like a socket, and opens with the first datagram.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kms_trio.rtc.ice import (
    DISCARD_PORT,
    CandidateType,
    IceRole,
    IceState,
    PairState,
    format_candidate,
    host_candidate,
    parse_candidate,
    tcp_host_candidate,
)
from kms_trio.rtc.ice.search import DATAGRAMS_FIRST_S, MAX_CONNECTIONS
from kms_trio.rtc.ice.tcp_framing import FrameReader, FramingError, frame
from kms_trio.testing.ice import IcePeer, both, introduce
from kms_trio.testing.network import Address, FakeNetwork

SERVER, LISTENING = ("192.0.2.1", 5000), ("192.0.2.1", 5001)
CONNECTED = ("198.51.100.2", 40000)
PASSIVE = ("198.51.100.2", 50000)
ACTIVE = ("192.0.2.1", DISCARD_PORT)


def test_the_text_of_a_passive_candidate() -> None:
    text = format_candidate(tcp_host_candidate(*LISTENING))
    assert " 1 TCP " in text
    assert text.endswith(" 192.0.2.1 5001 typ host tcptype passive")


def test_tcp_comes_after_everything_direct_over_udp_and_before_relays() -> None:
    tcp, udp = tcp_host_candidate(*LISTENING), host_candidate(*SERVER)
    assert 0 < tcp.priority >> 24 < 100 < udp.priority >> 24


def a_pair(network: FakeNetwork) -> tuple[IcePeer, IcePeer]:
    """A client that only reaches the listening socket, over a connection from CONNECTED."""
    client = IcePeer(network, IceRole.CONTROLLING, CONNECTED, seed=1)
    server = IcePeer(network, IceRole.CONTROLLED, SERVER, seed=2)
    server.agent.add_local_candidate(tcp_host_candidate(*LISTENING), network.now)
    network.attach(server.agent, LISTENING)
    network.drop = lambda packet: SERVER in (packet.source, packet.destination)
    return client, server


def meet(client: IcePeer, server: IcePeer) -> None:
    """The client's agent knows nothing of TCP: its owner has connected, and the connection looks like a socket."""
    introduce(client, server)
    client.agent.add_remote_candidate(host_candidate(*LISTENING), 0.0)


def test_a_peer_that_connects_is_met() -> None:
    network = FakeNetwork()
    client, server = a_pair(network)
    meet(client, server)
    assert network.run_until(lambda: both(IceState.COMPLETED, client, server))
    pair = server.agent.selected_pair
    assert pair is not None
    assert (pair.local_address, pair.remote_address) == (LISTENING, CONNECTED)
    assert pair.local.transport == pair.remote.transport == "tcp"
    assert pair.remote.type is CandidateType.PEER_REFLEXIVE, "the UDP candidate with the same numbers is another one"
    assert pair.remote.tcp_type == "active"


def test_nobody_is_asked_over_tcp_who_has_not_connected() -> None:
    network = FakeNetwork()
    client, server = a_pair(network)
    server.learn_credentials(client)
    server.learn_candidates(client)
    server.agent.add_remote_candidate(tcp_host_candidate("198.51.100.2", 50000), network.now)
    network.run(40.0)
    sources: set[Address] = {packet.source for packet in network.wire}
    assert sources == {SERVER}


def test_udp_is_preferred_once_it_works() -> None:
    network = FakeNetwork()
    client, server = a_pair(network)
    network.drop = lambda packet: False
    meet(client, server)
    assert network.run_until(lambda: both(IceState.COMPLETED, client, server))
    assert server.agent.selected_pair is not None
    assert server.agent.selected_pair.local.transport == "udp"


def a_server_that_connects(network: FakeNetwork, host: str = ACTIVE[0]) -> IcePeer:
    """An agent with a UDP socket and an active candidate."""
    server = IcePeer(network, IceRole.CONTROLLED, (host, SERVER[1]), seed=2)
    server.agent.add_local_candidate(tcp_host_candidate(host, DISCARD_PORT), network.now)
    network.attach(server.agent, (host, DISCARD_PORT))
    return server


def a_client_that_listens(network: FakeNetwork, *addresses: Address) -> IcePeer:
    """An agent with UDP sockets and a passive candidate, which are not told to the other side yet."""
    client = IcePeer(network, IceRole.CONTROLLING, *addresses, seed=1)
    client.agent.add_local_candidate(tcp_host_candidate(*PASSIVE), network.now)
    network.attach(client.agent, PASSIVE)
    return client


def connections(network: FakeNetwork) -> list[Address]:
    """To whom the server has opened some, in order."""
    return list(dict.fromkeys(packet.destination for packet in network.wire if packet.source[1] == DISCARD_PORT))


def test_the_text_of_an_active_candidate() -> None:
    candidate = tcp_host_candidate(*ACTIVE)
    assert format_candidate(candidate).endswith(" 192.0.2.1 9 typ host tcptype active")
    assert candidate.priority > tcp_host_candidate(*LISTENING).priority, "RFC 6544 section 4.2 likes active ones more"


def test_a_peer_that_listens_is_connected_to() -> None:
    network = FakeNetwork()
    server, client = a_server_that_connects(network), a_client_that_listens(network, CONNECTED)
    network.drop = lambda packet: SERVER in (packet.source, packet.destination)
    introduce(client, server)
    server.agent.add_remote_candidate(tcp_host_candidate(*PASSIVE), network.now)
    assert network.run_until(lambda: both(IceState.COMPLETED, client, server))
    pair = server.agent.selected_pair
    assert pair is not None
    assert (pair.local_address, pair.remote_address) == (ACTIVE, PASSIVE)
    assert pair.local_candidate.type is CandidateType.HOST, "its port stands for any"
    theirs = client.agent.selected_pair
    assert theirs is not None
    assert theirs.remote.tcp_type == "active"
    first = min(packet.sent_at for packet in network.wire if packet.source == ACTIVE)
    assert first >= DATAGRAMS_FIRST_S


def test_no_connection_is_opened_when_udp_works() -> None:
    network = FakeNetwork()
    server, client = a_server_that_connects(network), a_client_that_listens(network, CONNECTED)
    server.agent.add_remote_candidate(tcp_host_candidate(*PASSIVE), network.now)
    introduce(client, server)
    assert network.run_until(lambda: both(IceState.COMPLETED, client, server))
    network.run(20.0)
    assert connections(network) == []


def test_candidates_that_come_late_have_their_time_too() -> None:
    network = FakeNetwork()
    server, client = a_server_that_connects(network), a_client_that_listens(network, CONNECTED)
    network.drop = lambda packet: SERVER in (packet.source, packet.destination)
    server.learn_credentials(client)
    client.learn_credentials(server)
    network.run(10.0)
    server.agent.add_remote_candidate(tcp_host_candidate(*PASSIVE), network.now)
    server.learn_candidates(client)
    assert network.run_until(lambda: bool(connections(network)))
    assert network.now >= 10.0 + DATAGRAMS_FIRST_S


def test_a_peer_with_many_candidates_gets_few_connections() -> None:
    network = FakeNetwork()
    server, client = a_server_that_connects(network), a_client_that_listens(network, CONNECTED)
    server.learn_credentials(client)
    for port in range(2000, 2060):
        server.agent.add_remote_candidate(tcp_host_candidate("198.51.100.3", port), network.now)
    network.run(60.0)
    assert len(connections(network)) == MAX_CONNECTIONS


def test_what_cannot_be_connected_to_has_failed_and_the_next_is_tried() -> None:
    network = FakeNetwork()
    server, client = a_server_that_connects(network), a_client_that_listens(network, CONNECTED)
    server.learn_credentials(client)
    for port in (2001, 2002):
        server.agent.add_remote_candidate(tcp_host_candidate("198.51.100.3", port), network.now)
    assert network.run_until(lambda: len(connections(network)) == 2)
    for remote in connections(network):
        server.agent.connection_lost(ACTIVE, remote, network.now)
    assert [pair.state for pair in server.agent.pairs] == [PairState.FAILED] * 2
    server.agent.end_of_candidates(network.now)
    assert server.state is IceState.FAILED
    server.agent.connection_lost(ACTIVE, PASSIVE, network.now)  # too late to matter


def test_a_connection_that_ends_in_use_leaves_the_rest_to_consent() -> None:
    network = FakeNetwork()
    server, client = a_server_that_connects(network), a_client_that_listens(network, CONNECTED)
    network.drop = lambda packet: SERVER in (packet.source, packet.destination)
    introduce(client, server)
    server.agent.add_remote_candidate(tcp_host_candidate(*PASSIVE), network.now)
    assert network.run_until(lambda: both(IceState.COMPLETED, client, server))
    network.drop = lambda packet: True
    server.agent.connection_lost(ACTIVE, PASSIVE, network.now)
    assert server.state is IceState.COMPLETED
    assert network.run_until(lambda: server.state is IceState.FAILED)


@pytest.mark.parametrize(
    "candidate",
    [
        pytest.param("198.51.100.2 22 typ host tcptype passive", id="a port of a service"),
        pytest.param("198.51.100.2 9 typ host tcptype active", id="active itself"),
        pytest.param("198.51.100.2 50000 typ host tcptype so", id="simultaneous open"),
        pytest.param("198.51.100.2 50000 typ host", id="of no type"),
        pytest.param("224.0.0.1 50000 typ host tcptype passive", id="multicast"),
        pytest.param("0.0.0.0 50000 typ host tcptype passive", id="no address"),
        pytest.param("127.0.0.1 50000 typ host tcptype passive", id="our own loopback"),
        pytest.param("169.254.169.254 80 typ host tcptype passive", id="link-local"),
        pytest.param("2001:db8::1 50000 typ host tcptype passive", id="another IP version"),
        pytest.param("somewhere.local 50000 typ host tcptype passive", id="a name"),
    ],
)
def test_where_no_connection_goes(candidate: str) -> None:
    network = FakeNetwork()
    server, client = a_server_that_connects(network), a_client_that_listens(network, CONNECTED)
    server.learn_credentials(client)
    server.agent.add_remote_candidate(parse_candidate(f"1 1 tcp 1000 {candidate}"), network.now)
    network.run(40.0)
    assert connections(network) == []


@pytest.mark.parametrize("port", [80, 443, 1024])
def test_ports_that_peers_listen_on(port: int) -> None:
    network = FakeNetwork()
    server, client = a_server_that_connects(network), a_client_that_listens(network, CONNECTED)
    server.learn_credentials(client)
    server.agent.add_remote_candidate(tcp_host_candidate("198.51.100.3", port), network.now)
    network.run(5.0)
    assert connections(network) == [("198.51.100.3", port)]


def test_loopback_connects_to_loopback() -> None:
    network = FakeNetwork()
    server, client = a_server_that_connects(network, "127.0.0.1"), a_client_that_listens(network, CONNECTED)
    server.learn_credentials(client)
    server.agent.add_remote_candidate(tcp_host_candidate("127.0.0.1", 50000), network.now)
    network.run(5.0)
    assert connections(network) == [("127.0.0.1", 50000)]


@given(st.lists(st.binary(max_size=50), max_size=6), st.data())
def test_a_stream_is_cut_alike_however_it_arrives(datagrams: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(map(frame, datagrams))
    reader = FrameReader()
    got: list[bytes] = []
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        got += reader.feed(stream[:size])
        stream = stream[size:]
    assert got == [datagram for datagram in datagrams if datagram]


def test_frames_have_limits() -> None:
    assert frame(b"abc") == b"\x00\x03abc"
    with pytest.raises(FramingError, match="at most 65535 bytes, got 65536"):
        frame(bytes(65536))
    with pytest.raises(FramingError, match="at most 100 bytes, 101 are announced"):
        FrameReader(100).feed(b"\x00\x65")


@given(st.lists(st.binary(max_size=40), max_size=5))
def test_fuzz_frames(chunks: list[bytes]) -> None:
    reader = FrameReader(100)
    try:
        for chunk in chunks:
            reader.feed(chunk)
    except FramingError:
        return
    assert len(reader._buffer) <= 102
