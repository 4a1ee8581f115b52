"""How often a peer may have something done: bursts up to a size, and a rate in the long run."""

from __future__ import annotations

__all__ = ["TokenBucket"]


class TokenBucket:
    """Full at first.  `now` is monotonic seconds, as everywhere."""

    __slots__ = ("_at", "_per_s", "_size", "_tokens")

    def __init__(self, size: float, per_s: float) -> None:
        self._size = self._tokens = size
        self._per_s = per_s
        self._at = float("-inf")

    def take(self, now: float, count: int = 1) -> bool:
        """Take tokens; False, and nothing is taken, when there are not so many."""
        if now > self._at:
            self._tokens = min(self._size, self._tokens + (now - self._at) * self._per_s)
            self._at = now
        if self._tokens < count:
            return False
        self._tokens -= count
        return True
