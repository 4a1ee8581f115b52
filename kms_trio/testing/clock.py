"""A clock that stands still until a test moves it."""

from __future__ import annotations

__all__ = ["FakeClock"]


class FakeClock:
    """A `kms_trio.api.Clock`."""

    def __init__(self, monotonic_s: float = 1000.0, unix_s: float = 1_700_000_000.0) -> None:
        self._monotonic_s = monotonic_s
        self._unix_s = unix_s

    def monotonic(self) -> float:
        """Seconds from an arbitrary start."""
        return self._monotonic_s

    def unix(self) -> float:
        """Seconds since 1970-01-01 UTC."""
        return self._unix_s

    def advance(self, seconds: float) -> None:
        """Let time pass on both. Raises ValueError for less than nothing."""
        if seconds < 0:
            raise ValueError(f"expected seconds that pass, got {seconds}")
        self._monotonic_s += seconds
        self._unix_s += seconds

    def set_unix(self, unix_s: float) -> None:
        """Set the wall clock, as an operator or NTP does; the monotonic one goes on."""
        self._unix_s = unix_s
