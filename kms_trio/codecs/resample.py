"""Audio of any shape into one shape, with timestamps that run on evenly and jump where the source jumped."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

import av

__all__ = ["Resampler"]

GAP_TOLERANCE_S: Final = 0.01
"""Timestamps of a source may be this far from an even run before that counts as a gap."""


class Resampler:
    """Converts frames to one sample format, layout and rate; the timestamps of its output count in that rate.

    `discontinuity` is true after a `push` that began a new run (the first one, or after a gap in the source).
    """

    def __init__(self, sample_format: str, layout: str, rate_hz: int) -> None:
        self.sample_format = sample_format
        self.layout = layout
        self.rate_hz = rate_hz
        self.discontinuity = False
        self._resampler: av.AudioResampler | None = None
        self._source: tuple[str, str, int] | None = None
        self._expected_s = Fraction(0)
        self._next_pts: int | None = None

    def push(self, frame: av.AudioFrame, pts: int, clock_rate_hz: int) -> list[av.AudioFrame]:
        """Convert a frame that begins at `pts` ticks of `clock_rate_hz`.

        Raises `av.error.FFmpegError` for frames that cannot be converted.  A frame that has the wanted shape already
        may be passed through as it is, so its `pts` and `time_base` must be the caller's to change.
        """
        begin_s = Fraction(pts, clock_rate_hz)
        source = (frame.format.name, frame.layout.name, frame.sample_rate)
        gap = self._next_pts is None or abs(begin_s - self._expected_s) > GAP_TOLERANCE_S
        self.discontinuity = gap
        if gap:
            self._next_pts = round(begin_s * self.rate_hz)
            self._expected_s = begin_s
        if gap or source != self._source or self._resampler is None:
            self._resampler = av.AudioResampler(self.sample_format, self.layout, self.rate_hz)
            self._source = source
        self._expected_s += Fraction(frame.samples, frame.sample_rate)
        frame.pts = None  # counted here; the library's own arithmetic would round at every frame
        converted = [part for part in self._resampler.resample(frame) if part.samples]
        for part in converted:
            assert self._next_pts is not None
            part.pts = self._next_pts
            part.time_base = Fraction(1, self.rate_hz)
            self._next_pts += part.samples
        return converted
