"""From media timestamps to wall-clock time: what lip-sync rests on (RFC 3550 section 6.4.1).

A sender reports in RTCP which of its RTP timestamps belongs to which moment of its own clock.  Audio and video of one
sender share that clock, so both are placed on ours through one `SenderClock`; without reports the first arrival is the
anchor, which is right to within the sender's encoding delay.
"""

from __future__ import annotations

__all__ = ["MediaClock", "SenderClock"]


class SenderClock:
    """Offset from a remote sender's wall clock to ours, the smallest transit time seen being taken as none."""

    __slots__ = ("offset_s",)

    def __init__(self) -> None:
        self.offset_s: float | None = None

    def report(self, sender_unix_s: float, arrival_unix_s: float) -> None:
        """Compare the clocks: the sender wrote its time, the report came at ours."""
        transit = arrival_unix_s - sender_unix_s
        if self.offset_s is None or transit < self.offset_s or transit > self.offset_s + 5:
            self.offset_s = transit  # a step of seconds is a clock that was set, not a slow network


class MediaClock:
    """Maps the timestamps of one stream (unwrapped ticks) to Unix time of this machine in seconds."""

    __slots__ = ("_anchor", "_reported", "clock_rate_hz", "sender")

    def __init__(self, clock_rate_hz: int, sender: SenderClock | None = None) -> None:
        self.clock_rate_hz = clock_rate_hz
        self.sender = sender or SenderClock()
        self._anchor: tuple[int, float] | None = None  # (timestamp, our Unix time at which it arrived or is due)
        self._reported: tuple[int, float] | None = None  # (timestamp, the sender's Unix time)

    def anchor(self, timestamp: int, unix_s: float) -> None:
        """Say when the media of a timestamp arrived or is due; only the first call after `reset` counts."""
        if self._anchor is None:
            self._anchor = (timestamp, unix_s)

    def reset(self) -> None:
        """Forget the anchor and the reports: the stream starts anew."""
        self._anchor = self._reported = None

    def sender_report(self, timestamp: int, sender_unix_s: float, arrival_unix_s: float) -> None:
        """Take in a sender report: `timestamp` (unwrapped) was captured at `sender_unix_s` of the sender's clock."""
        self.sender.report(sender_unix_s, arrival_unix_s)
        self._reported = (timestamp, sender_unix_s)

    @property
    def synchronized(self) -> bool:
        """Whether a sender report has been seen, so that `unix_s` can be compared between streams of the sender."""
        return self._reported is not None

    def unix_s(self, timestamp: int) -> float | None:
        """Our Unix time, in seconds, of an unwrapped timestamp; None before anything is known."""
        if self._reported is not None and self.sender.offset_s is not None:
            reported, sender_unix_s = self._reported
            return sender_unix_s + self.sender.offset_s + (timestamp - reported) / self.clock_rate_hz
        if self._anchor is not None:
            anchored, unix_s = self._anchor
            return unix_s + (timestamp - anchored) / self.clock_rate_hz
        return None

    def timestamp_at(self, unix_s: float) -> int | None:
        """The unwrapped timestamp that belongs to a moment of our clock; None before anything is known."""
        origin = self.unix_s(0)
        return None if origin is None else round((unix_s - origin) * self.clock_rate_hz)
