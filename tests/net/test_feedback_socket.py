"""The second socket of a shared port: what the kernel puts there, and how the port does without it."""

from __future__ import annotations

import resource
import socket
from collections.abc import Iterator
from random import Random

import pytest

from kms_trio.net.addresses import LocalAddress
from kms_trio.net.feedback_socket import FeedbackSocket
from kms_trio.net.syscalls import Syscalls
from kms_trio.net.udp_socket import UdpSocket
from kms_trio.rtc.stun import PATIENT_MARK, MessageClass, build_message, build_success, new_transaction_id

PATIENT_ID = new_transaction_id(Random(1), b"mine", patient=True)
URGENT_ID = new_transaction_id(Random(2), b"mine")

PATIENT = {
    "sender report": b"\x80\xc8" + bytes(40),
    "receiver report": b"\x81\xc9" + bytes(40),
    "padded receiver report": b"\xa0\xc9" + bytes(40),
    "report cut short": b"\x80\xc9",
    "answer to a consent check": build_success(PATIENT_ID, ("192.0.2.1", 5), key=b"secret"),
}
URGENT = {
    "media": b"\x80\x60" + bytes(40),
    "media with a marker": b"\x80\xe0" + bytes(40),
    "NACK": b"\x81\xcd" + bytes(20),
    "PLI": b"\x81\xce" + bytes(20),
    "BYE alone": b"\x81\xcb" + bytes(20),
    "DTLS": b"\x16\xfe\xfd" + bytes(40),
    "answer to a check": build_success(URGENT_ID, ("192.0.2.1", 5), key=b"secret"),
    "check": build_message(MessageClass.REQUEST, PATIENT_ID, [], key=None),
    "answer cut short": b"\x01\x01" + bytes(10),
    "TURN channel": b"\x40\x00\x00\x04abcd",
    "version 3": b"\xc0\xc8" + bytes(40),
    "one byte": b"\x80",
    "nothing": b"",
}


@pytest.fixture(params=["127.0.0.1", "::1"])
def shared(request: pytest.FixtureRequest) -> Iterator[UdpSocket]:
    host: str = request.param
    try:
        sock = UdpSocket(Syscalls(), LocalAddress(host, "lo"), 0, patient_feedback=True)
    except OSError:
        pytest.skip(f"this machine has no {host}")
    if sock.feedback is None:
        sock.close()
        pytest.skip("this kernel has no BPF programs for groups of sockets")
    yield sock
    sock.close()


def sent_by_stranger(sock: UdpSocket, *datagrams: bytes) -> None:
    with socket.socket(sock.local.family, socket.SOCK_DGRAM) as stranger:
        for datagram in datagrams:
            stranger.sendto(datagram, sock.address)


def waiting(sock: socket.socket) -> list[bytes]:
    datagrams = []
    while True:
        try:
            datagrams.append(sock.recv(2048))
        except BlockingIOError:
            return datagrams


def test_the_kernel_tells_what_can_wait(shared: UdpSocket) -> None:
    assert shared.feedback is not None
    sent_by_stranger(shared, *PATIENT.values(), *URGENT.values(), *PATIENT.values())
    assert waiting(shared.socket) == list(URGENT.values())
    assert waiting(shared.feedback.socket) == [*PATIENT.values(), *PATIENT.values()]


def test_both_arenas_receive_and_the_age_is_known(shared: UdpSocket) -> None:
    assert shared.feedback is not None
    reports = [b"\x80\xc9" + bytes([i]) * 30 for i in range(3)]
    sent_by_stranger(shared, *reports, URGENT["NACK"])
    arena = shared.feedback.receive_arena
    for _ in range(2):  # the kernel writes into the headers of a call: they must be good for the next
        lengths = arena.receive()
        assert [bytes(arena.views[i][:length]) for i, length in enumerate(lengths)] == reports
        ages = arena.ages_s(len(lengths))
        assert len(ages) == 3
        assert ages == sorted(ages, reverse=True)
        assert all(0 <= age <= 1 for age in ages)
        sent_by_stranger(shared, *reports)
    assert shared.receive_arena.receive() == [len(URGENT["NACK"])]


def test_answers_leave_from_the_same_port_and_nobody_else_gets_it(shared: UdpSocket) -> None:
    with socket.socket(shared.local.family, socket.SOCK_DGRAM) as peer:
        peer.bind((shared.local.host, 0))
        shared.send_to(b"hello", peer.getsockname()[:2])
        _, sender = peer.recvfrom(100)
        assert sender[:2] == shared.address
    with pytest.raises(OSError, match="in use"):
        UdpSocket(Syscalls(), shared.local, shared.port, patient_feedback=True)
    sent_by_stranger(shared, PATIENT["receiver report"])
    assert shared.feedback is not None
    assert waiting(shared.feedback.socket) == [PATIENT["receiver report"]]


def test_where_the_kernel_refuses_everything_comes_by_the_first_socket() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        next_number = probe.fileno()
    resource.setrlimit(resource.RLIMIT_NOFILE, (next_number + 1, before[1]))
    try:  # one socket more can be had, and no second one
        sock = UdpSocket(Syscalls(), LocalAddress("127.0.0.1", "lo"), 0, patient_feedback=True)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    try:
        assert sock.feedback is None
        sent_by_stranger(sock, PATIENT["sender report"], URGENT["media"])
        assert waiting(sock.socket) == [PATIENT["sender report"], URGENT["media"]]
    finally:
        sock.close()


def test_a_refusal_leaves_the_first_socket_as_it_was() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as first:
        first.setblocking(False)
        first.bind(("127.0.0.1", 0))
        port = first.getsockname()[1]
        with pytest.raises(OSError, match="assign requested address"):
            FeedbackSocket(Syscalls(), first, ("192.0.2.77", port), 16)
        assert first.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT) == 0
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.sendto(PATIENT["receiver report"], ("127.0.0.1", port))
        assert waiting(first) == [PATIENT["receiver report"]]


def test_transaction_ids_say_whether_their_answer_can_wait() -> None:
    chance = Random(3)
    ids = [(new_transaction_id(chance, b"mine", patient=patient), patient) for patient in (False, True) * 50]
    assert len({each for each, _ in ids}) == 100
    for each, patient in ids:
        assert len(each) == 12
        assert each[:4] == b"mine"
        assert bool(each[-1] & PATIENT_MARK) is patient
