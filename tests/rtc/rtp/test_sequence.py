"""Unwrapping of sequence numbers and timestamps."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kms_trio.rtc.rtp.sequence import SequenceUnwrapper, TimestampUnwrapper


def test_sequence_numbers_wrap_and_come_late() -> None:
    unwrapper = SequenceUnwrapper()
    start = unwrapper.unwrap(65534)
    assert [unwrapper.unwrap(number) - start for number in (65535, 1, 0, 65533, 2)] == [1, 3, 2, -1, 4]
    assert unwrapper.highest == start + 4


def test_first_packet_of_all_comes_second() -> None:
    unwrapper = SequenceUnwrapper()
    start = unwrapper.unwrap(0)
    assert unwrapper.unwrap(65535) == start - 1 > 0


@given(st.integers(0, 1 << 20), st.lists(st.integers(-30000, 30000), max_size=50))
def test_sequence_numbers_near_the_highest_come_back(start: int, steps: list[int]) -> None:
    unwrapper = SequenceUnwrapper()
    offset = unwrapper.unwrap(start & 0xFFFF) - start
    highest = start
    for step in steps:
        number = highest + step
        assert unwrapper.unwrap(number & 0xFFFF) == number + offset
        highest = max(highest, number)


@given(st.integers(0, 1 << 40), st.lists(st.integers(-(1 << 31), (1 << 31) - 1), max_size=50))
def test_timestamps_near_the_last_come_back(timestamp: int, steps: list[int]) -> None:
    unwrapper = TimestampUnwrapper()
    offset = unwrapper.unwrap(timestamp & 0xFFFFFFFF) - timestamp
    for step in steps:
        timestamp += step
        assert unwrapper.unwrap(timestamp & 0xFFFFFFFF) == timestamp + offset
    assert unwrapper.last == timestamp + offset
