"""FilterRecovery: what becomes of a filter whose host process has ended, and when it is started anew."""

from __future__ import annotations

import collections
from typing import Final

from kms_trio.clock import Clock
from kms_trio.objects.media_filter import OnFailure

__all__ = ["FilterRecovery"]

MINUTE_S: Final = 60.0
FIRST_PAUSE_S: Final = 0.25
LONGEST_PAUSE_S: Final = 8.0


class FilterRecovery:
    """Goes by what the class says, `on_failure`, and by how often the filter was started anew within a minute."""

    def __init__(self, on_failure: OnFailure, clock: Clock, restarts_per_minute: int) -> None:
        self._on_failure = on_failure
        self._clock = clock
        self._restarts_per_minute = restarts_per_minute
        self._restarted_s: collections.deque[float] = collections.deque()

    def judge(self, reason: str) -> tuple[str, bool]:
        """What clients are told of a host that `reason`, and whether the filter is started anew."""
        ended = f"the host process {reason}"
        if self._on_failure is OnFailure.STOP:
            return f"{ended}; the filter gives nothing any more", False
        if self._on_failure is OnFailure.BYPASS:
            return f"{ended}; media bypass the filter from now on", False
        if not self._take_restart():
            often = f"it was restarted {self._restarts_per_minute} times within a minute"
            return f"{ended}; {often}, so media bypass the filter from now on", False
        return f"{ended}; it is started anew", True

    @property
    def pause_s(self) -> float:
        """How long to wait before the restart that was decided upon."""
        return min(FIRST_PAUSE_S * 2.0 ** (len(self._restarted_s) - 1), LONGEST_PAUSE_S)

    def _take_restart(self) -> bool:
        now = self._clock.monotonic()
        while self._restarted_s and now - self._restarted_s[0] > MINUTE_S:
            self._restarted_s.popleft()
        if len(self._restarted_s) >= self._restarts_per_minute:
            return False
        self._restarted_s.append(now)
        return True
