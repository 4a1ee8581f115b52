"""ICE over TCP: framing, and an agent whose passive candidate a peer has connected to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kms_trio.rtc.ice import CandidateType, IceRole, IceState, format_candidate, host_candidate, tcp_host_candidate
from kms_trio.rtc.ice.tcp_framing import FrameReader, FramingError, frame
from kms_trio.testing.ice import IcePeer, both, introduce
from kms_trio.testing.network import Address, FakeNetwork

SERVER, LISTENING = ("192.0.2.1", 5000), ("192.0.2.1", 5001)
CONNECTED = ("198.51.100.2", 40000)


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
    assert server.agent.statistics.candidates_ignored == 1


def test_udp_is_preferred_once_it_works() -> None:
    network = FakeNetwork()
    client, server = a_pair(network)
    network.drop = lambda packet: False
    meet(client, server)
    assert network.run_until(lambda: both(IceState.COMPLETED, client, server))
    assert server.agent.selected_pair is not None
    assert server.agent.selected_pair.local.transport == "udp"


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
