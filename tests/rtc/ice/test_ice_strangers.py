"""Whoever does not know the password changes nothing but a counter; who knows it cannot make an agent grow."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from kms_trio.rtc.ice import IceRole, IceState, host_candidate
from kms_trio.rtc.ice.pairs import MAX_PAIRS
from kms_trio.rtc.ice.remote import MAX_REMOTE_CANDIDATES
from kms_trio.testing.ice import IcePeer, both, introduce
from kms_trio.testing.network import FakeNetwork
from kms_trio.testing.scripted_ice import ScriptedPeer

OURS, THEIRS = ("192.0.2.1", 1000), ("198.51.100.2", 2000)


def test_a_flood_of_strangers_leaves_no_trace_and_little_answer() -> None:
    network = FakeNetwork()
    ours = IcePeer(network, IceRole.CONTROLLED, OURS)
    strangers = [("203.0.113.1", port) for port in range(1, 2001)]
    stranger = ScriptedPeer(network, ours, *strangers)
    network.run(0.0)
    for address in strangers:
        stranger.check(address, key=b"a guess", use_candidate=True)
    network.run(0.1)
    assert ours.agent.statistics.unauthenticated == 2000
    assert ours.agent.pairs == ()
    assert ours.state is IceState.NEW
    assert ours.agent.deadline is None
    assert len(stranger.responses) == 1


def test_a_peer_with_many_addresses_is_limited() -> None:
    network = FakeNetwork()
    ours = IcePeer(network, IceRole.CONTROLLED, OURS)
    addresses = [("203.0.113.1", port) for port in range(1, 1001)]
    theirs = ScriptedPeer(network, ours, *addresses)
    theirs.answering = False
    for address in addresses:
        theirs.check(address)
    network.run(0.1)
    assert len(theirs.responses) == 1000
    assert len(ours.agent.pairs) == MAX_PAIRS
    ours.agent.set_remote_credentials(theirs.credentials, network.now)
    for address in addresses:
        theirs.check(address)
    network.run(0.1)
    assert len(ours.agent.pairs) == MAX_PAIRS


def test_a_peer_that_signals_many_candidates_is_limited() -> None:
    network = FakeNetwork()
    ours = IcePeer(network, IceRole.CONTROLLED, OURS, ("192.0.2.1", 1001))
    for port in range(1, 1001):
        ours.agent.add_remote_candidate(host_candidate("203.0.113.1", port), network.now)
    assert len(ours.agent.pairs) == MAX_PAIRS
    assert ours.agent.statistics.candidates_refused >= 1000 - MAX_REMOTE_CANDIDATES


def test_the_real_path_is_found_behind_a_hundred_useless_candidates() -> None:
    network = FakeNetwork()
    ours = IcePeer(network, IceRole.CONTROLLED, OURS, seed=1)
    theirs = IcePeer(network, IceRole.CONTROLLING, THEIRS, seed=2)
    for port in range(1, 201):
        ours.agent.add_remote_candidate(host_candidate("203.0.113.1", port), network.now)
    ours.learn_credentials(theirs)
    theirs.learn_credentials(ours)
    network.run(1.0)
    theirs.learn_candidates(ours)
    assert network.run_until(lambda: both(IceState.COMPLETED, ours, theirs), 1.0)


@given(st.lists(st.binary(max_size=120), max_size=20), st.integers(0, 3))
def test_random_datagrams_never_raise(datagrams: list[bytes], phase: int) -> None:
    network = FakeNetwork()
    ours = IcePeer(network, IceRole.CONTROLLED, OURS, seed=1)
    theirs = IcePeer(network, IceRole.CONTROLLING, THEIRS, seed=2)
    if phase:
        introduce(ours, theirs)
        network.run(phase - 1)
    before = ours.state
    for datagram in datagrams:
        assert not ours.agent.receive(datagram, local=OURS, remote=THEIRS, now=network.now)
    assert ours.state is before


def test_changed_copies_of_real_messages_never_raise_nor_disturb() -> None:
    network = FakeNetwork()
    ours = IcePeer(network, IceRole.CONTROLLED, OURS, seed=1)
    theirs = IcePeer(network, IceRole.CONTROLLING, THEIRS, seed=2)
    introduce(ours, theirs)
    network.run(20.0)
    source = random.Random(1)
    messages = [packet.data for packet in network.wire]
    for _ in range(5000):
        datagram = bytearray(source.choice(messages))
        for _ in range(source.randint(1, 3)):
            datagram[source.randrange(len(datagram))] = source.randrange(256)
        del datagram[source.randrange(len(datagram)) if source.random() < 0.1 else len(datagram) :]
        ours.agent.receive(bytes(datagram), local=OURS, remote=THEIRS, now=network.now)
    network.run(60.0)
    assert both(IceState.COMPLETED, ours, theirs)
