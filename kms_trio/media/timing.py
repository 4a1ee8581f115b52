"""From media timestamps to wall-clock time: what lip-sync rests on (RFC 3550 section 6.4.1).

A sender reports in RTCP which of its RTP timestamps belongs to which moment of its own clock.  Audio and video of one
sender share that clock, so both are placed on ours through one `SenderClock`; without reports the first arrival is the
anchor, which is right to within the sender's encoding delay.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

__all__ = ["MediaClock", "SenderClock"]

SET_BY_S: Final = 0.25
"""A clock that was set by less is followed as if it had drifted: jitter of the network may look like that."""
MOVED_S: Final = 0.005
"""What moves a stream against others of its sender by more is worth telling those who play both."""


class SenderClock:
    """Offset from a remote sender's wall clock to ours, the smallest transit time seen being taken as none.

    That clock may be set while media flows.  `steady` is the same clock as if it had never been.
    """

    __slots__ = ("_set_by_s", "_transit_s", "offset_s")

    def __init__(self) -> None:
        self.offset_s: float | None = None
        self._transit_s: float | None = None  # of the last report
        self._set_by_s = 0.0

    def report(self, sender_unix_s: float, arrival_unix_s: float, expected_s: float | None = None) -> float:
        """Compare the clocks: the sender wrote its time, the report came at ours; the sender's steady time.

        `expected_s` is what the steady time would be by the media since the last report of that stream.  When the
        reports have jumped against the media and against our clock by the same amount, the sender's clock was set.
        """
        steady_s = sender_unix_s - self._set_by_s
        if expected_s is not None and self._transit_s is not None:
            set_by_s = steady_s - expected_s
            gained_s = self._transit_s - (arrival_unix_s - steady_s)
            if abs(set_by_s) > SET_BY_S and abs(gained_s - set_by_s) < abs(set_by_s) / 2:
                self._set_by_s += set_by_s
                steady_s = expected_s
        transit_s = self._transit_s = arrival_unix_s - steady_s
        if self.offset_s is None or transit_s < self.offset_s or transit_s > self.offset_s + 5:
            self.offset_s = transit_s  # seconds more are no slow network: the clock was set while no media came
        return steady_s


class MediaClock:
    """Maps the timestamps of one stream (unwrapped ticks) to Unix time of this machine in seconds.

    What later reports change of the sender's offset to our clock moves all streams of the sender alike.
    """

    __slots__ = ("_anchor", "_reported", "_watchers", "clock_rate_hz", "sender")

    def __init__(self, clock_rate_hz: int, sender: SenderClock | None = None) -> None:
        self.clock_rate_hz = clock_rate_hz
        self.sender = sender or SenderClock()
        self._anchor: tuple[int, float] | None = None  # (timestamp, our Unix time at which it arrived or is due)
        self._reported: tuple[int, float] | None = None  # (timestamp, the sender's steady Unix time)
        self._watchers: dict[Callable[[], None], None] = {}  # a stream may have thousands of viewers

    def anchor(self, timestamp: int, unix_s: float) -> None:
        """Say when the media of a timestamp arrived or is due; only the first call after `reset` counts."""
        if self._anchor is None:
            self._anchor = (timestamp, unix_s)

    def reset(self) -> None:
        """Forget the anchor and the reports: the stream starts anew."""
        self._anchor = self._reported = None

    def sender_report(self, timestamp: int, sender_unix_s: float, arrival_unix_s: float) -> None:
        """Take in a sender report: `timestamp` (unwrapped) was captured at `sender_unix_s` of the sender's clock."""
        expected_s = self._steady_s(timestamp)
        steady_s = self.sender.report(sender_unix_s, arrival_unix_s, expected_s)
        self._reported = (timestamp, steady_s)
        if expected_s is None or abs(steady_s - expected_s) > MOVED_S:
            for watcher in tuple(self._watchers):
                watcher()

    def watch(self, watcher: Callable[[], None]) -> None:
        """Have `watcher` called when a report has moved this stream against its sender's others, as the first does."""
        self._watchers[watcher] = None

    def unwatch(self, watcher: Callable[[], None]) -> None:
        """Call it no more; unknown ones are ignored."""
        self._watchers.pop(watcher, None)

    @property
    def synchronized(self) -> bool:
        """Whether a sender report has been seen, so that `unix_s` can be compared between streams of the sender."""
        return self._reported is not None

    def unix_s(self, timestamp: int) -> float | None:
        """Our Unix time, in seconds, of an unwrapped timestamp; None before anything is known."""
        steady_s = self._steady_s(timestamp)
        if steady_s is not None and self.sender.offset_s is not None:
            return steady_s + self.sender.offset_s
        if self._anchor is not None:
            anchored, unix_s = self._anchor
            return unix_s + (timestamp - anchored) / self.clock_rate_hz
        return None

    def timestamp_at(self, unix_s: float) -> int | None:
        """The unwrapped timestamp that belongs to a moment of our clock; None before anything is known."""
        origin = self.unix_s(0)
        return None if origin is None else round((unix_s - origin) * self.clock_rate_hz)

    def _steady_s(self, timestamp: int) -> float | None:
        """The sender's steady time of an unwrapped timestamp; None before it has reported."""
        if self._reported is None:
            return None
        reported, steady_s = self._reported
        return steady_s + (timestamp - reported) / self.clock_rate_hz
