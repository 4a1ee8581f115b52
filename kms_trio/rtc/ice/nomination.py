"""Which valid pair is nominated (RFC 8445 section 8.1.1), and when a peer's nomination is followed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kms_trio.rtc.ice.pairs import PairState

if TYPE_CHECKING:
    from kms_trio.rtc.ice.pairs import CandidatePair, CheckList

PATIENCE_S: Final = 0.1
"""How long the controlling agent waits for a better pair once one is valid."""
STALE_S: Final = 3.0
"""A browser repeats USE-CANDIDATE on the pair that it uses at least each 2.5 s; one unrepeated for longer was left."""


class Nominator:
    """Regular nomination by a controlling agent."""

    def __init__(self) -> None:
        self._first_valid_at: float | None = None
        self._nominating: CandidatePair | None = None

    def choose(self, checks: CheckList, now: float) -> CandidatePair | None:
        """The pair to nominate now; None if there is none yet, it is too early, or one is being nominated."""
        if self._nominating is not None and self._nominating.transaction is not None:
            return None
        best = checks.best(PairState.SUCCEEDED)
        if best is None:
            self._first_valid_at = None
            return None
        if self._first_valid_at is None:
            self._first_valid_at = now
        if now < self._first_valid_at + PATIENCE_S and _may_improve(checks, best):
            return None
        self._nominating = best
        return best

    def deadline(self) -> float | None:
        """When the patience ends; None if nothing is being waited for."""
        if self._first_valid_at is None or (self._nominating is not None and self._nominating.transaction is not None):
            return None
        return self._first_valid_at + PATIENCE_S

    def reset(self) -> None:
        """Begin anew, after a change of role."""
        self._first_valid_at = None
        self._nominating = None


def _may_improve(checks: CheckList, best: CandidatePair) -> bool:
    """Whether a pair of higher priority is still being checked."""
    return any(
        pair.priority > best.priority and pair.state in (PairState.WAITING, PairState.IN_PROGRESS) for pair in checks
    )


def should_switch(current: CandidatePair | None, proposed: CandidatePair, now: float) -> bool:
    """Whether a controlled agent follows the peer's nomination of another pair.

    With aggressive nomination (RFC 5245 section 8.1.1.2) every check nominates and the highest priority wins. A
    browser that moves to another network nominates a worse pair, and no longer the one in use.
    """
    if current is None:
        return True
    if proposed is current:
        return False
    return proposed.priority > current.priority or now - current.nomination_requested_at > STALE_S
