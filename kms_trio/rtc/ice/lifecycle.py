"""The states of an agent: every rule about entering one is in this file (RFC 8445 section 6.1.3, RFC 7675, RFC 8863).

The agent reports facts (a sign of the remote, a pair in use, silence); states and events follow from them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kms_trio.rtc.ice.consent import LIFETIME_S
from kms_trio.rtc.ice.states import IceEvent, IceState, IceStateChanged, PairSelected

if TYPE_CHECKING:
    from kms_trio.rtc.ice.pairs import CandidatePair

PATIENCE_S: Final = 30.0
"""Without any valid pair the agent fails this long after the last sign of a remote candidate (compare RFC 8863)."""


class Lifecycle:
    """State and events of one agent.

    Args:
        disconnected_after_s: silence of the peer until DISCONNECTED.
    """

    def __init__(self, disconnected_after_s: float) -> None:
        self.state = IceState.NEW
        self.candidates_ended = False
        """The peer has said that no more candidates come."""
        self._disconnected_after_s = disconnected_after_s
        self._events: list[IceEvent] = []
        self._announced: CandidatePair | None = None
        self._remote_seen_at: float | None = None

    @property
    def patience_ends_at(self) -> float | None:
        """When CHECKING fails, monotonic seconds; None in other states."""
        if self.state is not IceState.CHECKING or self._remote_seen_at is None:
            return None
        return self._remote_seen_at + PATIENCE_S

    @property
    def silence_limit_s(self) -> float:
        """The silence of the peer that changes the state next."""
        return LIFETIME_S if self.state is IceState.DISCONNECTED else self._disconnected_after_s

    def take_events(self) -> list[IceEvent]:
        """What has happened since the last call."""
        drained, self._events = self._events, []
        return drained

    def remote_seen(self, now: float) -> None:
        """A remote candidate, any kind, was signalled or learned: patience begins anew."""
        self._remote_seen_at = now

    def without_pair(self, now: float, *, able: bool, all_failed: bool) -> bool:
        """No pair is valid.

        Args:
            now: monotonic seconds.
            able: we have a candidate and the remote credentials.
            all_failed: there are pairs, and each has failed.

        Returns:
            Whether it is time to give up.
        """
        if not able or self._remote_seen_at is None:
            return False
        if self.state is not IceState.CHECKING:
            self._remote_seen_at = now  # patience begins when there is something to be patient with
            self.enter(IceState.CHECKING)
        return (self.candidates_ended and all_failed) or now >= self._remote_seen_at + PATIENCE_S

    def with_pair(self, now: float, *, selected: CandidatePair | None, answered_at: float) -> bool:
        """A pair is in use.

        Args:
            now: monotonic seconds.
            selected: the nominated pair, if there is one.
            answered_at: when the peer last answered on the pair in use.

        Returns:
            Whether consent is lost; DISCONNECTED is entered before, for those who only watch that.
        """
        if selected is not None and selected is not self._announced:
            self._announced = selected
            self._events.append(PairSelected(selected.local_candidate, selected.remote))
        # These sums are the deadlines that `Consent` gives; differences would not round alike.
        consent_lost = now >= answered_at + LIFETIME_S
        if consent_lost or now >= answered_at + self._disconnected_after_s:
            self.enter(IceState.DISCONNECTED)
            return consent_lost
        if self.state in (IceState.NEW, IceState.CHECKING):
            self.enter(IceState.CHECKING)
            self.enter(IceState.CONNECTED)
        self.enter(IceState.CONNECTED if selected is None else IceState.COMPLETED)
        return False

    def enter(self, state: IceState) -> None:
        """Go to a state, with an event unless it is the state already."""
        if state is not self.state:
            self._events.append(IceStateChanged(self.state, state))
            self.state = state
