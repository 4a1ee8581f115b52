"""Pacing of ordinary checks (RFC 8445 section 6.1.4.2)."""

from __future__ import annotations

from typing import Final

TA_S: Final = 0.05
"""Ta: the interval between two ordinary checks."""
BURST: Final = 3
"""This many go out at once, so that a client with an IPv4 and an IPv6 address does not wait for Ta."""


class Pacer:
    """One check each `TA_S` on average, with a small allowance saved up."""

    def __init__(self) -> None:
        self._full_at = float("-inf")

    @property
    def next_at(self) -> float:
        """When the next check may be sent."""
        return self._full_at - (BURST - 1) * TA_S

    def take(self, now: float) -> bool:
        """Whether a check may be sent now; counts it if so."""
        if now < self.next_at:
            return False
        self._full_at = max(self._full_at, now) + TA_S
        return True
