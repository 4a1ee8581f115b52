"""PlayoutBuffer: even blocks from uneven arrivals, without clicks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kms_elements.hubs.playout_buffer import FADE, MOST, PlayoutBuffer, Samples

BLOCK = 960
AMPLITUDE = 8000.0
FREQUENCY_HZ = 480.0
#: What a sine of that pitch does from one sample to the next, and what a fade of 5 ms adds.
SMOOTH = AMPLITUDE * (2 * np.pi * FREQUENCY_HZ / 48_000 + 1.5 / FADE)


def sine(begin: int, samples: int = BLOCK) -> Samples:
    wave = AMPLITUDE * np.sin(2 * np.pi * FREQUENCY_HZ * np.arange(begin, begin + samples) / 48_000)
    return np.repeat(wave[:, None], 2, axis=1).astype(np.float32)


class Line:
    """A sender at one end and what is read at the other."""

    def __init__(self) -> None:
        self.buffer = PlayoutBuffer()
        self.blocks: list[Samples] = []
        self.sent = 0

    def send(self, samples: int = BLOCK) -> None:
        self.buffer.push(self.sent, sine(self.sent, samples))
        self.sent += samples

    def skip(self, samples: int) -> None:
        self.sent += samples

    def read(self) -> Samples | None:
        block = self.buffer.read(BLOCK)
        self.blocks.append(np.zeros((BLOCK, 2), np.float32) if block is None else block)
        return block

    @property
    def heard(self) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
        return np.concatenate(self.blocks)[:, 0]

    @property
    def largest_step(self) -> float:
        return float(np.abs(np.diff(self.heard)).max())


def test_even_arrivals_come_out_as_they_are() -> None:
    line = Line()
    for _ in range(20):
        line.send()
        line.read()
    begin = int(np.argmax(line.heard != 0)) - 1
    assert begin <= 3 * BLOCK, "45 ms and the block itself"
    heard = line.heard[begin + FADE :]
    assert np.array_equal(heard, sine(0, 20 * BLOCK)[FADE : FADE + len(heard), 0])


@pytest.mark.parametrize("burst", [2, 3, 5])
def test_bursts_are_evened_out(burst: int) -> None:
    line = Line()
    for number in range(600):
        if number % burst == 0:
            for _ in range(burst):
                line.send()
        line.read()
    assert all(np.any(block) for block in line.blocks[-300:]), "the margin has learnt the size of the bursts"
    assert line.largest_step < SMOOTH


def test_the_end_fades_and_the_next_beginning_too() -> None:
    line = Line()
    for _ in range(10):
        line.send()
        line.read()
    for _ in range(50):
        line.read()
    assert not np.any(line.heard[-BLOCK:])
    line.skip(50 * BLOCK)
    for _ in range(10):
        line.send()
        line.read()
    assert np.any(line.heard[-BLOCK:])
    assert line.largest_step < SMOOTH


def test_a_lost_packet_keeps_its_length() -> None:
    line = Line()
    for number in range(30):
        if number == 10:
            line.skip(BLOCK)
        line.send()
        line.read()
    begin = int(np.argmax(line.heard != 0)) - 1
    after = line.heard[begin + 13 * BLOCK : begin + 20 * BLOCK]
    assert np.array_equal(after, sine(13 * BLOCK, 7 * BLOCK)[:, 0])
    assert line.largest_step < SMOOTH


def test_what_was_sent_twice_is_heard_once() -> None:
    line = Line()
    for number in range(20):
        line.send()
        if number == 5:
            line.buffer.push(line.sent - BLOCK, sine(line.sent - BLOCK))
        line.read()
    begin = int(np.argmax(line.heard != 0)) - 1
    heard = line.heard[begin + FADE :]
    assert np.array_equal(heard, sine(0, 20 * BLOCK)[FADE : FADE + len(heard), 0])


@pytest.mark.parametrize("per_mille", [-2, 2])
def test_a_clock_that_runs_otherwise_is_followed(per_mille: int) -> None:
    line, owed = Line(), 0.0
    levels = []
    for _ in range(3000):
        owed += BLOCK * (1 + per_mille / 1000)
        line.send(int(owed))
        owed -= int(owed)
        line.read()
        levels.append(line.buffer.level)
    assert all(np.any(block) for block in line.blocks[5:]), "a minute without a hole"
    assert max(levels) < 6 * BLOCK
    assert line.largest_step < SMOOTH * 1.1


def test_a_flood_is_cut_without_a_click() -> None:
    line = Line()
    for _ in range(100):
        for _ in range(4):
            line.send()
        line.read()
        assert line.buffer.level <= MOST
    assert line.largest_step < 2 * SMOOTH  # two sines at once


def test_too_little_to_play_is_forgotten() -> None:
    buffer = PlayoutBuffer()
    buffer.push(0, sine(0, 100))
    assert [buffer.read(BLOCK) for _ in range(20)] == [None] * 20
    assert buffer.level == 0


@given(
    st.lists(
        st.one_of(st.none(), st.tuples(st.integers(-(2**40), 2**40), st.integers(0, 30_000)), st.integers(0, 3000)),
        max_size=60,
    )
)
def test_any_timestamps(steps: list[tuple[int, int] | int | None]) -> None:
    """None reads, a number sends on, a pair sends so many samples anywhere."""
    buffer, sent = PlayoutBuffer(), 0
    for step in steps:
        if step is None:
            block = buffer.read(BLOCK)
            assert block is None or (block.shape == (BLOCK, 2) and np.abs(block).max() <= 2 * AMPLITUDE)
        else:
            pts, samples = (sent, step) if isinstance(step, int) else step
            buffer.push(pts, sine(0, samples))
            sent = pts + samples
        assert buffer.level <= MOST
