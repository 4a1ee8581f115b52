"""When to send what: the one media clock of a playback.  Pure arithmetic."""

from __future__ import annotations

__all__ = ["Pacer"]


class Pacer:
    """Relates places in the source (seconds from its start) to moments (monotonic seconds) and outgoing timestamps.

    Outgoing timestamps count from `epoch_s` and follow the moments, not the places: they never jump back, whatever is
    paused, repeated or skipped, and audio and video keep their distance.
    """

    def __init__(self, epoch_s: float) -> None:
        self._epoch_s = epoch_s
        self._place_s = 0.0
        self._moment_s: float | None = None
        """When `_place_s` is or was due; None while the clock stands there."""

    @property
    def running(self) -> bool:
        """Whether time passes."""
        return self._moment_s is not None

    def start(self, place_s: float, now: float) -> None:
        """From now on `place_s` of the source is due, and what follows after it."""
        self._place_s, self._moment_s = place_s, now

    def stop(self, now: float) -> None:
        """Stand still at the place that is due now."""
        self._place_s, self._moment_s = self.place_s(now), None

    def resume(self, now: float) -> None:
        """Go on from where the clock stands."""
        self.start(self._place_s, now)

    def place_s(self, now: float) -> float:
        """The place of the source that is due now."""
        return self._place_s if self._moment_s is None else self._place_s + (now - self._moment_s)

    def due(self, place_s: float) -> float:
        """The moment at which a place is due; infinitely far while the clock stands."""
        return float("inf") if self._moment_s is None else self._moment_s + (place_s - self._place_s)

    def timestamp(self, ticks: int, clock_rate_hz: int) -> int:
        """The outgoing timestamp of what has timestamp `ticks` in the source."""
        assert self._moment_s is not None
        return (
            ticks
            - round(self._place_s * clock_rate_hz)  # rounded apart from `ticks`, so that steps stay exact
            + round((self._moment_s - self._epoch_s) * clock_rate_hz)
        )
