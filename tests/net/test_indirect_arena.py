"""Legs whose packets are handed over: encrypted like all others, in order, each with its address."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterator

import pytest

from kms_trio.media.formats import Format
from kms_trio.media.frames import RtpPacket
from kms_trio.media.streams import RtpStream
from kms_trio.net.fanout import RtpFanout
from kms_trio.net.indirect_arena import IndirectArena
from kms_trio.net.syscalls import Syscalls
from kms_trio.rtc.rtp.header import parse_header
from tests.net.peers import Sending, make_viewer

Address = tuple[str, int]


class Handed:
    """Takes what is handed over and sends it on by an ordinary socket."""

    def __init__(self) -> None:
        self.packets: list[tuple[bytes, Address]] = []
        self.arena = IndirectArena(Syscalls(), 16, self._take)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def _take(self, packet: bytes, remote: Address) -> None:
        self.packets.append((packet, remote))
        self.socket.sendto(packet, remote)


@pytest.fixture
def handed() -> Iterator[Handed]:
    made = Handed()
    yield made
    made.socket.close()


@pytest.mark.parametrize("packets", [1, 5, 40, 400], ids=lambda count: f"{count} packets")
@pytest.mark.parametrize("viewers", [1, 3])
def test_every_packet_comes_once_and_in_order(handed: Handed, packets: int, viewers: int) -> None:
    chance = random.Random(packets)
    sending = Sending()
    legs = [make_viewer(sending) for _ in range(viewers)]
    stream = RtpStream(Format("VP8", 90_000))
    fanout = RtpFanout(stream)
    for viewer in legs:
        viewer.arena = handed.arena
        fanout.add_leg(viewer.leg, 0.0)
    pushed = [RtpPacket(10 + i, 90 * i, False, chance.randbytes(500), key_frame=i == 0) for i in range(packets)]
    stream.push(pushed[:1], 1.0)
    stream.push(pushed[1:], 1.0)
    handed.arena.flush()
    assert {remote for _, remote in handed.packets} == {viewer.socket.getsockname() for viewer in legs}
    for viewer in legs:
        got = viewer.packets()
        assert [data[parse_header(data, len(data))[5] :] for data in got] == [packet.payload for packet in pushed]
        viewer.close()
    assert len(handed.packets) == packets * viewers == handed.arena.statistics.packets
    sending.close()
