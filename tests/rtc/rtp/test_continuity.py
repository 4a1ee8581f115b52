"""Jumps of sequence numbers and timestamps, taken out; what is no jump, left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kms_trio.rtc.rtp.continuity import AHEAD_S, BACK_S, MAX_LATE, SequenceContinuity, TimestampContinuity

RATE_HZ = 90_000
FRAME_TICKS = 3000
FRAME_S = FRAME_TICKS / RATE_HZ


class Source:
    """Sends a packet each frame; `offset` is where its timestamps lie."""

    def __init__(self, first: int = 0) -> None:
        self.sequence = SequenceContinuity()
        self.timestamps = TimestampContinuity(RATE_HZ, self.sequence)
        self.number, self.now = 100, 50.0
        self.timestamp = first

    def send(self, *, jump_ticks: int = 0, late_by: int = 0, after_s: float = FRAME_S) -> int:
        """The unwrapped timestamp of the next packet, or of one of `late_by` packets ago."""
        if late_by:
            number, timestamp = self.number - late_by, self.timestamp - late_by * FRAME_TICKS
        else:
            self.number += 1
            self.timestamp += FRAME_TICKS + jump_ticks
            self.now += after_s
            number, timestamp = self.number, self.timestamp
        unwrapped = self.sequence.unwrap(number & 0xFFFF)
        return self.timestamps.place(timestamp & 0xFFFFFFFF, unwrapped, self.now)


def test_a_source_that_counts_anew_goes_on_in_a_later_cycle() -> None:
    sequence = SequenceContinuity()
    last = [sequence.unwrap(number) for number in (3000, 3001)][-1]
    first, *others = [sequence.unwrap(number) for number in (7, 8, 9, 11, 10)]
    assert first < last, "one packet alone is late"
    assert [number & 0xFFFF for number in others] == [8, 9, 11, 10]
    assert [number - others[0] for number in others] == [0, 1, 3, 2]
    assert others[0] > last


@given(st.integers(0, 0xFFFF), st.lists(st.integers(-MAX_LATE, 5000), max_size=60))
def test_what_is_late_or_lost_is_no_new_beginning(start: int, steps: list[int]) -> None:
    sequence = SequenceContinuity()
    offset = sequence.unwrap(start) - start
    highest = start
    for step in steps:
        assert sequence.unwrap((highest + step) & 0xFFFF) == highest + step + offset
        highest = max(highest, highest + step)


@given(st.integers(0, 0xFFFF), st.lists(st.integers(0, 0xFFFF), max_size=60))
def test_whatever_comes_keeps_the_bits_of_the_wire(start: int, numbers: list[int]) -> None:
    sequence = SequenceContinuity()
    sequence.unwrap(start)
    for number in numbers:
        assert sequence.unwrap(number) & 0xFFFF == number


@pytest.mark.parametrize("seconds", [-40_000, -3600, -60, -3, -1.5, 3, 60, 3600, 20_000])
def test_a_clock_that_jumps_is_followed_without_a_jump(seconds: float) -> None:
    source = Source(first=0xFFFFFFFF - 40_000)
    last = [source.send() for _ in range(30)][-1]
    after = [source.send(jump_ticks=round(seconds * RATE_HZ)), *(source.send() for _ in range(30))]
    steps = [b - a for a, b in zip([last, *after], after, strict=False)]
    assert steps == [FRAME_TICKS] * 31


def test_jumps_there_and_back_leave_nothing_behind() -> None:
    source = Source()
    first = source.send()
    for _ in range(10):
        source.send(jump_ticks=60 * RATE_HZ)
        source.send(jump_ticks=-60 * RATE_HZ)
    assert source.send() - first == 21 * FRAME_TICKS
    assert source.timestamps.shift == 0


def test_a_pause_is_a_pause_whether_the_clock_went_on_or_not() -> None:
    source = Source()
    last = source.send()
    assert source.send(jump_ticks=30 * RATE_HZ, after_s=30.0) - last == 30 * RATE_HZ + FRAME_TICKS
    last = source.send()
    assert source.send(after_s=30.0) - last == FRAME_TICKS
    assert source.timestamps.shift == 0


def test_small_steps_are_the_sources_own() -> None:
    source = Source()
    last = source.send()
    for step_s in (-BACK_S / 2, AHEAD_S / 2):
        came = source.send(jump_ticks=round(step_s * RATE_HZ))
        assert came - last == round(step_s * RATE_HZ) + FRAME_TICKS
        last = came


@pytest.mark.parametrize("seconds", [-60, 60])
def test_late_packets_from_before_a_jump(seconds: int) -> None:
    source = Source()
    sent = [source.send() for _ in range(10)]
    jump = source.send(jump_ticks=seconds * RATE_HZ)
    late = source.timestamps.place(
        (source.timestamp - seconds * RATE_HZ - 2 * FRAME_TICKS) & 0xFFFFFFFF,
        source.sequence.unwrap(source.number - 2),
        source.now,
    )
    assert late == sent[-2]
    assert source.send() - jump == FRAME_TICKS


def test_reports_from_the_other_side_of_a_jump_are_passed_over() -> None:
    source = Source()
    assert source.timestamps.reported(0, source.now) is None
    last = source.send()
    ahead = source.timestamp + 60 * RATE_HZ
    assert source.timestamps.reported(ahead, source.now) is None
    assert source.timestamps.reported(source.timestamp, source.now) == last
    assert source.timestamps.reported(ahead, source.now + 60) == last + 60 * RATE_HZ, "the source pauses"
    behind = source.timestamp
    jumped = source.send(jump_ticks=60 * RATE_HZ)
    assert source.timestamps.reported(behind, source.now) is None
    assert source.timestamps.reported(source.timestamp, source.now) == jumped
