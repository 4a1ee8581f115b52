"""What a video encoder is told about its bitrate while its viewers' wishes and its source's frame rate change.

libx264 takes another bitrate while it is open, below the one that it was opened for, and counts it by pictures: it
takes every source for one of 30 a second (by timestamps it would hold a picture back to learn how long it lasts).
libvpx counts by timestamps, but keeps its bitrate as long as it is open; another one means another encoder, which
begins with a key frame.
"""

from __future__ import annotations

from typing import Final

import attrs

__all__ = ["REOPEN_INTERVAL_TICKS", "RateControl", "Rates"]

CLOCK_RATE_HZ: Final = 90_000
NOMINAL_TICKS: Final = CLOCK_RATE_HZ // 30
"""From picture to picture, as encoders are told that it is."""
LONGEST_TICKS: Final = CLOCK_RATE_HZ // 5
REOPEN_INTERVAL_TICKS: Final = 2 * CLOCK_RATE_HZ
"""An encoder is not opened anew for the sake of its bitrate before this has passed."""
WORTH_A_KEY_FRAME: Final = 0.15
WORTH_TELLING: Final = 0.03
HEADROOM: Final = 2
"""How far a live encoder can go up without being opened anew."""
BUFFER_S: Final = 0.6
SMOOTHING: Final = 1 / 8


@attrs.frozen
class Rates:
    """What to open an encoder with, in its own terms.  It begins with `start_bps`, which is `highest_bps` or less."""

    start_bps: int
    highest_bps: int
    buffer_bits: int


class RateControl:
    """Decides for one encoder; `live` says whether its bitrate can be changed while it is open.

    Times are timestamps of pictures, in ticks of 90 kHz.
    """

    def __init__(self, *, live: bool) -> None:
        self._live = live
        self._interval_ticks = float(NOMINAL_TICKS)
        self._opened_pts = 0
        self._highest_bps = 0
        self._told_bps = 0

    def picture(self, distance_ticks: int) -> None:
        """A picture comes, so long after the last one."""
        distance_ticks = min(distance_ticks, LONGEST_TICKS)
        self._interval_ticks += (distance_ticks - self._interval_ticks) * SMOOTHING

    def open(self, bitrate_bps: int, pts: int) -> Rates:
        """What to open the encoder with when it is to make `bitrate_bps`."""
        self._opened_pts = pts
        self._told_bps = self._own_terms(bitrate_bps)
        self._highest_bps = self._told_bps * (HEADROOM if self._live else 1)
        return Rates(self._told_bps, self._highest_bps, round(self._told_bps * BUFFER_S))

    def must_reopen(self, bitrate_bps: int, pts: int) -> bool:
        """Whether `bitrate_bps` is out of reach of the open encoder, and worth a key frame."""
        if pts - self._opened_pts < REOPEN_INTERVAL_TICKS:
            return False
        own_bps = self._own_terms(bitrate_bps)
        if self._live:
            return own_bps > self._highest_bps * (1 + WORTH_A_KEY_FRAME)
        return abs(own_bps - self._told_bps) > self._told_bps * WORTH_A_KEY_FRAME

    def change(self, bitrate_bps: int) -> int | None:
        """What to tell the open encoder now, so that it makes `bitrate_bps`; None for nothing."""
        if not self._live:
            return None
        own_bps = min(self._own_terms(bitrate_bps), self._highest_bps)
        if abs(own_bps - self._told_bps) <= self._told_bps * WORTH_TELLING:
            return None
        self._told_bps = own_bps
        return own_bps

    def _own_terms(self, bitrate_bps: int) -> int:
        return round(bitrate_bps * self._interval_ticks / NOMINAL_TICKS) if self._live else bitrate_bps
