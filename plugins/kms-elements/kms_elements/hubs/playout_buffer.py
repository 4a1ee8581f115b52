"""Evens out one participant's samples: they come in bursts, late, or not at all, and leave in equal blocks.

Nothing here clicks: sound begins and ends by a short fade, what must be left out is left out by a cross-fade, and the
difference between the sender's clock and ours is taken up by reading a little faster or slower (0.4 %).
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

__all__ = ["FADE", "FALLING", "RISING", "PlayoutBuffer", "Samples"]

Samples = npt.NDArray[np.float32]
"""Shape (samples, 2), in the scale of 16-bit integers."""

RATE_HZ: Final = 48_000
FADE: Final = RATE_HZ // 200
"""5 ms: samples of a fade."""
LONGEST_GAP: Final = RATE_HZ // 5
"""A hole in the timestamps up to this long is lost media and keeps its length; a longer one is a new beginning."""
MOST: Final = RATE_HZ // 2
"""More than this never waits."""
FIRST_MARGIN: Final = RATE_HZ // 50
LARGEST_MARGIN: Final = RATE_HZ // 5
MARGIN_STEP: Final = RATE_HZ // 50
SLACK: Final = RATE_HZ // 40
WINDOW_READS: Final = 100
JITTER_READS: Final = 15
"""Silence of up to this many reads was jitter, which a larger margin would have hidden; longer, and nobody sent."""
STEP: Final = 4
"""How many samples more or fewer a read takes to change the level."""

RISING: Final = np.linspace(0, 1, FADE, dtype=np.float32)[:, None]
FALLING: Final = RISING[::-1]


class PlayoutBuffer:
    """Samples of one participant, 48 kHz stereo."""

    def __init__(self) -> None:
        self._waiting: Samples = np.zeros((0, 2), np.float32)
        self._next_pts: int | None = None
        self._margin = FIRST_MARGIN
        """What should be left when a block and its possible fade have been taken: covers the jitter."""
        self.playing = False
        """Whether samples are given, or kept until there are enough to begin."""
        self._played = False
        self._silent_reads = 0
        self._reads_since_push = 0
        self._lowest = MOST
        self._reads = 0
        self._step = 0

    @property
    def level(self) -> int:
        """Samples that wait."""
        return len(self._waiting)

    def push(self, pts: int, samples: Samples) -> None:
        """Add samples that begin at `pts` (ticks of 48 kHz)."""
        end = pts + len(samples)
        if self._next_pts is not None and len(self._waiting):
            gap = pts - self._next_pts
            if -LONGEST_GAP <= gap < 0:  # sent twice
                samples = samples[-gap:]
                end = max(end, self._next_pts)
            elif gap != 0:
                self._waiting = _faded_out(self._waiting)
                samples = _faded_in(samples)
                if 0 < gap <= LONGEST_GAP:
                    self._waiting = np.concatenate((self._waiting, np.zeros((gap, 2), np.float32)))
        self._next_pts = end
        self._reads_since_push = 0
        self._waiting = np.concatenate((self._waiting, samples))
        if len(self._waiting) > MOST:
            self._drop_oldest()

    def read(self, count: int) -> Samples | None:
        """The next `count` samples; None for silence."""
        if not self.playing and not self._begins(count):
            return None
        taken = count + self._step
        if len(self._waiting) <= taken + FADE:
            return self._end(count)
        self._watch(len(self._waiting) - taken - FADE)
        block = self._take(count, taken)
        if self._silent_reads:
            self._silent_reads = 0
            block = _faded_in(block)
        return block

    def _begins(self, count: int) -> bool:
        self._silent_reads += 1
        self._reads_since_push += 1
        if len(self._waiting) <= count + STEP + FADE + self._margin:
            if self._reads_since_push > JITTER_READS:
                self._waiting = self._waiting[:0]  # too little to play, and too old by now
            return False
        if self._played and self._silent_reads <= JITTER_READS:
            self._margin = min(self._margin + MARGIN_STEP, LARGEST_MARGIN)
        self.playing = self._played = True
        self._lowest, self._reads, self._step = MOST, 0, 0
        return True

    def _end(self, count: int) -> Samples:
        """Nothing is left for the next block: fade out."""
        rest = _faded_out(self._waiting[:count])
        block: Samples = np.zeros((count, 2), np.float32)
        block[: len(rest)] = rest
        self._waiting = self._waiting[:0]
        self.playing = False
        return block

    def _take(self, count: int, taken: int) -> Samples:
        if taken == count:
            block = self._waiting[:count]
        else:
            position = np.arange(count) * (taken / count)
            before = position.astype(np.intp)
            share = (position - before).astype(np.float32)[:, None]
            block = self._waiting[before] * (1 - share) + self._waiting[before + 1] * share
        self._waiting = self._waiting[taken:]
        return block

    def _watch(self, left: int) -> None:
        """Every two seconds, see whether the level is where it should be."""
        self._lowest = min(self._lowest, left)
        self._reads += 1
        if self._reads < WINDOW_READS:
            return
        if self._lowest > self._margin + SLACK:
            self._step = STEP
        elif self._lowest < self._margin // 2:
            self._step = -STEP
        else:
            self._step = 0
        self._margin = max(FIRST_MARGIN, self._margin * 49 // 50)
        self._lowest, self._reads = MOST, 0

    def _drop_oldest(self) -> None:
        """Somebody sends faster than time passes, or all at once: go on with the newest."""
        old, kept = self._waiting, self._waiting[-(self._margin + 2 * SLACK) :].copy()
        kept[:FADE] = old[:FADE] * FALLING + kept[:FADE] * RISING
        self._waiting = kept


def _faded_in(samples: Samples) -> Samples:
    samples = samples.copy()
    length = min(FADE, len(samples))
    samples[:length] *= RISING[:length]
    return samples


def _faded_out(samples: Samples) -> Samples:
    samples = samples.copy()
    length = min(FADE, len(samples))
    if length:
        samples[-length:] *= np.linspace(1, 0, length, dtype=np.float32)[:, None]
    return samples
