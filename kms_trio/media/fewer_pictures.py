"""Pictures at a lower rate: those that come too early are left out, none is shown twice."""

from __future__ import annotations

from fractions import Fraction

from kms_trio.media.streams import RawFrame, RawStream

__all__ = ["FewerPictures"]


class FewerPictures(RawStream):
    """At most `rate` pictures a second of `upstream`, as evenly spaced as its pictures allow."""

    def __init__(self, upstream: RawStream, rate: Fraction) -> None:
        super().__init__(upstream.format, upstream.clock)
        self._upstream = upstream
        self._interval = upstream.format.clock_rate_hz / rate  # ticks
        self._due: Fraction | None = None

    def started(self) -> None:
        """Take pictures; the first one passes."""
        self._due = None
        self._upstream.attach(self)

    def stopped(self) -> None:
        """Leave the pictures alone."""
        self._upstream.detach(self)

    def request_key_frame(self) -> None:
        """Ask upstream."""
        self._upstream.request_key_frame()

    def bitrate_wanted(self, bitrate_bps: int | None) -> None:
        """Pass the wish on to the source."""
        self._upstream.want_bitrate(self, bitrate_bps)

    def on_raw(self, frame: RawFrame) -> None:
        """Pass a picture on if its time has come: a quarter of an interval early will do, as no source is
        quite regular.

        The grid of due times begins anew where timestamps jump, in either direction.
        """
        pts, due = frame.pts, self._due
        if pts is None:
            return
        if due is None or not -4 <= (pts - due) / self._interval < 4:
            due = Fraction(pts)
        if pts >= due - self._interval / 4:
            self._due = due + self._interval
            self.push(frame)
        else:
            self._due = due
