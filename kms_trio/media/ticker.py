"""The clock of a hub that mixes: ticks at a fixed rate, whatever the participants do."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Final

from kms_trio.media.callbacks import ignore
from kms_trio.media.flow import TimerHandle, Timers

__all__ = ["Ticker"]

ROUNDING: Final = 1e-4
"""A tick that is due but for this share of an interval is due."""


class Ticker:
    """Calls `on_tick(place_s)` every `interval_s`, `place_s` being the time since the first start.

    Places are exact multiples of the interval.  Ticks that were missed, because the process was busy or the ticker was
    stopped, are left out, so that places keep to real time.
    """

    def __init__(self, timers: Timers, interval_s: Fraction, on_tick: Callable[[Fraction], None]) -> None:
        self.interval_s = interval_s
        self._timers = timers
        self._on_tick = on_tick
        self._timer: TimerHandle | None = None
        self._epoch_s: float | None = None
        self._base_s = Fraction(0)
        """The place from which ticks are counted; moves when the interval changes."""
        self._next = 0

    @property
    def running(self) -> bool:
        """Whether ticks come."""
        return self._timer is not None

    def start(self) -> None:
        """Begin, or go on; the first tick of all comes at once."""
        if self.running:
            return
        if self._epoch_s is None:
            self._epoch_s = self._timers.now()
        self._next = max(self._next, math.ceil(self._ticks_until_now() - ROUNDING))
        self._schedule()

    def stop(self) -> None:
        """No more ticks until `start`."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def close(self) -> None:
        """No more ticks at all."""
        self.stop()
        self._on_tick = ignore

    def set_interval(self, interval_s: Fraction) -> None:
        """Tick at another rate from the next tick on."""
        self._base_s += self._next * self.interval_s
        self._next = 0
        self.interval_s = interval_s

    def _ticks_until_now(self) -> float:
        assert self._epoch_s is not None
        return (self._timers.now() - self._epoch_s - float(self._base_s)) / float(self.interval_s)

    def _schedule(self) -> None:
        wait = (self._next - self._ticks_until_now()) * float(self.interval_s)
        self._timer = self._timers.call_later(max(0.0, wait), self._fire)

    def _fire(self) -> None:
        number = max(self._next, math.floor(self._ticks_until_now() + ROUNDING))
        place_s = self._base_s + number * self.interval_s
        self._next = number + 1
        self._schedule()
        self._on_tick(place_s)
