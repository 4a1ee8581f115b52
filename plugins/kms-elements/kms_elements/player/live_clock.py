"""When to show what a live source sends: late by the cache, never by more.  Pure arithmetic."""

from __future__ import annotations

from typing import Final

from kms_elements.player.pacer import Pacer

__all__ = ["LiveClock"]

WINDOW_S: Final = 2.0
"""The least delayed packet in so much time tells where live is."""
FIRST_WINDOW_S: Final = 0.3
"""What was collected while the source was being opened comes all at once, and is old."""
TOLERANCE_S: Final = 0.1
"""Less is not worth a step that everybody sees."""


class LiveClock:
    """Has each packet shown `cache_s` after it came, as if the network took the same time for all.

    What arrives with the least delay within a window is taken for live.  When that comes earlier than before, the time
    that was lost (the source was slow, a connection was stuck) is made up by a step forward; when it comes later, by a
    step back: the latency stays what was asked for, whatever clocks and networks do.  What has a length (not `live`)
    never steps forward, as nothing is to be left out.
    """

    def __init__(self, pacer: Pacer, cache_s: float, live: bool = True) -> None:
        self._live = live
        self._window_s = FIRST_WINDOW_S
        self._pacer = pacer
        self._cache_s = cache_s
        self._window_begin: float | None = None
        self._best_s = 0.0

    def arrived(self, place_s: float, now: float) -> None:
        """Something that belongs to that place (seconds) has come just now."""
        if not self._pacer.running:
            self._pacer.start(place_s, now + self._cache_s)
            self._window_begin, self._best_s = now, self._cache_s
            return
        in_hand_s = self._pacer.due(place_s) - now
        if self._window_begin is None:
            self._window_begin, self._best_s = now, in_hand_s
        self._best_s = max(self._best_s, in_hand_s)
        if now - self._window_begin < self._window_s:
            return
        self._window_s = WINDOW_S
        off_s = self._best_s - self._cache_s
        if off_s < -TOLERANCE_S or (self._live and off_s > TOLERANCE_S):
            self._pacer.start(place_s, self._pacer.due(place_s) - off_s)
        self._window_begin = None
