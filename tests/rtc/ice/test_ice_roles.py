"""Role conflicts (RFC 8445 section 7.3.1.1) and lite peers."""

from __future__ import annotations

import pytest

from kms_trio.rtc.ice import IceRole, IceState
from kms_trio.testing.ice import IcePeer, both, introduce
from kms_trio.testing.network import FakeNetwork

LEFT, RIGHT = ("192.0.2.1", 1000), ("198.51.100.2", 2000)
BIG, SMALL = 2**64 - 1, 0


@pytest.mark.parametrize("role", list(IceRole))
@pytest.mark.parametrize(("left_breaker", "right_breaker"), [(BIG, SMALL), (SMALL, BIG)])
@pytest.mark.parametrize("first", ["left", "right", "both"])
def test_the_larger_tie_breaker_controls(role: IceRole, left_breaker: int, right_breaker: int, first: str) -> None:
    network = FakeNetwork()
    left = IcePeer(network, role, LEFT, seed=1, tie_breaker=left_breaker)
    right = IcePeer(network, role, RIGHT, seed=2, tie_breaker=right_breaker)
    left.learn_credentials(right)
    right.learn_credentials(left)
    if first != "right":
        left.learn_candidates(right)
    if first != "left":
        right.learn_candidates(left)
    assert network.run_until(lambda: both(IceState.COMPLETED, left, right), 5.0)
    winner, loser = (left, right) if left_breaker > right_breaker else (right, left)
    assert winner.agent.role is IceRole.CONTROLLING
    assert loser.agent.role is IceRole.CONTROLLED
    assert left.agent.statistics.role_conflicts + right.agent.statistics.role_conflicts > 0
    network.run(60.0)
    assert both(IceState.COMPLETED, left, right)


@pytest.mark.parametrize("role", list(IceRole))
@pytest.mark.parametrize("seed", range(5))
def test_conflicts_are_solved_on_a_bad_network(role: IceRole, seed: int) -> None:
    network = FakeNetwork(seed, delay_s=(0.01, 0.4), loss=0.2)
    left = IcePeer(network, role, LEFT, ("192.0.2.1", 1001), seed=seed)
    right = IcePeer(network, role, RIGHT, ("198.51.100.2", 2001), seed=seed + 100)
    introduce(left, right)
    assert network.run_until(lambda: both(IceState.COMPLETED, left, right), 30.0)
    assert left.agent.role is not right.agent.role


def test_equal_tie_breakers_do_not_run_hot() -> None:
    network = FakeNetwork(delay_s=(0.001, 0.001))
    left = IcePeer(network, IceRole.CONTROLLING, LEFT, seed=1, tie_breaker=7)
    right = IcePeer(network, IceRole.CONTROLLING, RIGHT, seed=2, tie_breaker=7)
    introduce(left, right)
    network.run(5.0)
    assert len(network.wire) < 1000


def test_a_lite_peer_makes_us_controlling() -> None:
    network = FakeNetwork()
    ours = IcePeer(network, IceRole.CONTROLLED, LEFT, seed=1)
    lite = IcePeer(network, IceRole.CONTROLLED, RIGHT, seed=2)
    # A lite agent asks nothing and answers everything: here one that never learns our credentials.
    ours.learn_credentials(lite, lite=True)
    ours.learn_candidates(lite)
    assert ours.agent.role is IceRole.CONTROLLING
    assert network.run_until(lambda: ours.state is IceState.COMPLETED, 1.0)
    assert lite.agent.statistics.requests_sent == 0
