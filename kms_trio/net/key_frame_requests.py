"""Requests for key frames toward a source, thinned to one a second.

A thinned request is deferred, never dropped; a request that brought no key frame is repeated.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from kms_trio.media.flow import TimerHandle, Timers

__all__ = ["KEY_FRAME_REQUEST_INTERVAL_S", "KeyFrameRequests"]

logger = logging.getLogger("kmsutils")

KEY_FRAME_REQUEST_INTERVAL_S = 1.0
MAX_REPETITIONS = 30


class KeyFrameRequests:
    """When to ask one source for a key frame.  `send` really asks."""

    __slots__ = ("_last_sent", "_repetitions", "_send", "_timer", "_timers", "_wanted", "requested", "sent")

    def __init__(self, timers: Timers, send: Callable[[], None]) -> None:
        self._timers = timers
        self._send = send
        self._wanted = False
        self._last_sent = float("-inf")
        self._timer: TimerHandle | None = None
        self._repetitions = 0
        self.requested = 0
        self.sent = 0

    def request(self) -> None:
        """Somebody needs a key frame."""
        self.requested += 1
        self._wanted = True
        self._repetitions = 0
        if self._timer is None:
            self._consider()
        else:
            logger.debug("Dropping keyframe request: Max allowed is 1 per second; made up for if none comes by then")

    def received(self) -> None:
        """A key frame begins: whoever waited has what it needs."""
        self._wanted = False

    def close(self) -> None:
        """Ask no more."""
        self._wanted = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _consider(self) -> None:
        self._timer = None
        if not self._wanted or self._repetitions > MAX_REPETITIONS:
            return
        now = self._timers.now()
        due = self._last_sent + KEY_FRAME_REQUEST_INTERVAL_S
        if now >= due:
            self._last_sent = now
            self._repetitions += 1
            self.sent += 1
            self._send()
            due = now + KEY_FRAME_REQUEST_INTERVAL_S
        self._timer = self._timers.call_later(due - now, self._consider)
