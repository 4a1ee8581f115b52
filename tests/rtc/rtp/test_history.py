"""The ring of packets for retransmission."""

from __future__ import annotations

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kms_trio.rtc.rtp.history import PacketHistory


@attrs.frozen
class Packet:
    sequence_number: int
    payload: bytes = b"x" * 100


def test_last_packets_are_kept() -> None:
    history: PacketHistory[Packet] = PacketHistory(max_packets=8)
    for number in range(70000, 70020):
        history.store(Packet(number))
    assert [number for number in range(69990, 70030) if history.get(number)] == list(range(70012, 70020))
    assert history.payload_bytes == 800


def test_late_packet_takes_its_place_and_a_very_late_one_is_refused() -> None:
    history: PacketHistory[Packet] = PacketHistory(max_packets=8)
    for number in (1, 2, 4, 9, 10):
        history.store(Packet(number))
    history.store(Packet(3))
    history.store(Packet(1))
    assert [number for number in range(12) if history.get(number)] == [3, 4, 9, 10]  # 10 took the place of 2


def test_bytes_are_bounded_and_the_newest_stays() -> None:
    history: PacketHistory[Packet] = PacketHistory(max_packets=64, max_bytes=1000)
    for number in range(40):
        history.store(Packet(number))
    assert [number for number in range(40) if history.get(number)] == list(range(30, 40))
    history.store(Packet(40, b"y" * 5000))
    assert history.get(40) is not None
    assert history.get(39) is None


def test_clear() -> None:
    history: PacketHistory[Packet] = PacketHistory(max_packets=8)
    history.store(Packet(5))
    history.clear()
    assert history.get(5) is None
    assert history.payload_bytes == 0


def test_size_must_be_a_power_of_two() -> None:
    with pytest.raises(ValueError):
        PacketHistory(max_packets=500)


@given(st.lists(st.tuples(st.integers(-3, 20), st.integers(0, 400)), max_size=200))
def test_count_of_bytes_is_that_of_the_packets_kept(steps: list[tuple[int, int]]) -> None:
    history: PacketHistory[Packet] = PacketHistory(max_packets=16, max_bytes=2000)
    number = 1000
    for step, size in steps:
        number += step
        history.store(Packet(number, bytes(size)))
    kept = [packet for n in range(900, 6000) if (packet := history.get(n))]
    assert history.payload_bytes == sum(len(packet.payload) for packet in kept)
