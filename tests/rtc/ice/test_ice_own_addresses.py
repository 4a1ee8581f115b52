"""What an agent does with addresses that its owner knows more about: forbidden paths, server-reflexive candidates."""

from __future__ import annotations

from kms_trio.rtc.ice import IceRole, IceState, PairSelected, host_candidate, server_reflexive_candidate
from kms_trio.testing.ice import IcePeer, both, introduce
from kms_trio.testing.network import Address, FakeNetwork

SHARED_LEFT, SHARED_RIGHT = ("192.0.2.1", 1000), ("192.0.2.2", 1000)
PRIVATE = ("192.0.2.1", 1001)
SHARED = {SHARED_LEFT, SHARED_RIGHT}


def not_both_shared(local: Address, remote: Address) -> bool:
    return not (local in SHARED and remote in SHARED)


def test_a_forbidden_path_is_neither_tried_nor_learned() -> None:
    network = FakeNetwork()
    left = IcePeer(network, IceRole.CONTROLLING, SHARED_LEFT, PRIVATE, seed=1, may_pair=not_both_shared)
    right = IcePeer(network, IceRole.CONTROLLED, SHARED_RIGHT, seed=2, may_pair=not_both_shared)
    introduce(left, right)
    assert network.run_until(lambda: both(IceState.COMPLETED, left, right))
    assert left.selections == [(PRIVATE, SHARED_RIGHT)]
    assert right.selections == [(SHARED_RIGHT, PRIVATE)]
    assert all(not_both_shared(packet.source, packet.destination) for packet in network.wire)
    assert left.agent.statistics.paths_avoided == 1
    assert right.agent.statistics.paths_avoided == 1


def test_a_peer_that_tries_a_forbidden_path_is_answered_but_not_met_there() -> None:
    network = FakeNetwork()
    left = IcePeer(network, IceRole.CONTROLLING, SHARED_LEFT, seed=1)
    right = IcePeer(network, IceRole.CONTROLLED, SHARED_RIGHT, seed=2, may_pair=not_both_shared)
    introduce(left, right)
    network.run(5.0)
    assert right.agent.usable_pair is None
    assert right.agent.pairs == ()
    assert right.agent.statistics.paths_avoided > 1


def test_the_selected_pair_names_the_server_reflexive_candidate() -> None:
    network = FakeNetwork()
    network.put_behind_nat("10.0.0.1", "203.0.113.1")
    inside = ("10.0.0.1", 5000)
    left = IcePeer(network, IceRole.CONTROLLING, inside, seed=1)
    right = IcePeer(network, IceRole.CONTROLLED, SHARED_RIGHT, seed=2)
    known = server_reflexive_candidate(host_candidate(*inside), ("203.0.113.1", 40000), "198.51.100.9")
    left.agent.add_local_candidate(known, network.now)
    introduce(left, right)
    assert network.run_until(lambda: both(IceState.COMPLETED, left, right))
    selected = [event for event in left.events if isinstance(event, PairSelected)]
    assert [event.local for event in selected] == [known]
    assert left.agent.selected_pair is not None
    assert left.agent.selected_pair.local_candidate == known
    assert len(left.agent.pairs) == 1, "the base is checked, not the candidate behind the NAT once more"


def test_a_server_reflexive_candidate_that_comes_late_names_the_pair_too() -> None:
    network = FakeNetwork()
    network.put_behind_nat("10.0.0.1", "203.0.113.1")
    inside = ("10.0.0.1", 5000)
    left = IcePeer(network, IceRole.CONTROLLING, inside, seed=1)
    right = IcePeer(network, IceRole.CONTROLLED, SHARED_RIGHT, seed=2)
    introduce(left, right)
    assert network.run_until(lambda: both(IceState.COMPLETED, left, right))
    assert left.agent.selected_pair is not None
    learned = left.agent.selected_pair.local_candidate
    known = server_reflexive_candidate(host_candidate(*inside), learned.address, "198.51.100.9")
    left.agent.add_local_candidate(known, network.now)
    assert left.agent.selected_pair.local_candidate == known != learned
