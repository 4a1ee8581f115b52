"""Sender reports out of turn (RFC 3550 section 6.4.1), when those that a viewer has had no longer place what it gets.

A stream has begun, or its source is another one, or the source has reported for the first time: until the viewer hears
of it, it plays sound and pictures together that are not.  The next report in turn may be seconds away.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from kms_trio.media.flow import TimerHandle, Timers

__all__ = ["PromptReport"]

SOON_S: Final = 0.05
"""Audio and video seldom begin at once: one report is to tell of both."""
SPREAD_S: Final = 0.2
"""All viewers of a source want their reports at the same time."""
SHARES: Final = 1024


class PromptReport:
    """One report for all that is to be told by then.  `send` sends it."""

    def __init__(self, timers: Timers, send: Callable[[], None]) -> None:
        self._timers = timers
        self._send = send
        self._timer: TimerHandle | None = None

    def want(self, ssrc: int) -> None:
        """There is something to tell of the stream that we send with that SSRC, which spreads reports over time."""
        if self._timer is None:
            delay_s = SOON_S + SPREAD_S * (ssrc % SHARES) / SHARES
            self._timer = self._timers.call_later(delay_s, self._due)

    def close(self) -> None:
        """Tell nothing any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _due(self) -> None:
        self._timer = None
        self._send()
