"""Timestamps that jump: a camera's clock was set, one stream was put behind another.  Pure arithmetic."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

__all__ = ["Continuity"]

_ZERO: Final = Fraction(0)
_SHORTEST: Final = Fraction(1, 1000)


class Continuity:
    """Keeps the places of a source's packets (seconds) together.

    A step of a track by `limit_s` or more, in either direction, is no pause but another clock.  It is taken out for all
    tracks, as the clock is theirs in common: those that follow fit again.
    """

    def __init__(self, limit_s: float) -> None:
        self._limit_s = limit_s
        self._shift = _ZERO
        self._expected: dict[int, Fraction] = {}

    def shift(self, track: int, place: Fraction, duration: Fraction) -> Fraction:
        """What to add to the timestamps of a packet at `place`, of the track with that index."""
        expected = self._expected.get(track)
        step = _ZERO if expected is None else place + self._shift - expected
        if expected is not None and abs(step) >= self._limit_s:
            self._shift -= step
        self._expected[track] = place + self._shift + max(duration, _SHORTEST)
        return self._shift

    def restart(self) -> None:
        """The source was positioned anew, on its first clock."""
        self._shift = _ZERO
        self._expected.clear()
