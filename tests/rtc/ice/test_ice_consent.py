"""Consent freshness (RFC 7675)."""

from __future__ import annotations

import itertools

import pytest

from kms_trio.rtc.ice import IceRole, IceState
from kms_trio.testing.ice import IcePeer, both, introduce
from kms_trio.testing.network import FakeNetwork

LEFT, RIGHT = ("192.0.2.1", 1000), ("198.51.100.2", 2000)


def connected(network: FakeNetwork, disconnected_after_s: float = 30.0) -> tuple[IcePeer, IcePeer]:
    left = IcePeer(network, IceRole.CONTROLLING, LEFT, seed=1, disconnected_after_s=disconnected_after_s)
    right = IcePeer(network, IceRole.CONTROLLED, RIGHT, seed=2)
    introduce(left, right)
    assert network.run_until(lambda: both(IceState.COMPLETED, left, right), 1.0)
    return left, right


def test_checks_go_out_every_four_to_six_seconds() -> None:
    network = FakeNetwork()
    left, _ = connected(network)
    begin = len(network.wire)
    network.run(600.0)
    requests = [packet for packet in network.wire[begin:] if packet.source == LEFT and packet.data[:2] == b"\0\1"]
    gaps = [later.sent_at - earlier.sent_at for earlier, later in itertools.pairwise(requests)]
    assert 100 <= len(requests) <= 150
    assert all(4.0 <= gap <= 6.0 for gap in gaps)
    assert len(set(gaps)) > 50
    assert len({packet.data[8:20] for packet in requests}) == len(requests)
    assert left.agent.statistics.consent_requests_sent == len(requests)
    assert left.agent.statistics.round_trip_times_measured >= len(requests)


def test_thirty_seconds_of_silence_end_it() -> None:
    network = FakeNetwork()
    left, right = connected(network)
    network.run(100.0)
    answered_at = network.now
    network.detach(right.agent)
    assert network.run_until(lambda: left.state is IceState.FAILED, 60.0)
    assert 24.0 <= network.now - answered_at <= 30.1
    assert left.states[-3:] == [IceState.COMPLETED, IceState.DISCONNECTED, IceState.FAILED]
    assert left.agent.usable_pair is None
    assert left.agent.selected_pair is None
    assert left.agent.deadline is None
    assert left.agent.transmits() == []


def test_checks_of_a_peer_that_does_not_answer_ours_are_no_consent() -> None:
    network = FakeNetwork()
    left, _ = connected(network)
    network.drop = lambda packet: packet.source == RIGHT and packet.data[:2] != b"\0\1"
    assert network.run_until(lambda: left.state is IceState.FAILED, 60.0)


def test_a_gap_shorter_than_that_is_not_noticed() -> None:
    network = FakeNetwork()
    left, right = connected(network)
    network.drop = lambda packet: True
    network.run(20.0)
    network.drop = lambda packet: False
    network.run(100.0)
    assert IceState.DISCONNECTED not in left.states + right.states


def test_an_owner_may_want_to_hear_of_silence_earlier() -> None:
    network = FakeNetwork()
    left, right = connected(network, disconnected_after_s=8.0)
    network.drop = lambda packet: True
    assert network.run_until(lambda: left.state is IceState.DISCONNECTED, 20.0)
    assert left.agent.usable_pair is not None
    network.drop = lambda packet: False
    assert network.run_until(lambda: left.state is IceState.COMPLETED, 7.0)
    network.detach(right.agent)
    assert network.run_until(lambda: left.state is IceState.FAILED, 60.0)
    assert left.states == [
        IceState.CHECKING,
        IceState.CONNECTED,
        IceState.COMPLETED,
        IceState.DISCONNECTED,
        IceState.COMPLETED,
        IceState.DISCONNECTED,
        IceState.FAILED,
    ]


def test_consent_is_asked_for_before_nomination_too() -> None:
    network = FakeNetwork()
    controlled = IcePeer(network, IceRole.CONTROLLED, LEFT, seed=1)
    peer = IcePeer(network, IceRole.CONTROLLING, RIGHT, seed=2)
    network.drop = lambda packet: b"\x00\x25\x00\x00" in packet.data  # USE-CANDIDATE
    introduce(controlled, peer)
    assert network.run_until(lambda: controlled.state is IceState.CONNECTED, 1.0)
    network.detach(peer.agent)
    assert network.run_until(lambda: controlled.state is IceState.FAILED, 60.0)
    assert controlled.states == [IceState.CHECKING, IceState.CONNECTED, IceState.DISCONNECTED, IceState.FAILED]


def test_a_connected_agent_wakes_up_for_consent_only() -> None:
    network = FakeNetwork()
    left, _ = connected(network)
    network.run(1.0)
    assert left.agent.deadline is not None
    assert 2.0 < left.agent.deadline - network.now < 6.0


@pytest.mark.parametrize("seed", range(5))
def test_a_lossy_path_keeps_its_consent(seed: int) -> None:
    network = FakeNetwork(seed)
    left, right = connected(network)
    network.loss = 0.25
    network.run(1800.0)
    assert both(IceState.COMPLETED, left, right)
