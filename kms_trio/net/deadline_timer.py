"""The one timer of an engine: it follows the engine's deadline."""

from __future__ import annotations

from collections.abc import Callable

from kms_trio.media.flow import TimerHandle, Timers

__all__ = ["DeadlineTimer"]


class DeadlineTimer:
    """Calls back at the deadline last `set`, or earlier: engines do nothing when they are called early."""

    def __init__(self, timers: Timers, callback: Callable[[float], None]) -> None:
        self._timers = timers
        self._callback = callback
        self._timer: TimerHandle | None = None
        self._at = float("inf")

    def set(self, deadline: float | None, now: float) -> None:
        """Call back at `deadline` (monotonic seconds).  A timer that comes earlier is left to look again."""
        if deadline is None or (self._timer is not None and self._at <= deadline):
            return
        self.cancel()
        self._at = deadline
        self._timer = self._timers.call_later(max(0.0, deadline - now), self._fire)

    def cancel(self) -> None:
        """Do not call back."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _fire(self) -> None:
        self._timer = None
        self._callback(self._timers.now())
