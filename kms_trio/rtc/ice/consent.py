"""Consent freshness (RFC 7675 section 5.1): the peer has to go on answering, or we stop sending."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from kms_trio.rtc.ice.credentials import RandomSource
    from kms_trio.rtc.ice.pairs import CandidatePair

INTERVAL_S: Final = 5.0
"""Between two checks, randomised by a fifth either way."""
MAX_INTERVAL_S: Final = 1.2 * INTERVAL_S
LIFETIME_S: Final = 30.0
"""How long one answer gives consent."""


class Consent:
    """Timers for the pair in use."""

    def __init__(self, random: RandomSource) -> None:
        self._random = random
        self._pair: CandidatePair | None = None
        self._answered_at = 0.0
        self._next_check_at = 0.0

    @property
    def pair(self) -> CandidatePair | None:
        """The pair that is watched; None before there is a valid one."""
        return self._pair

    @property
    def answered_at(self) -> float:
        """When the peer last answered on the pair that is watched, monotonic seconds."""
        return self._answered_at

    def watch(self, pair: CandidatePair, now: float) -> None:
        """Begin with a pair that has just proved valid: that check is the first consent."""
        self._pair = pair
        self._answered_at = now
        self._schedule(now)

    def stop(self) -> None:
        """No pair is in use any more."""
        self._pair = None

    def answered(self, pair: CandidatePair, now: float) -> None:
        """A success response came for `pair`."""
        if pair is self._pair:
            self._answered_at = now

    def check_due(self, now: float) -> bool:
        """Whether a consent check is to be sent now; if so the next one is due 4 to 6 s later."""
        if self._pair is None or now < self._next_check_at:
            return False
        self._schedule(now)
        return True

    def deadline(self, silence_s: float) -> float | None:
        """When the next check is due, or the silence is reached."""
        if self._pair is None:
            return None
        return min(self._next_check_at, self._answered_at + silence_s)

    def _schedule(self, now: float) -> None:
        self._next_check_at = now + INTERVAL_S * (0.8 + 0.4 * self._random.random())
