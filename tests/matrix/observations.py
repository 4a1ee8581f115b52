"""What came out: which picture when, which pitch when, and how far the two are apart."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Callable, Iterable
from typing import Any

import av
import numpy as np

from kms_trio.testing.clips import picture_number, pitch_hz
from tests.matrix.material import PICTURE_S, PICTURES, PITCHES_HZ, STEP_S, TONE_LOOP_S

__all__ = ["Observations"]

ENOUGH_PICTURES = 15
ENOUGH_NUMBERS = 8
ENOUGH_CHANGES = 3
LATEST_PICTURES = 60
LATE = 15
"""A picture that many numbers before the one that it follows came too late; seconds may be left out."""
NEAR_HZ = 75
"""Half the smallest step between pitches, and the resolution of 20 ms."""


class Observations:
    """Pictures and sounds of one sink, by the ticks of the media: where those lie in time may be learnt late."""

    def __init__(self) -> None:
        self.pictures: list[tuple[Any, int]] = []
        """Tick and number of each picture that can be read."""
        self.unreadable = 0
        self.sounds: list[tuple[Any, int]] = []
        """Tick of the begin of each change of pitch and the number of the step that begins there."""
        self._step: int | None = None

    def saw(self, tick: Any, picture: av.VideoFrame) -> None:
        """A picture came."""
        number = picture_number(picture)
        if number is None or number >= PICTURES:
            self.unreadable += bool(self.pictures)  # before the first one a composition is black
        else:
            self.pictures.append((tick, number))

    def heard(self, tick: Any, samples: np.ndarray[Any, Any], rate_hz: int) -> None:
        """Samples of one channel came, about 20 ms."""
        if len(samples) < rate_hz // 100 or not samples.any():
            return
        pitch = pitch_hz(np.pad(samples * np.hanning(len(samples)), 3 * len(samples)), rate_hz)
        step = next((place for place, each in enumerate(PITCHES_HZ) if abs(each - pitch) < NEAR_HZ), None)
        if step is None:
            return  # across a change
        if self._step is not None and step == (self._step + 1) % len(PITCHES_HZ):
            self.sounds.append((tick, step))
        self._step = step

    @property
    def enough(self) -> bool:
        """Whether there is something to judge by."""
        numbers = {number for _, number in self.pictures}
        return len(self.pictures) >= ENOUGH_PICTURES and len(numbers) >= ENOUGH_NUMBERS and self.enough_sounds

    @property
    def enough_sounds(self) -> bool:
        """The same where there is only sound."""
        return len(self.sounds) >= ENOUGH_CHANGES

    def pictures_in_order(self) -> bool:
        """Whether numbers grow as they do in the source: some may be left out or shown again, none comes too late."""
        steps = [(later - earlier) % PICTURES for (_, earlier), (_, later) in itertools.pairwise(self.pictures)]
        return all(step < PICTURES - LATE for step in steps)

    def skew_s(
        self, picture_place_s: Callable[[Any], float | None], sound_place_s: Callable[[Any], float | None]
    ) -> float | None:
        """How much later sound is than pictures that belong to it; None while places are not known.

        Each change of pitch is held against the picture beside it: a source that is late leaves time out, of both.
        """
        # Of the latest, as what ties the two together may be learnt on the way.
        seen = _shifts((picture_place_s(tick), number * PICTURE_S) for tick, number in self.pictures[-LATEST_PICTURES:])
        heard = _shifts((sound_place_s(tick), step * STEP_S) for tick, step in self.sounds[-ENOUGH_CHANGES:])
        if not seen or not heard:
            return None
        return statistics.median(_wrapped(shift_s - _beside(seen, place_s)) for place_s, shift_s in heard)


def _shifts(places: Iterable[tuple[float | None, float]]) -> list[tuple[float, float]]:
    """Where each is, and by how much it has moved from its place in the source; seconds."""
    return [(place_s, place_s - source_s) for place_s, source_s in places if place_s is not None]


def _beside(shifts: Iterable[tuple[float, float]], place_s: float) -> float:
    """The shift of what is nearest to a place."""
    return min(shifts, key=lambda each: abs(each[0] - place_s))[1]


def _wrapped(seconds: float) -> float:
    """Within half a loop of the tone of 0."""
    return (seconds + TONE_LOOP_S / 2) % TONE_LOOP_S - TONE_LOOP_S / 2
