"""A media clock seen through another clock rate."""

from __future__ import annotations

from collections.abc import Callable

from kms_trio.media.timing import MediaClock

__all__ = ["ScaledClock", "clock_at_rate"]


class ScaledClock(MediaClock):
    """The clock of a stream that was converted from one with another clock rate: same moments, other ticks.

    Reports and anchors belong to the original and are passed on to it, so that both stay one clock.
    """

    __slots__ = ("_original",)

    def __init__(self, original: MediaClock, clock_rate_hz: int) -> None:
        super().__init__(clock_rate_hz, original.sender)
        self._original = original

    def _to_original(self, timestamp: int) -> int:
        return round(timestamp * self._original.clock_rate_hz / self.clock_rate_hz)

    def anchor(self, timestamp: int, unix_s: float) -> None:
        """See `MediaClock.anchor`; `timestamp` counts in our rate."""
        self._original.anchor(self._to_original(timestamp), unix_s)

    def reset(self) -> None:
        """See `MediaClock.reset`: forgets for the original, too."""
        self._original.reset()

    def sender_report(self, timestamp: int, sender_unix_s: float, arrival_unix_s: float) -> None:
        """See `MediaClock.sender_report`; `timestamp` counts in our rate."""
        self._original.sender_report(self._to_original(timestamp), sender_unix_s, arrival_unix_s)

    def watch(self, watcher: Callable[[], None]) -> None:
        """See `MediaClock.watch`."""
        self._original.watch(watcher)

    def unwatch(self, watcher: Callable[[], None]) -> None:
        """See `MediaClock.unwatch`."""
        self._original.unwatch(watcher)

    @property
    def synchronized(self) -> bool:
        """Whether the original is."""
        return self._original.synchronized

    def unix_s(self, timestamp: int) -> float | None:
        """Our Unix time, in seconds, of a timestamp in our rate; None before anything is known."""
        origin = self._original.unix_s(0)
        return None if origin is None else origin + timestamp / self.clock_rate_hz


def clock_at_rate(clock: MediaClock, clock_rate_hz: int) -> MediaClock:
    """`clock` itself, or a view of it that counts in `clock_rate_hz`."""
    return clock if clock.clock_rate_hz == clock_rate_hz else ScaledClock(clock, clock_rate_hz)
