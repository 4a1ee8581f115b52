"""Where in the file a frame belongs.  Pure arithmetic, in seconds.

All tracks are placed by our wall clock, onto which `MediaClock` maps the timestamps of each source; that is what keeps
lips in sync.  The mapping gets better when sender reports arrive: corrections are worked in slowly, so that time in the
file never jumps and never runs backward.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

__all__ = ["SteadyClock", "Timeline"]

SLEW: Final = 0.2
"""Part of the time that passes by which a correction may stretch or squeeze it: 60 ms are worked in within 0.3 s."""
STEP_S: Final = 2.0
"""Differences from here on are no corrections: the source has another time now, and is followed at once."""
SHORTEST_STEP_S: Final = 0.001
GAP_S: Final = 0.5
"""Time in which no track has anything, from here on, is a gap and no unevenness."""


class SteadyClock:
    """Wall-clock times of the frames of one stream, without jumps."""

    def __init__(self, unix_s: Callable[[int], float | None], clock_rate_hz: int) -> None:
        self._unix_s = unix_s
        self._clock_rate_hz = clock_rate_hz
        self._last: tuple[int, float] | None = None

    def at(self, pts: int) -> float | None:
        """The Unix time of a frame; None while nothing is known.  Call it for every frame, in order."""
        told_s = self._unix_s(pts)
        if told_s is None:
            return None
        steady_s = told_s
        if self._last is not None:
            elapsed_s = (pts - self._last[0]) / self._clock_rate_hz
            even_s = self._last[1] + elapsed_s
            if abs(told_s - even_s) < STEP_S:
                most_s = SLEW * abs(elapsed_s)
                steady_s = even_s + min(most_s, max(-most_s, told_s - even_s))
        self._last = (pts, steady_s)
        return steady_s


class Timeline:
    """From wall-clock times to places in the file; what lies between two segments is cut out.

    With `close_gaps` (`gapsFix=GENPTS`) time without any media is cut out, too, from all tracks alike, so that they
    stay in sync.
    """

    def __init__(self, close_gaps: bool = False) -> None:
        self._close_gaps = close_gaps
        self._begin_unix_s = 0.0
        self._begin_s = 0.0
        self._last_s: dict[object, float] = {}
        self._end_s = 0.0

    @property
    def end_s(self) -> float:
        """Where the file ends so far."""
        return self._end_s

    def begin_segment(self, unix_s: float) -> None:
        """What belongs to the moment `unix_s` comes right behind all that was placed before."""
        self._begin_unix_s = unix_s
        self._begin_s = self._end_s

    def place(self, track: object, unix_s: float, duration_s: float) -> float | None:
        """The place of a frame of `track`; None for one that lies before the segment."""
        place_s = self._begin_s + (unix_s - self._begin_unix_s)
        if place_s < self._begin_s - duration_s / 2:
            return None
        if self._close_gaps and place_s > self._end_s + GAP_S:
            self._begin_unix_s += place_s - self._end_s
            place_s = self._end_s
        last_s = self._last_s.get(track)
        place_s = max(place_s, 0.0 if last_s is None else last_s + SHORTEST_STEP_S)
        self._last_s[track] = place_s
        self._end_s = max(self._end_s, place_s + duration_s)
        return place_s
