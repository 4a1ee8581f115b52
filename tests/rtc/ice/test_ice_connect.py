"""Two agents find each other: trickle, loss, NATs, IPv6, and what makes them give up."""

from __future__ import annotations

import random
import string

import pytest

from kms_trio.rtc.ice import (
    CandidateType,
    IceRole,
    IceState,
    PairState,
    host_candidate,
    make_credentials,
    parse_candidate,
)
from kms_trio.testing.ice import IcePeer, both, introduce
from kms_trio.testing.network import FakeNetwork

LEFT, RIGHT = ("192.0.2.1", 1000), ("198.51.100.2", 2000)
WHOLE_WAY = [IceState.CHECKING, IceState.CONNECTED, IceState.COMPLETED]


def a_pair(network: FakeNetwork) -> tuple[IcePeer, IcePeer]:
    return (
        IcePeer(network, IceRole.CONTROLLING, LEFT, seed=1),
        IcePeer(network, IceRole.CONTROLLED, RIGHT, seed=2),
    )


def test_two_round_trips_are_enough() -> None:
    network = FakeNetwork(delay_s=(0.01, 0.01))
    left, right = a_pair(network)
    introduce(left, right)
    assert network.run_until(lambda: both(IceState.COMPLETED, left, right))
    assert network.now == pytest.approx(0.04)
    assert left.states == right.states == WHOLE_WAY
    assert left.selections == [(LEFT, RIGHT)]
    assert right.selections == [(RIGHT, LEFT)]
    assert left.agent.round_trip_time_s == pytest.approx(0.02)
    # A check and a nomination from the left, a check from the right, and their answers.
    assert len(network.wire) == 6


def test_a_valid_pair_is_usable_before_it_is_nominated() -> None:
    network = FakeNetwork()
    left, right = a_pair(network)
    introduce(left, right)
    assert network.run_until(lambda: right.state is IceState.CONNECTED)
    assert right.agent.selected_pair is None
    assert right.agent.usable_pair is not None
    assert right.agent.usable_pair.remote_address == LEFT


@pytest.mark.parametrize("first", ["left", "right"])
def test_checks_that_come_before_the_credentials_are_answered_and_remembered(first: str) -> None:
    network = FakeNetwork()
    left, right = a_pair(network)
    early, late = (left, right) if first == "left" else (right, left)
    early.learn_credentials(late)
    early.learn_candidates(late)
    assert network.run_until(lambda: early.state is IceState.CONNECTED)
    assert late.state is IceState.NEW
    assert late.agent.statistics.requests_sent == 0
    late.learn_credentials(early)
    # No candidate is ever signalled to the late one: its pair is peer-reflexive.
    assert network.run_until(lambda: both(IceState.COMPLETED, left, right), 1.0)
    assert late.agent.selected_pair is not None
    assert late.agent.selected_pair.remote.type is CandidateType.PEER_REFLEXIVE


def test_candidates_may_come_before_the_credentials_and_before_our_own() -> None:
    network = FakeNetwork()
    left, right = a_pair(network)
    bare = IcePeer(network, IceRole.CONTROLLED, seed=3)
    bare.learn_candidates(left)
    bare.learn_credentials(left)
    assert bare.state is IceState.NEW
    address = ("198.51.100.2", 3000)
    network.attach(bare.agent, address)
    bare.agent.add_local_candidate(host_candidate(*address), network.now)
    assert bare.state is IceState.CHECKING
    left.learn_credentials(bare)
    assert network.run_until(lambda: both(IceState.COMPLETED, left, bare), 1.0)
    assert right.state is IceState.NEW


def test_candidates_may_trickle_in_late() -> None:
    network = FakeNetwork()
    left, right = a_pair(network)
    left.learn_credentials(right)
    right.learn_credentials(left)
    network.run(300.0)
    assert both(IceState.NEW, left, right)
    left.learn_candidates(right)
    assert network.run_until(lambda: both(IceState.COMPLETED, left, right), 1.0)


@pytest.mark.parametrize("seed", range(20))
def test_a_bad_network_only_delays(seed: int) -> None:
    network = FakeNetwork(seed, delay_s=(0.005, 0.3), loss=0.3, duplication=0.1)
    left, right = a_pair(network)
    introduce(left, right)
    assert network.run_until(lambda: both(IceState.COMPLETED, left, right), 30.0)
    network.run(120.0)
    assert both(IceState.COMPLETED, left, right)
    assert left.states == right.states == WHOLE_WAY


@pytest.mark.parametrize("seed", range(5))
def test_a_run_can_be_repeated(seed: int) -> None:
    runs = []
    for _ in range(2):
        network = FakeNetwork(seed, delay_s=(0.005, 0.3), loss=0.3)
        left, right = a_pair(network)
        introduce(left, right)
        network.run(20.0)
        runs.append(network.wire)
    assert runs[0] == runs[1]


def test_of_candidates_that_come_together_the_best_is_checked_first() -> None:
    network = FakeNetwork()
    remote = IcePeer(network, IceRole.CONTROLLING, RIGHT, seed=1)
    bare = IcePeer(network, IceRole.CONTROLLED, seed=3)
    bare.learn_candidates(remote)
    bare.learn_credentials(remote)
    worse, better = host_candidate("192.0.2.1", 1, local_preference=1), host_candidate("192.0.2.2", 2)
    bare.agent.add_local_candidates([worse, better], network.now)
    assert [transmit.local for transmit in bare.agent.transmits()] == [better.address, worse.address]


def test_credentials_take_one_draw() -> None:
    class Counting(random.Random):
        draws = 0

        def getrandbits(self, k: int, /) -> int:
            self.draws += 1
            return super().getrandbits(k)

    source = Counting(1)
    made = {make_credentials(source) for _ in range(1000)}
    assert source.draws == len(made) == 1000
    assert {(len(each.ufrag), len(each.password)) for each in made} == {(8, 24)}
    assert set("".join(each.ufrag + each.password for each in made)) == set(string.ascii_letters + string.digits + "+/")


def test_ipv6() -> None:
    network = FakeNetwork()
    left = IcePeer(network, IceRole.CONTROLLING, ("2001:db8::1", 1), LEFT, seed=1)
    right = IcePeer(network, IceRole.CONTROLLED, ("2001:db8::2", 2), RIGHT, seed=2)
    introduce(left, right)
    assert network.run_until(lambda: both(IceState.COMPLETED, left, right), 1.0)
    assert left.selections == [(("2001:db8::1", 1), ("2001:db8::2", 2))]
    assert {(pair.local.host, pair.remote.host) for pair in left.agent.pairs} <= {
        ("2001:db8::1", "2001:db8::2"),
        (LEFT[0], RIGHT[0]),
    }


def test_link_local_addresses_pair_with_their_kind_only() -> None:
    network = FakeNetwork()
    left = IcePeer(network, IceRole.CONTROLLED, ("fe80::1", 1), ("2001:db8::1", 1))
    for host in ("fe80::2", "2001:db8::2", "192.0.2.9"):
        left.agent.add_remote_candidate(host_candidate(host, 5), 0.0)
    assert {(pair.local.host, pair.remote.host) for pair in left.agent.pairs} == {
        ("fe80::1", "fe80::2"),
        ("2001:db8::1", "2001:db8::2"),
    }


def test_the_path_that_works_is_found_among_those_that_do_not() -> None:
    network = FakeNetwork(delay_s=(0.02, 0.02))
    left = IcePeer(network, IceRole.CONTROLLING, ("10.0.0.1", 1), ("10.0.1.1", 1), LEFT, seed=1)
    right = IcePeer(network, IceRole.CONTROLLED, ("10.9.0.1", 1), ("10.9.1.1", 1), RIGHT, seed=2)
    network.drop = lambda packet: {packet.source, packet.destination} != {LEFT, RIGHT}
    introduce(left, right)
    assert network.run_until(lambda: both(IceState.COMPLETED, left, right), 2.0)
    assert left.selections == [(LEFT, RIGHT)]


def test_the_better_of_two_paths_is_nominated_although_it_answers_later() -> None:
    network = FakeNetwork(delay_s=(0.01, 0.01))
    best = ("192.0.2.1", 1)
    left = IcePeer(network, IceRole.CONTROLLING, best, ("192.0.2.1", 2), seed=1)
    right = IcePeer(network, IceRole.CONTROLLED, RIGHT, seed=2)
    introduce(left, right)
    lost: list[object] = []

    def lose_first_of_best(packet: object) -> bool:
        if getattr(packet, "source", None) == best and not lost:
            lost.append(packet)
            return True
        return False

    network.drop = lose_first_of_best
    assert network.run_until(lambda: both(IceState.COMPLETED, left, right), 2.0)
    assert left.selections == [(best, RIGHT)]


def test_checks_are_paced() -> None:
    network = FakeNetwork()
    left = IcePeer(network, IceRole.CONTROLLING, LEFT)
    right = IcePeer(network, IceRole.CONTROLLED, *[("203.0.113.1", port) for port in range(1, 11)])
    network.drop = lambda packet: True
    left.learn_credentials(right)
    left.learn_candidates(right)
    network.run(0.4)
    first_sent_at: dict[object, float] = {}
    for packet in network.wire:
        first_sent_at.setdefault(packet.destination, packet.sent_at)
    times = sorted(first_sent_at.values())
    assert times[:3] == [0.0, 0.0, 0.0]
    assert times[3:] == pytest.approx([0.05 * step for step in range(1, 8)])
    # The peer's best candidate comes first.
    assert next(iter(first_sent_at)) == ("203.0.113.1", 1)


def test_requests_are_sent_again_as_the_rfc_says() -> None:
    network = FakeNetwork()
    left, right = a_pair(network)
    network.drop = lambda packet: True
    left.learn_credentials(right)
    left.learn_candidates(right)
    network.run(29.9)
    assert [packet.sent_at for packet in network.wire] == pytest.approx([0.0, 0.5, 1.5, 3.5, 7.5, 15.5])
    assert len({packet.data for packet in network.wire}) == 1
    assert left.agent.statistics.retransmissions_sent == 5


def test_a_peer_behind_a_nat_is_learned() -> None:
    network = FakeNetwork()
    inside, outside = ("10.0.0.5", 5000), ("203.0.113.9", 40000)
    network.put_behind_nat("10.0.0.5", "203.0.113.9")
    browser = IcePeer(network, IceRole.CONTROLLING, inside, seed=1)
    server = IcePeer(network, IceRole.CONTROLLED, RIGHT, seed=2)
    introduce(browser, server)
    assert network.run_until(lambda: both(IceState.COMPLETED, browser, server), 2.0)
    assert server.selections == [(RIGHT, outside)]
    assert server.agent.selected_pair is not None
    remote = server.agent.selected_pair.remote
    assert remote.type is CandidateType.PEER_REFLEXIVE
    assert remote.local_preference == browser.candidates[0].local_preference
    # The browser learns from the answer how it looks from outside, and still sends from its own socket.
    assert browser.selections == [(outside, RIGHT)]
    pair = browser.agent.selected_pair
    assert pair is not None
    assert pair.local_address == inside
    assert pair.local_candidate.type is CandidateType.PEER_REFLEXIVE
    assert (pair.local_candidate.related_address, pair.local_candidate.related_port) == inside


def test_an_address_that_was_learned_may_be_signalled_later() -> None:
    network = FakeNetwork()
    left, right = a_pair(network)
    left.learn_credentials(right)
    left.learn_candidates(right)
    network.run(0.1)
    assert [pair.remote.type for pair in right.agent.pairs] == [CandidateType.PEER_REFLEXIVE]
    right.learn_candidates(left)
    assert [pair.remote.type for pair in right.agent.pairs] == [CandidateType.HOST]


def test_names_and_tcp_are_ignored_and_the_peer_still_connects() -> None:
    network = FakeNetwork()
    left, right = a_pair(network)
    left.learn_credentials(right)
    left.learn_candidates(right)
    right.learn_credentials(left)
    for line in (
        "candidate:1 1 udp 2113937151 2b9e8d0c-93a3.local 54400 typ host",
        "candidate:1 1 tcp 1518280447 192.0.2.1 9 typ host tcptype active",
        "candidate:1 2 udp 2113937151 192.0.2.1 1001 typ host",
        "candidate:1 1 udp 2113937151 224.0.0.1 1001 typ host",
        "candidate:1 1 udp 2113937151 255.255.255.255 1001 typ host",
        "candidate:1 1 udp 2113937151 0.0.0.0 1001 typ host",
        "candidate:1 1 udp 2113937151 192.0.2.1 0 typ host",
    ):
        right.agent.add_remote_candidate(parse_candidate(line), network.now)
    assert right.agent.statistics.candidates_ignored == 7
    assert network.run_until(lambda: both(IceState.COMPLETED, left, right), 1.0)


def test_nobody_there() -> None:
    network = FakeNetwork()
    left, right = a_pair(network)
    network.detach(right.agent)
    left.learn_credentials(right)
    left.learn_candidates(right)
    left.agent.end_of_candidates(network.now)
    assert network.run_until(lambda: left.state is IceState.FAILED, 60.0)
    assert network.now == pytest.approx(30.0)
    assert left.states == [IceState.CHECKING, IceState.FAILED]
    assert left.agent.deadline is None
    assert left.agent.usable_pair is None


def test_each_new_candidate_renews_the_patience() -> None:
    network = FakeNetwork()
    left, right = a_pair(network)
    network.drop = lambda packet: True
    left.learn_credentials(right)
    left.learn_candidates(right)
    network.run(20.0)
    left.agent.add_remote_candidate(host_candidate("203.0.113.3", 3), network.now)
    network.run(29.0)
    assert left.state is IceState.CHECKING
    network.run(2.0)
    assert left.state is IceState.FAILED


def test_closed_is_silent() -> None:
    network = FakeNetwork()
    left, right = a_pair(network)
    introduce(left, right)
    network.run(1.0)
    left.agent.close()
    left.agent.close()
    assert left.states[-2:] == [IceState.COMPLETED, IceState.CLOSED]
    assert left.agent.deadline is None
    sent = len(network.wire)
    right.agent.handle_timeout(network.now + 6.0)
    network.run(1.0)
    assert [packet.source for packet in network.wire[sent:]] == [RIGHT]
    left.learn_candidates(right)
    left.learn_credentials(right)
    left.agent.end_of_candidates(network.now)
    left.agent.handle_timeout(network.now)
    assert left.agent.transmits() == []
    assert left.agent.pairs == ()


def test_pairs_that_did_not_work_are_forgotten_once_one_is_selected() -> None:
    network = FakeNetwork()
    left = IcePeer(network, IceRole.CONTROLLING, LEFT, ("10.0.0.1", 1), seed=1)
    right = IcePeer(network, IceRole.CONTROLLED, RIGHT, ("10.0.0.2", 2), seed=2)
    network.drop = lambda packet: packet.source[0].startswith("10.") or packet.destination[0].startswith("10.")
    introduce(left, right)
    assert network.run_until(lambda: both(IceState.COMPLETED, left, right), 2.0)
    network.run(1.0)
    for peer in (left, right):
        assert [pair.state for pair in peer.agent.pairs] == [PairState.SUCCEEDED]
    sent = len(network.wire)
    network.run(3.0)
    assert len(network.wire) == sent
