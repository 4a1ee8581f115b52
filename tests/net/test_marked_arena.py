"""Packets of endpoints that want it carry their mark; those of others on the same socket do not."""

from __future__ import annotations

import errno
import random
import socket
from collections.abc import Iterator

import numpy as np
import pytest

from kms_trio.media.formats import Format
from kms_trio.media.frames import RtpPacket
from kms_trio.media.streams import RtpStream
from kms_trio.net.addresses import pack_sockaddr
from kms_trio.net.fanout import RtpFanout
from kms_trio.net.marked_arena import MarkedArena
from kms_trio.net.native import load_forwarder
from kms_trio.net.send_arena import SLOT_BYTES, SendArena, SendStatistics
from kms_trio.net.syscalls import Syscalls, address_of
from tests.net.peers import Sending, Viewer, make_viewer

EF = 46


@pytest.fixture(params=["python", "native"])
def sending(request: pytest.FixtureRequest) -> Iterator[Sending]:
    native = load_forwarder() if request.param == "native" else None
    if request.param == "native" and native is None:
        pytest.skip("the compiled helper is not built: python -m kms_trio.net.native build")
    sending = Sending(native=native)
    yield sending
    sending.close()


def marked_viewer(sending: Sending, arena: SendArena) -> Viewer:
    viewer = make_viewer(sending)
    viewer.arena = arena
    viewer.socket.setsockopt(socket.IPPROTO_IP, socket.IP_RECVTOS, 1)
    return viewer


def received(viewer: Viewer) -> list[tuple[bytes, int]]:
    """Packets, decrypted, with the type-of-service byte of each."""
    packets: list[tuple[bytes, int]] = []
    while True:
        try:
            data, control, _, _ = viewer.socket.recvmsg(4096, 128)
        except BlockingIOError:
            return packets
        [(_, _, value)] = control
        packets.append((viewer.inbound.unprotect(data), value[0]))


@pytest.mark.parametrize("gso", [True, False], ids=["gso", "plain"])
def test_each_packet_is_marked(sending: Sending, gso: bool) -> None:
    """Runs that the kernel segments and packets that go alone, beside viewers without a mark."""
    chance = random.Random(1)
    statistics = SendStatistics()
    arena = MarkedArena(
        Syscalls(),
        sending.socket.fileno(),
        socket.AF_INET,
        statistics,
        dscp=EF,
        native=sending.arena.forwarder,
        gso=gso,
    )
    marked = [marked_viewer(sending, arena) for _ in range(12)]
    plain = [marked_viewer(sending, sending.arena) for _ in range(3)]
    stream = RtpStream(Format("VP8", 90_000))
    fanout = RtpFanout(stream)
    for viewer in (*marked, *plain):
        fanout.add_leg(viewer.leg, 0.0)
    payloads = []
    number = 100
    for frame in range(4):
        packets = [
            RtpPacket(number + i, 3000 * frame, False, chance.randbytes(size), frame == 0 and i == 0)
            for i, size in enumerate((900, 900, 900, 40 + frame, 900))
        ]
        number += len(packets)
        payloads += [packet.payload for packet in packets]
        stream.push(packets, 1.0 + frame)
        arena.flush()
        sending.arena.flush()
    for viewers, tos in ((marked, EF << 2), (plain, 0)):
        for viewer in viewers:
            got = received(viewer)
            assert [data[12:] for data, _ in got] == payloads
            assert {mark for _, mark in got} == {tos}
            viewer.close()
    assert statistics.packets == 12 * len(payloads)
    assert statistics.failed == 0


def test_marks_survive_a_kernel_that_does_not_segment(sending: Sending) -> None:
    """It refuses the first run, whose packets then go one by one."""

    class Refusing(Syscalls):
        refuse = False

        def sendmmsg(self, fd: int, messages: object, count: int) -> int:
            if self.refuse:
                self.refuse = False
                raise OSError(errno.EOPNOTSUPP, "no segmentation")
            return super().sendmmsg(fd, messages, count)

    syscalls, statistics = Refusing(), SendStatistics()
    native = sending.arena.forwarder
    arena = MarkedArena(syscalls, sending.socket.fileno(), socket.AF_INET, statistics, dscp=EF, native=native)
    viewers = [marked_viewer(sending, arena) for _ in range(9)]
    stream = RtpStream(Format("VP8", 90_000))
    fanout = RtpFanout(stream)
    for viewer in viewers:
        fanout.add_leg(viewer.leg, 0.0)
    stream.push([RtpPacket(1, 0, True, b"k" * 100, True)], 1.0)
    arena.flush()
    syscalls.refuse = True
    stream.push([RtpPacket(2 + i, 3000, i == 2, b"d" * 100, False) for i in range(3)], 1.1)
    arena.flush()
    assert not arena.gso
    for viewer in viewers:
        assert [mark for _, mark in received(viewer)] == [EF << 2] * 4
        viewer.close()


def test_ipv6() -> None:
    with (
        socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sender,
        socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as receiver,
    ):
        try:
            receiver.bind(("::1", 0))
        except OSError:
            pytest.skip("this machine has no IPv6")
        receiver.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVTCLASS, 1)
        receiver.settimeout(60)
        arena = MarkedArena(Syscalls(), sender.fileno(), socket.AF_INET6, SendStatistics(), dscp=34)
        name = np.frombuffer(pack_sockaddr(*receiver.getsockname()[:2]), np.uint8).copy()
        slot = arena.take(1)
        arena.memory[slot * SLOT_BYTES : slot * SLOT_BYTES + 5] = b"hello"
        arena.lengths_memory[slot] = 5
        arena.queue_one(slot, address_of(name), len(name))
        arena.flush()
        data, control, _, _ = receiver.recvmsg(100, 128)
        assert data == b"hello"
        assert int.from_bytes(control[0][2], "little") == 34 << 2
