"""Worker side of mixing samples: a playout buffer for each participant, a sum and a limiter for each ear."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Final

import attrs
import av
import numpy as np

from kms_elements.hubs.playout_buffer import FADE, FALLING, RISING, PlayoutBuffer, Samples
from kms_elements.hubs.playout_wait import LongestWait, PlayoutWaits
from kms_elements.hubs.speaker import Loudness
from kms_trio.api import Resampler
from kms_trio.media.formats import RAW_AUDIO

__all__ = ["BLOCK", "AudioMixer", "AudioTick", "EarWork", "Heard"]

RATE_HZ: Final = RAW_AUDIO.clock_rate_hz
BLOCK: Final = RATE_HZ // 50
"""Samples of a block: 20 ms, what Opus takes for a packet."""
LOUDEST: Final = 32_767.0
RECOVERY: Final = 1.02
"""How much the limiter lets go in a block."""

Heard = tuple[int, tuple[tuple[float, av.AudioFrame], ...]]
"""Clock rate of the timestamps, and the frames, each with the seconds for which it has been due when the first block
of the tick begins."""


@attrs.frozen
class EarWork:
    """Whom an ear hears: the participants in `only`, or all, but never `without`."""

    key: int
    only: frozenset[int] | None = None
    without: int | None = None


@attrs.frozen(eq=False)
class AudioTick:
    """Blocks to make, the first one beginning at sample `begin`, and what came since the last tick.

    `arrived` has an entry for each participant, frames or not.
    """

    begin: int
    blocks: int
    arrived: Mapping[int, Heard]
    ears: tuple[EarWork, ...]


class AudioMixer:
    """Mixes; results are pairs of an ear's key and a frame in the shape of `RAW_AUDIO`.

    Tells levels to `loudness`, and to `waits` for how long each participant's sound waits.
    """

    def __init__(self, loudness: Loudness | None = None, waits: PlayoutWaits | None = None) -> None:
        self._loudness = loudness or Loudness()
        self._waits = waits or PlayoutWaits()
        self._participants: dict[int, _Participant] = {}
        self._ears: dict[int, _Ear] = {}

    def convert(self, tick: AudioTick) -> Sequence[tuple[int, av.AudioFrame]]:
        """Take in what arrived and make the blocks for all ears."""
        for key, (clock_rate_hz, frames) in tick.arrived.items():
            self._participants.setdefault(key, _Participant()).hear(clock_rate_hz, frames)
        self._ears = {work.key: self._ears.get(work.key) or _Ear(work) for work in tick.ears}
        mixed = []
        for number in range(tick.blocks):
            said = {key: each.say() for key, each in self._participants.items()}
            voices = {key: block for key, block in said.items() if block is not None}
            self._loudness.note({key: _level(block) for key, block in voices.items()})
            total = _sum(list(voices.values()))
            for work in tick.ears:
                frame = _frame(self._ears[work.key].mix(work, voices, total))
                frame.pts, frame.time_base = tick.begin + number * BLOCK, Fraction(1, RATE_HZ)
                mixed.append((work.key, frame))
        # Who has left is heard to the end of what was said.
        self._participants = {
            key: each for key, each in self._participants.items() if key in tick.arrived or each.buffer.level
        }
        waits = {key: each.wait.seconds for key, each in self._participants.items()}
        self._waits.seconds = {key: wait_s for key, wait_s in waits.items() if wait_s is not None}
        return mixed


class _Ear:
    def __init__(self, work: EarWork) -> None:
        self._work = work
        self._gain = 1.0

    def mix(self, work: EarWork, voices: Mapping[int, Samples], total: Samples) -> Samples:
        mix = _mix(work, voices, total)
        if work != self._work:  # who is heard has changed: cross-fade
            mix = mix.copy()
            mix[:FADE] = mix[:FADE] * RISING + _mix(self._work, voices, total)[:FADE] * FALLING
            self._work = work
        return self._limited(mix)

    def _limited(self, mix: Samples) -> Samples:
        """Turned down where the sum is too loud, at once, and up again slowly."""
        peak = float(np.abs(mix).max())
        before = self._gain
        self._gain = min(1.0, before * RECOVERY, LOUDEST / max(peak, 1.0))
        if before == self._gain == 1.0:
            return mix
        ramp = np.linspace(before, self._gain, len(mix), dtype=np.float32)[:, None]
        limited: Samples = np.clip(mix * ramp, -LOUDEST, LOUDEST)
        return limited


class _Participant:
    def __init__(self) -> None:
        self.buffer = PlayoutBuffer()
        self.wait = LongestWait()
        self._resampler = Resampler("s16", "stereo", RATE_HZ)

    def hear(self, clock_rate_hz: int, frames: Sequence[tuple[float, av.AudioFrame]]) -> None:
        for due_for_s, frame in frames:
            if frame.pts is None or not frame.samples:
                continue
            pushed = 0
            try:
                for pts, samples in self._converted(frame, frame.pts, clock_rate_hz):
                    self.buffer.push(pts, samples)
                    pushed += len(samples)
            except av.error.FFmpegError:
                continue
            if pushed and self.buffer.playing:
                self.wait.note(due_for_s + max(0, self.buffer.level - pushed) / RATE_HZ)

    def say(self) -> Samples | None:
        playing = self.buffer.playing
        block = self.buffer.read(BLOCK)
        if self.buffer.playing and not playing:
            self.wait.forget()
        return block

    def _converted(self, frame: av.AudioFrame, pts: int, clock_rate_hz: int) -> list[tuple[int, Samples]]:
        shape = (frame.format.name, frame.layout.name, frame.sample_rate, clock_rate_hz)
        if shape == ("s16", "stereo", RATE_HZ, RATE_HZ):
            return [(pts, _samples(frame))]
        own = av.AudioFrame.from_ndarray(frame.to_ndarray(), frame.format.name, frame.layout.name)
        own.sample_rate = frame.sample_rate
        parts = self._resampler.push(own, pts, clock_rate_hz)
        return [(part.pts, _samples(part)) for part in parts if part.pts is not None]


def _samples(frame: av.AudioFrame) -> Samples:
    return frame.to_ndarray().reshape(-1, 2).astype(np.float32)


def _level(block: Samples) -> float:
    """The root mean square of one channel, every fourth sample of it: enough to tell who speaks."""
    some = block[::4, 0]
    return math.sqrt(float(np.dot(some, some)) / len(some))


def _frame(mix: Samples) -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(mix.astype(np.int16).reshape(1, -1), "s16", "stereo")
    frame.sample_rate = RATE_HZ
    return frame


def _sum(blocks: Sequence[Samples]) -> Samples:
    total: Samples = np.zeros((BLOCK, 2), np.float32)
    for block in blocks:
        total += block
    return total


def _mix(ear: EarWork, said: Mapping[int, Samples], total: Samples) -> Samples:
    """Sums of 16-bit samples are exact in 32-bit floats, so subtracting a voice leaves nothing of it."""
    if ear.only is not None:
        return _sum([block for key, block in said.items() if key in ear.only and key != ear.without])
    own = said.get(ear.without) if ear.without is not None else None
    return total if own is None else total - own
