"""The one timer of an engine: it follows the engine's deadline."""

from __future__ import annotations

from collections.abc import Callable

from kms_trio.media.callbacks import ignore
from kms_trio.media.flow import TimerHandle, Timers

__all__ = ["DeadlineTimer"]


class DeadlineTimer:
    """Calls back at the deadline last `set`.

    Deadlines mostly move away, with each answer that comes in time: the timer is left as it is then, and looks again
    when it fires.
    """

    def __init__(self, timers: Timers, callback: Callable[[float], None]) -> None:
        self._timers = timers
        self._callback = callback
        self._timer: TimerHandle | None = None
        self._at = float("inf")
        self._deadline: float | None = None

    def set(self, deadline: float | None, now: float) -> None:
        """Call back at `deadline` (monotonic seconds), or not at all."""
        self._deadline = deadline
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

    def close(self) -> None:
        """Do not call back, whatever is set from here on."""
        self.cancel()
        self._callback = ignore

    def _fire(self) -> None:
        self._timer = None
        now = self._timers.now()
        if self._deadline is not None and self._deadline <= now:
            self._callback(now)
        else:
            self.set(self._deadline, now)
