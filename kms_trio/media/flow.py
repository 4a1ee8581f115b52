"""Does media flow through a pad?  FLOWING with the first buffer, NOT_FLOWING after a tick of 2 s that saw none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from kms_trio.media.callbacks import ignore

__all__ = ["FLOW_TICK_S", "FlowDetector", "TimerHandle", "Timers"]

FLOW_TICK_S = 2.0


class TimerHandle(Protocol):
    """A timer that can be called off."""

    def cancel(self) -> None:
        """Never call back; harmless when it is too late."""


class Timers(Protocol):
    """Timers of a media worker, in monotonic seconds."""

    def now(self) -> float:
        """Monotonic seconds."""

    def call_later(self, delay_s: float, callback: Callable[[], None]) -> TimerHandle:
        """Call `callback` after `delay_s`, or a little later."""


class FlowDetector:
    """Flow state of one pad.

    The hot path only does ``flow.buffers += n`` and, while `flowing` is false, calls `started`; a timer looks at the
    counter every two seconds as long as media flows.  Where buffers are counted elsewhere already, `measure` reads
    that counter instead.
    """

    __slots__ = ("_closed", "_on_change", "_seen", "_timer", "_timers", "buffers", "flowing", "measure")

    def __init__(self, timers: Timers, on_change: Callable[[bool], None]) -> None:
        self.flowing = False
        self.buffers = 0
        self._timers = timers
        self._on_change = on_change
        self._seen = 0
        self._timer: TimerHandle | None = None
        self._closed = False
        self.measure: Callable[[], int] | None = None

    def started(self) -> None:
        """A buffer came; idempotent while flowing."""
        if self.flowing or self._closed:
            return
        self.flowing = True
        self._seen = self._measured()
        self._timer = self._timers.call_later(FLOW_TICK_S, self._tick)
        self._on_change(True)

    def count(self, buffers: int = 1) -> None:
        """Count buffers, raising FLOWING with the first: for paths where a method call does not matter."""
        self.buffers += buffers
        if not self.flowing:
            self.started()
            self._seen -= 1  # the buffer that started the flow counts for the first tick

    def close(self) -> None:
        """Stop watching, without an event: releasing an element raises no NOT_FLOWING for it."""
        self._closed = True
        self._on_change = ignore
        self.measure = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _measured(self) -> int:
        return self.buffers if self.measure is None else self.measure()

    def _tick(self) -> None:
        measured = self._measured()
        if measured != self._seen:
            self._seen = measured
            self._timer = self._timers.call_later(FLOW_TICK_S, self._tick)
        else:
            self.flowing = False
            self._timer = None
            self._on_change(False)
