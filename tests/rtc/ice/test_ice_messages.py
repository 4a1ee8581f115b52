"""Single messages: what an agent sends, what it answers, and which answers it believes."""

from __future__ import annotations

import pytest

from kms_trio.rtc.ice import IceRole, IceState, PairState, host_candidate
from kms_trio.rtc.stun import MessageClass, build_error, build_message
from kms_trio.testing.ice import IcePeer
from kms_trio.testing.network import FakeNetwork
from kms_trio.testing.scripted_ice import ScriptedPeer

OURS, THEIRS, ELSEWHERE = ("192.0.2.1", 1000), ("198.51.100.2", 2000), ("198.51.100.2", 2001)


def checking(network: FakeNetwork, role: IceRole = IceRole.CONTROLLED) -> tuple[IcePeer, ScriptedPeer]:
    ours = IcePeer(network, role, OURS, tie_breaker=1000)
    theirs = ScriptedPeer(network, ours, THEIRS, ELSEWHERE)
    ours.agent.set_remote_credentials(theirs.credentials, network.now)
    ours.agent.add_remote_candidate(host_candidate(*THEIRS), network.now)
    return ours, theirs


@pytest.mark.parametrize("role", list(IceRole))
def test_our_check(role: IceRole) -> None:
    network = FakeNetwork()
    ours, theirs = checking(network, role)
    network.run(0.02)
    message = theirs.requests[0]
    assert message.username == f"{theirs.credentials.ufrag}:{ours.credentials.ufrag}"
    assert message.verify(theirs.credentials.key)
    assert message.has_fingerprint
    assert message.priority is not None
    assert message.priority >> 24 == 110
    assert message.priority & 0xFFFFFF == ours.candidates[0].priority & 0xFFFFFF
    assert (message.ice_controlling, message.ice_controlled) == (
        (1000, None) if role is IceRole.CONTROLLING else (None, 1000)
    )
    assert not message.use_candidate


def test_only_the_nomination_of_a_controlling_agent_has_use_candidate() -> None:
    network = FakeNetwork()
    ours, theirs = checking(network, IceRole.CONTROLLING)
    network.run(60.0)
    assert ours.state is IceState.COMPLETED
    assert [message.use_candidate for message in theirs.requests[:2]] == [False, True]
    assert not any(message.use_candidate for message in theirs.requests[2:])
    network.run(1.0)


def test_our_answer() -> None:
    network = FakeNetwork()
    ours, theirs = checking(network)
    theirs.check(ELSEWHERE)
    network.run(0.1)
    message = theirs.responses[0]
    assert message.message_class is MessageClass.SUCCESS
    assert message.transaction_id == (1).to_bytes(12)
    assert message.xor_mapped_address == ELSEWHERE
    assert message.verify(ours.credentials.key)
    assert message.has_fingerprint


def test_a_wrong_password_is_refused_without_signature() -> None:
    network = FakeNetwork()
    ours, theirs = checking(network)
    theirs.check(ELSEWHERE, key=b"a guess")
    network.run(0.1)
    assert theirs.responses[0].error == (401, "Unauthenticated")
    assert not theirs.responses[0].has_integrity
    assert ours.agent.statistics.unauthenticated == 1
    assert [pair.remote_address for pair in ours.agent.pairs] == [THEIRS]


@pytest.mark.parametrize("attributes", [[(0x8022, bytes(30))], [(0x0006, b"someone:else of whom we know nothing")]])
def test_a_request_without_signature_is_a_bad_request(attributes: list[tuple[int, bytes]]) -> None:
    network = FakeNetwork()
    ours, theirs = checking(network)
    theirs.send(build_message(MessageClass.REQUEST, bytes(12), attributes, key=None), ELSEWHERE)
    network.run(0.1)
    assert theirs.responses[0].error == (400, "Bad Request")
    assert ours.agent.statistics.unauthenticated == 1


def test_a_stranger_gets_no_answer_that_is_longer_than_the_question() -> None:
    """Its address may be a victim's."""
    network = FakeNetwork()
    ours, theirs = checking(network)
    for length in range(0, 80, 4):
        network.run(1.0)  # a refusal is due by now
        request = build_message(MessageClass.REQUEST, bytes(12), [(0x8022, bytes(length))], key=None)
        asked, answered = len(request), len(theirs.responses)
        theirs.send(request, ELSEWHERE)
        network.run(0.1)
        if len(theirs.responses) > answered:
            answer = build_error(bytes(12), 400, key=None)
            assert len(answer) <= asked
    assert ours.agent.statistics.unauthenticated == 20
    assert 0 < len(theirs.responses) < 20


@pytest.mark.parametrize("username", ["", "other:name", "{ufrag}", "x{ufrag}:name", ":{ufrag}"])
def test_a_request_for_another_name_is_refused(username: str) -> None:
    network = FakeNetwork()
    ours, theirs = checking(network)
    name = username.format(ufrag=ours.credentials.ufrag).encode()
    theirs.send(build_message(MessageClass.REQUEST, bytes(12), [(6, name)], key=ours.credentials.key), ELSEWHERE)
    network.run(0.1)
    assert theirs.responses[0].error == (401, "Unauthenticated")


def test_an_attribute_that_must_be_understood_is_refused() -> None:
    network = FakeNetwork()
    ours, theirs = checking(network)
    name = f"{ours.credentials.ufrag}:scripted".encode()
    attributes = [(0x0006, name), (0x7F00, b"what is this"), (0xC057, bytes(4))]
    theirs.send(build_message(MessageClass.REQUEST, bytes(12), attributes, key=ours.credentials.key), ELSEWHERE)
    network.run(0.1)
    message = theirs.responses[0]
    assert message.error == (420, "Unknown Attribute")
    assert message.unknown_attributes == (0x7F00,)
    assert message.verify(ours.credentials.key)
    assert [pair.remote_address for pair in ours.agent.pairs] == [THEIRS]


@pytest.mark.parametrize(
    ("role", "controlling", "tie_breaker", "refused"),
    [
        (IceRole.CONTROLLING, True, 999, True),
        (IceRole.CONTROLLING, True, 1000, True),
        (IceRole.CONTROLLING, True, 1001, False),
        (IceRole.CONTROLLED, False, 999, False),
        (IceRole.CONTROLLED, False, 1000, False),
        (IceRole.CONTROLLED, False, 1001, True),
    ],
)
def test_a_conflict_of_roles(role: IceRole, controlling: bool, tie_breaker: int, refused: bool) -> None:
    network = FakeNetwork()
    ours, theirs = checking(network, role)
    theirs.answering = False
    theirs.check(THEIRS, controlling=controlling, tie_breaker=tie_breaker)
    network.run(0.1)
    if refused:
        assert theirs.responses[0].error == (487, "Role Conflict")
        assert theirs.responses[0].verify(ours.credentials.key)
        assert ours.agent.role is role
    else:
        assert theirs.responses[0].message_class is MessageClass.SUCCESS
        assert ours.agent.role is not role
    assert ours.agent.statistics.role_conflicts == 1


def test_a_check_refused_for_its_role_is_repeated_in_the_other() -> None:
    network = FakeNetwork()
    ours, theirs = checking(network, IceRole.CONTROLLING)
    theirs.error = 487
    network.run(0.015)
    theirs.error = None
    network.run(0.1)
    assert ours.agent.role is IceRole.CONTROLLED
    assert [message.ice_controlling for message in theirs.requests] == [1000, None]
    assert ours.state is IceState.CONNECTED


def test_another_error_fails_the_pair_and_with_the_last_pair_the_agent() -> None:
    network = FakeNetwork()
    ours, theirs = checking(network)
    theirs.error = 400
    network.run(1.0)
    assert [pair.state for pair in ours.agent.pairs] == [PairState.FAILED]
    assert ours.state is IceState.CHECKING
    ours.agent.end_of_candidates(network.now)
    assert ours.state is IceState.FAILED


def test_a_failed_pair_is_checked_again_when_the_peer_checks_it() -> None:
    network = FakeNetwork()
    ours, theirs = checking(network)
    theirs.error = 400
    network.run(1.0)
    theirs.error = None
    theirs.check(THEIRS)
    network.run(0.1)
    assert ours.state is IceState.CONNECTED


@pytest.mark.parametrize("key", [None, b"another password"])
@pytest.mark.parametrize("error", [None, 400, 487])
def test_answers_that_the_peer_did_not_sign_are_as_if_they_had_not_come(key: bytes | None, error: int | None) -> None:
    network = FakeNetwork()
    ours, theirs = checking(network)
    theirs.sign_with, theirs.error = key, error
    network.run(0.1)
    assert [pair.state for pair in ours.agent.pairs] == [PairState.IN_PROGRESS]
    assert ours.agent.role is IceRole.CONTROLLED
    assert ours.agent.statistics.unauthenticated == 1
    theirs.sign_with, theirs.error = theirs.credentials.key, None
    network.run(1.0)
    assert ours.state is IceState.CONNECTED


def test_an_answer_from_elsewhere_fails_the_check() -> None:
    network = FakeNetwork()
    ours, theirs = checking(network)
    theirs.answer_from = ELSEWHERE
    network.run(0.1)
    assert [pair.state for pair in ours.agent.pairs] == [PairState.FAILED]


def test_an_answer_to_nothing_is_counted() -> None:
    network = FakeNetwork()
    ours, theirs = checking(network)
    theirs.send(build_message(MessageClass.SUCCESS, bytes(12), [], key=theirs.credentials.key), THEIRS)
    network.run(0.1)
    assert ours.agent.statistics.unexpected == 1


def test_an_answer_without_address_is_counted() -> None:
    network = FakeNetwork()
    ours, theirs = checking(network)
    theirs.answering = False
    network.run(0.02)
    answer = build_message(MessageClass.SUCCESS, theirs.requests[0].transaction_id, [], key=theirs.credentials.key)
    theirs.send(answer, THEIRS)
    network.run(0.1)
    assert ours.agent.statistics.malformed == 1
    assert ours.state is IceState.CHECKING


def test_indications_keep_the_path_open_and_are_counted() -> None:
    network = FakeNetwork()
    ours, theirs = checking(network)
    theirs.send(build_message(MessageClass.INDICATION, bytes(12), [], key=None), THEIRS)
    network.run(0.1)
    assert ours.agent.statistics.indications_received == 1


def test_only_the_peer_is_vouched_for() -> None:
    network = FakeNetwork()
    ours, theirs = checking(network)
    network.drop = lambda packet: True
    theirs.check(THEIRS)
    theirs.check(THEIRS, key=b"a guess")
    good, bad = (transmit.data for transmit in theirs.transmits())
    assert ours.agent.receive(good, local=OURS, remote=THEIRS, now=0.0)
    assert not ours.agent.receive(bad, local=OURS, remote=THEIRS, now=0.0)
    assert not ours.agent.receive(b"", local=OURS, remote=THEIRS, now=0.0)
    assert not ours.agent.receive(good, local=("192.0.2.1", 1), remote=THEIRS, now=0.0)
    assert ours.agent.statistics.malformed == 1
    assert ours.agent.statistics.unexpected == 1
