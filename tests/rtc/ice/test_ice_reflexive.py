"""Asking a STUN server: through a NAT, without one, over a lossy path, and from servers that answer badly."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kms_trio.rtc.ice import CandidateType, ReflexiveGatherer, Transmit, format_candidate, host_candidate
from kms_trio.rtc.stun import MessageClass, build_message, parse_message
from kms_trio.rtc.stun.attributes import encode_error, encode_xor_address
from kms_trio.rtc.stun.constants import ERROR_CODE, XOR_MAPPED_ADDRESS
from kms_trio.testing.network import Address, FakeNetwork

SERVER = ("198.51.100.9", 3478)
INSIDE, OUTSIDE = ("10.0.0.1", 5000), ("192.0.2.7", 5000)


class StunServer:
    """Answers Binding requests; `answer` builds the answer from the transaction id and the asker's address."""

    deadline = None

    def __init__(self, answer: Callable[[bytes, Address], bytes]) -> None:
        self._answer = answer
        self._transmits: list[Transmit] = []
        self.asked: list[Address] = []

    def receive(self, data: bytes, *, local: Address, remote: Address, now: float) -> None:
        message = parse_message(data)
        assert message.message_class is MessageClass.REQUEST
        assert not message.has_integrity, "Binding to a public server takes no credentials"
        self.asked.append(remote)
        self._transmits.append(Transmit(self._answer(message.transaction_id, remote), local, remote))

    def handle_timeout(self, now: float) -> None:
        pass

    def transmits(self) -> list[Transmit]:
        drained, self._transmits = self._transmits, []
        return drained


def mapped(transaction_id: bytes, asker: Address) -> bytes:
    attributes = [(XOR_MAPPED_ADDRESS, encode_xor_address(asker, transaction_id))]
    return build_message(MessageClass.SUCCESS, transaction_id, attributes, key=None)


def refused(transaction_id: bytes, asker: Address) -> bytes:
    return build_message(MessageClass.ERROR, transaction_id, [(ERROR_CODE, encode_error(500, "Broken"))], key=None)


def empty(transaction_id: bytes, asker: Address) -> bytes:
    return build_message(MessageClass.SUCCESS, transaction_id, [], key=None)


def gatherer(network: FakeNetwork, *addresses: Address, seed: int = 1) -> ReflexiveGatherer:
    bases = [host_candidate(*address, local_preference=0xFFFF - at) for at, address in enumerate(addresses)]
    made = ReflexiveGatherer(bases, SERVER, random=random.Random(seed), now=network.now, transaction_prefix=b"abcd")
    network.attach(made, *addresses)
    return made


def test_a_base_behind_a_nat_has_a_candidate_and_one_without_has_none() -> None:
    network = FakeNetwork()
    network.put_behind_nat(INSIDE[0], "203.0.113.1")
    server = StunServer(mapped)
    network.attach(server, SERVER)
    asking = gatherer(network, INSIDE, OUTSIDE, ("2001:db8::1", 5000))
    assert network.run_until(lambda: asking.done)
    (found,) = asking.candidates()
    assert asking.candidates() == []
    assert found.type is CandidateType.SERVER_REFLEXIVE
    assert found.address == ("203.0.113.1", 40000)
    assert (found.related_address, found.related_port) == INSIDE
    assert found.priority >> 24 == 100
    assert found.local_preference == 0xFFFF
    assert format_candidate(found).endswith("203.0.113.1 40000 typ srflx raddr 10.0.0.1 rport 5000")
    assert len(server.asked) == 2, "an IPv6 base cannot ask an IPv4 server"
    assert asking.failures == []
    assert asking.deadline is None


def test_a_lost_request_is_sent_again() -> None:
    network = FakeNetwork()
    network.drop = lambda packet: packet.sent_at < 1.0
    network.put_behind_nat(INSIDE[0], "203.0.113.1")
    network.attach(StunServer(mapped), SERVER)
    asking = gatherer(network, INSIDE)
    assert network.run_until(lambda: asking.done)
    assert len(asking.candidates()) == 1
    assert network.now == pytest.approx(1.52)
    assert len({packet.data for packet in network.wire if packet.destination == SERVER}) == 1, "retransmissions"


def test_a_server_that_is_not_there_is_given_up() -> None:
    network = FakeNetwork()
    asking = gatherer(network, OUTSIDE)
    assert network.run_until(lambda: asking.done)
    assert network.now == pytest.approx(5.5)
    assert [round(packet.sent_at, 3) for packet in network.wire] == [0, 0.5, 1.5, 3.5]
    assert asking.candidates() == []
    assert asking.failures == ["STUN server 198.51.100.9:3478, asked from 192.0.2.7: no answer"]


@pytest.mark.parametrize(("answer", "reason"), [(refused, "error 500 Broken"), (empty, "without XOR-MAPPED-ADDRESS")])
def test_a_useless_answer_ends_the_search(answer: Callable[[bytes, Address], bytes], reason: str) -> None:
    network = FakeNetwork()
    network.attach(StunServer(answer), SERVER)
    asking = gatherer(network, OUTSIDE)
    assert network.run_until(lambda: asking.done)
    assert network.now < 1
    assert asking.candidates() == []
    assert reason in asking.failures[0]


def test_answers_of_others_are_not_ours() -> None:
    network = FakeNetwork()
    asking = gatherer(network, OUTSIDE)
    (request,) = asking.transmits()
    forged = mapped(request.data[8:20], ("203.0.113.66", 1))
    assert not asking.receive(forged, local=OUTSIDE, remote=("203.0.113.5", 3478), now=0.0)
    assert not asking.receive(forged, local=("192.0.2.8", 5000), remote=SERVER, now=0.0)
    assert not asking.receive(mapped(bytes(12), OUTSIDE), local=OUTSIDE, remote=SERVER, now=0.0)
    assert asking.receive(forged[:-1], local=OUTSIDE, remote=SERVER, now=0.0)
    assert asking.receive(request.data, local=OUTSIDE, remote=SERVER, now=0.0)
    assert not asking.done
    assert asking.candidates() == []
    assert request.data[8:12] == b"abcd"


def test_many_bases_are_asked_at_a_pace() -> None:
    network = FakeNetwork()
    network.attach(StunServer(mapped), SERVER)
    asking = gatherer(network, *[("192.0.2.7", 5000 + i) for i in range(10)])
    assert network.run_until(lambda: asking.done)
    times = [packet.sent_at for packet in network.wire if packet.destination == SERVER]
    assert len(times) == 10
    assert times[-1] == pytest.approx(0.35), "three at once, then one each 50 ms"


@given(st.binary(max_size=100), st.booleans())
def test_fuzz_receive(data: bytes, as_answer: bool) -> None:
    asking = gatherer(FakeNetwork(), OUTSIDE)
    (request,) = asking.transmits()
    if as_answer:
        data = b"\x01\x01" + data[2:8].ljust(6, b"\0") + request.data[8:20] + data[8:]
    asking.receive(data, local=OUTSIDE, remote=SERVER, now=0.0)
