"""What a source's history keeps, what it tells apart, and when it begins anew."""

from __future__ import annotations

import pytest

from kms_trio.media.frames import RtpPacket
from kms_trio.net.packet_history import HISTORY_PACKETS, MAX_GAP, REPLAY_PACKETS, PacketHistory

NOW = 1.0


def packet(number: int, *, key_frame: bool = False) -> RtpPacket:
    return RtpPacket(number, 3000 * number, True, b"x", key_frame=key_frame)


@pytest.fixture
def restarts() -> list[float]:
    return []


@pytest.fixture
def history(restarts: list[float]) -> PacketHistory:
    return PacketHistory(restarts.append)


def numbers(packets: list[RtpPacket]) -> list[int]:
    return [each.sequence_number for each in packets]


def test_a_batch_in_order_is_passed_on_as_it_is(history: PacketHistory) -> None:
    batch = [packet(1), packet(2)]
    everybodys, late = history.remember(batch, 7, NOW)
    assert everybodys is batch
    assert late == []
    assert (history.highest, history.highest_timestamp) == (2, 6000)
    assert history.find(2) is batch[1]
    assert history.sent_at(batch[1]) == 7


def test_the_oldest_packets_make_room(history: PacketHistory) -> None:
    history.remember([packet(number) for number in range(HISTORY_PACKETS + 1)], 0, NOW)
    assert history.find(0) is None
    assert history.find(1) is not None
    assert history.find(HISTORY_PACKETS) is not None


def test_what_comes_twice_is_left_out_and_what_was_missing_is_not(history: PacketHistory) -> None:
    history.remember([packet(1), packet(3)], 0, NOW)
    everybodys, late = history.remember([packet(2), packet(3), packet(4)], 0, NOW)
    assert numbers(everybodys) == [2, 4]
    assert late == []
    assert history.repeated == 1


def test_what_is_older_than_somebodys_beginning_comes_late(history: PacketHistory) -> None:
    history.remember([packet(1), packet(4)], 0, NOW)
    history.began_with(3)
    everybodys, late = history.remember([packet(2), packet(3), packet(5)], 0, NOW)
    assert numbers(everybodys) == [3, 5]
    assert numbers(late) == [2]


def test_two_in_a_row_far_behind_are_a_new_beginning(history: PacketHistory, restarts: list[float]) -> None:
    history.remember([packet(5000, key_frame=True)], 0, NOW)
    assert numbers(history.remember([packet(10)], 0, NOW)[0]) == []  # one alone is only very late
    assert restarts == []
    assert numbers(history.remember([packet(11), packet(12)], 0, 2.0)[0]) == [11, 12]
    assert restarts == [2.0]
    assert history.highest == 12
    assert history.find(5000) is None
    assert history.replayable() == []


def test_a_replay_is_whole_or_not_at_all(history: PacketHistory) -> None:
    assert history.replayable() == []
    history.remember([packet(1), packet(2, key_frame=True), packet(4)], 0, NOW)
    assert history.replayable() == []
    history.remember([packet(3)], 0, NOW)
    assert numbers(history.replayable()) == [2, 3, 4]
    history.remember([packet(number) for number in range(5, 2 + REPLAY_PACKETS)], 0, NOW)
    assert len(history.replayable()) == REPLAY_PACKETS
    history.remember([packet(2 + REPLAY_PACKETS)], 0, NOW)
    assert history.replayable() == []


def test_what_is_forgotten_is_not_found(history: PacketHistory) -> None:
    history.remember([packet(1, key_frame=True), packet(2)], 0, NOW)
    history.forget()
    assert (history.find(1), history.find(2), history.replayable()) == (None, None, [])
    assert numbers(history.remember([packet(3)], 0, NOW)[0]) == [3]


def test_a_gap_that_no_loss_explains_is_another_beginning(history: PacketHistory, restarts: list[float]) -> None:
    history.remember([packet(1)], 0, NOW)
    everybodys, late = history.remember([packet(2), packet(2 + MAX_GAP), packet(3 + 2 * MAX_GAP)], 0, NOW)
    assert restarts == [NOW]
    assert numbers(everybodys) == [3 + 2 * MAX_GAP], "nobody is to get numbers of both"
    assert late == []
    assert history.highest == 3 + 2 * MAX_GAP
