"""A full ICE agent for one component (RFC 8445, trickle RFC 8838, consent RFC 7675), without I/O.

Datagrams, candidates and the time go in; `transmits()`, `events()` and `deadline` come out.  Its owner calls
`receive` for each STUN datagram, `handle_timeout` when `deadline` has come, and after every call sends what
`transmits` gives and reads `deadline` again.  All times are monotonic seconds.

Nothing here raises for what a peer sends; it is counted in `statistics`.  An ICE restart is a new agent with new
credentials: the owner keeps the old one until the new one has a `usable_pair`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kms_trio.rtc.ice.candidate import Candidate, CandidateType
from kms_trio.rtc.ice.checks import Answer, Checker
from kms_trio.rtc.ice.consent import INTERVAL_S, LIFETIME_S, Consent
from kms_trio.rtc.ice.learning import learned_local, learned_remote
from kms_trio.rtc.ice.nomination import Nominator, should_switch
from kms_trio.rtc.ice.pacer import TA_S, Pacer
from kms_trio.rtc.ice.pairs import CandidatePair, CheckList, PairState, can_pair
from kms_trio.rtc.ice.remote import RemoteCandidates
from kms_trio.rtc.ice.responder import Responder
from kms_trio.rtc.ice.states import (
    IceEvent,
    IceRole,
    IceState,
    IceStateChanged,
    IceStatistics,
    PairSelected,
    Transmit,
)
from kms_trio.rtc.stun import ROLE_CONFLICT, Message, MessageClass, message_class_of

if TYPE_CHECKING:
    from kms_trio.rtc.ice.credentials import IceCredentials, RandomSource
    from kms_trio.rtc.stun import Address

PATIENCE_S: Final = 30.0
"""Without any valid pair the agent fails this long after the last sign of a remote candidate (compare RFC 8863)."""


class IceAgent:
    """One ICE session over one component.

    Args:
        role: controlling for who made the offer; corrected by role conflicts and by a lite peer.
        local: our credentials, see `make_credentials`.
        tie_breaker: 64 random bits.
        random: source of transaction ids and timer spread; cryptographically strong in a server.
        transaction_prefix: up to 4 bytes with which every transaction id of this agent begins.  The owner of a shared
            socket finds by it whom a response is for; responses carry no USERNAME.
        disconnected_after_s: silence of the peer until DISCONNECTED; FAILED comes after `consent.LIFETIME_S`.
    """

    def __init__(
        self,
        *,
        role: IceRole,
        local: IceCredentials,
        tie_breaker: int,
        random: RandomSource,
        transaction_prefix: bytes = b"",
        disconnected_after_s: float = LIFETIME_S,
    ) -> None:
        self.statistics = IceStatistics()
        self._role = role
        self._tie_breaker = tie_breaker
        self._disconnected_after_s = disconnected_after_s
        self._state = IceState.NEW
        self._transmits: list[Transmit] = []
        self._events: list[IceEvent] = []
        self._local: dict[Address, Candidate] = {}
        self._remote = RemoteCandidates(self.statistics)
        self._list = CheckList()
        self._checker = Checker(local, random, self.statistics, self._transmits, transaction_prefix)
        self._responder = Responder(local, self.statistics, self._transmits)
        self._consent = Consent(random)
        self._nominator = Nominator()
        self._pacer = Pacer()
        self._early: list[CandidatePair] = []
        self._selected: CandidatePair | None = None
        self._remote_seen_at: float | None = None
        self._candidates_ended = False

    # -- what it is ----------------------------------------------------------------------------------------------

    @property
    def role(self) -> IceRole:
        """The role now; a conflict may have changed it."""
        return self._role

    @property
    def state(self) -> IceState:
        """The state after the last call; `events` tells every step on the way."""
        return self._state

    @property
    def selected_pair(self) -> CandidatePair | None:
        """The nominated pair; None before COMPLETED and after FAILED."""
        return self._selected

    @property
    def usable_pair(self) -> CandidatePair | None:
        """Where media and DTLS go: the selected pair, before nomination the best valid one; None without consent."""
        return self._consent.pair

    @property
    def pairs(self) -> tuple[CandidatePair, ...]:
        """All pairs of the check list, for statistics."""
        return tuple(self._list)

    @property
    def round_trip_time_s(self) -> float | None:
        """Mean of the measured round trips; None before the first."""
        measured = self.statistics.round_trip_times_measured
        return self.statistics.total_round_trip_time_s / measured if measured else None

    @property
    def deadline(self) -> float | None:
        """When `handle_timeout` is to be called; None if nothing is due."""
        if self._state.is_final:
            return None
        times = [self._checker.deadline, self._consent.deadline(self._silence_limit_s)]
        if self._state is IceState.CHECKING and self._remote_seen_at is not None:
            times.append(self._remote_seen_at + PATIENCE_S)
        if self._checker.ready and self._selected is None:
            if self._list.best(PairState.WAITING) is not None:
                times.append(self._pacer.next_at)
            if self._role is IceRole.CONTROLLING:
                times.append(self._nominator.deadline())
        return min((time for time in times if time is not None), default=None)

    # -- what its owner tells it -----------------------------------------------------------------------------------

    def add_local_candidate(self, candidate: Candidate, now: float) -> None:
        """Add a candidate of ours.

        Host and relayed candidates are bases: their address is what `receive` and `transmits` call `local`.  Those
        of other types have a base that is already here, and need no checks of their own (RFC 8445 section 6.1.2.4).
        """
        if candidate.type not in (CandidateType.HOST, CandidateType.RELAYED) or candidate.transport != "udp":
            return
        if self._state.is_final or candidate.address in self._local:
            return
        self._local[candidate.address] = candidate
        for remote in self._remote.all():
            self._pair(candidate, remote)
        self._advance(now)

    def set_remote_credentials(self, remote: IceCredentials, now: float, *, lite: bool = False) -> None:
        """Checks may begin: those that answer requests which came before go out at once.

        Args:
            remote: the peer's ufrag and password.
            now: monotonic seconds.
            lite: the peer only answers (`a=ice-lite`), so we are controlling.
        """
        if self._state.is_final:
            return
        self._checker.set_remote(remote)
        if lite and self._role is IceRole.CONTROLLED:
            self._take_role(IceRole.CONTROLLING)
        early, self._early = self._early, []
        for pair in early:
            if pair.state is PairState.WAITING:
                self._check(pair, now)
        self._advance(now)

    def add_remote_candidate(self, candidate: Candidate, now: float) -> None:
        """Add a candidate of the peer, at any time; unusable ones are counted and otherwise only prove life."""
        if self._state.is_final:
            return
        self._remote_seen_at = now
        if self._remote.add(candidate):
            self._list.replace_remote(candidate, self._role)
            for local in self._local.values():
                self._pair(local, candidate)
        self._advance(now)

    def end_of_candidates(self, now: float) -> None:
        """The peer will signal no more candidates; failure of all pairs is then final."""
        if self._state.is_final:
            return
        self._candidates_ended = True
        self._remote_seen_at = now
        self._advance(now)

    def receive(self, data: bytes, *, local: Address, remote: Address, now: float) -> bool:
        """Take a STUN datagram.

        Args:
            data: the datagram.
            local: address of the socket that it came to.
            remote: where it came from; like `local` in canonical text form.
            now: monotonic seconds.

        Returns:
            Whether its sender proved to be the peer: only then may the address be remembered as this agent's.
        """
        if self._state.is_final:
            return False
        message_class = message_class_of(data)
        if message_class is None:
            self.statistics.malformed += 1
            return False
        if message_class is MessageClass.INDICATION:
            self.statistics.indications_received += 1
            return False
        if message_class is MessageClass.REQUEST:
            return self._receive_request(data, local, remote, now)
        answer = self._checker.receive(data, local=local, remote=remote, now=now)
        if answer is None:
            return False
        if answer.message.error is None and answer.symmetric and not answer.message.not_understood:
            self._check_succeeded(answer, now)
        else:
            self._check_failed(answer)
        self._advance(now)
        return True

    def handle_timeout(self, now: float) -> None:
        """Do what is due at `now`; harmless when called early."""
        if self._state.is_final:
            return
        for pair in self._checker.handle_timeout(now):
            pair.state = PairState.FAILED
        self._advance(now)
        if self._consent.silent_for(now, LIFETIME_S):
            self._enter(IceState.DISCONNECTED)
            self._stop(IceState.FAILED)
        elif self._consent.silent_for(now, self._disconnected_after_s):
            self._enter(IceState.DISCONNECTED)
        if self._consent.check_due(now) and self._consent.pair is not None:
            self._check(self._consent.pair, now, consent=True)
            self._consent.check_sent(now)

    def transmits(self) -> list[Transmit]:
        """Take what is to be sent, in order."""
        drained = self._transmits[:]
        self._transmits.clear()
        return drained

    def events(self) -> list[IceEvent]:
        """Take what has happened, in order."""
        drained, self._events = self._events, []
        return drained

    def close(self) -> None:
        """Stop at once and forget all; what is left in `transmits` need not be sent."""
        if self._state is not IceState.CLOSED:
            self._stop(IceState.CLOSED)

    # -- requests and responses --------------------------------------------------------------------------------------

    def _receive_request(self, data: bytes, local: Address, remote: Address, now: float) -> bool:
        base = self._local.get(local)
        if base is None:
            self.statistics.unexpected += 1
            return False
        request = self._responder.receive(
            data, role=self._role, tie_breaker=self._tie_breaker, local=local, remote=remote, now=now
        )
        if request is None:
            return False
        if request.switch_role:
            self.statistics.role_conflicts += 1
            self._take_role(self._role.other)
        if request.accepted:
            self._follow_up(base, remote, request.message, now)
            self._advance(now)
        return True

    def _follow_up(self, base: Candidate, remote: Address, message: Message, now: float) -> None:
        """After a request that was answered: learn the address, note the nomination, check back (section 7.3.1)."""
        pair = self._list.find(base.address, remote)
        if pair is None:
            known = self._remote.find(remote) or learned_remote(remote, message.priority)
            pair = self._list.add(base, known, self._role)
            if pair is None:
                self.statistics.candidates_refused += 1
                return
            self._remote_seen_at = now
        if message.use_candidate and self._role is IceRole.CONTROLLED:
            pair.nomination_requested = True
            pair.nomination_requested_at = now
        if not self._checker.ready:
            if pair not in self._early:
                self._early.append(pair)
        elif pair.state is PairState.SUCCEEDED:
            self._follow_nomination(pair, now)
        elif pair.transaction is None:
            self._check(pair, now)
        elif now - pair.transaction.sent_at >= TA_S:
            self._checker.restart(pair.transaction, now)

    def _check_succeeded(self, answer: Answer, now: float) -> None:
        """RFC 8445 section 7.2.5.3."""
        pair = answer.transaction.pair
        pair.responded_at = now
        self._consent.answered(pair, now)
        if answer.transaction.consent:
            return
        pair.state = PairState.SUCCEEDED
        mapped = answer.message.xor_mapped_address
        if mapped is not None and mapped != pair.local_address:
            pair.reflexive = learned_local(pair.local, mapped)
        if self._role is IceRole.CONTROLLED:
            self._follow_nomination(pair, now)
        elif answer.transaction.use_candidate:
            self._select(pair, now)

    def _check_failed(self, answer: Answer) -> None:
        """RFC 8445 sections 7.2.5.1 and 7.2.5.2."""
        transaction, pair = answer.transaction, answer.transaction.pair
        if answer.message.error is not None and answer.message.error[0] == ROLE_CONFLICT:
            self.statistics.role_conflicts += 1
            if transaction.role is self._role:
                self._take_role(self._role.other)
            if pair.state is PairState.IN_PROGRESS:
                # Again, but at the pace of ordinary checks: two agents that never agree must not run hot.
                pair.state = PairState.WAITING
        elif not transaction.consent:
            pair.state = PairState.FAILED

    # -- checks and nomination ---------------------------------------------------------------------------------------

    def _pair(self, local: Candidate, remote: Candidate) -> None:
        """Put a pair on the check list, unless the search is over."""
        if self._selected is not None or not can_pair(local, remote):
            return
        if self._list.find(local.address, remote.address) is None and not self._list.add(local, remote, self._role):
            self.statistics.candidates_refused += 1

    def _check(
        self, pair: CandidatePair, now: float, *, use_candidate: bool = False, consent: bool = False
    ) -> None:
        if pair.state is not PairState.SUCCEEDED:
            pair.state = PairState.IN_PROGRESS
        self._checker.send(
            pair,
            now,
            role=self._role,
            tie_breaker=self._tie_breaker,
            use_candidate=use_candidate,
            consent=consent,
        )

    def _take_role(self, role: IceRole) -> None:
        """RFC 8445 section 7.3.1.1: the tie-breaker stays, priorities follow the role."""
        self._role = role
        self._list.recompute_priorities(role)
        self._nominator.reset()
        for pair in self._list:
            pair.nomination_requested = False

    def _follow_nomination(self, pair: CandidatePair, now: float) -> None:
        """As controlled agent, use a valid pair that the peer nominates (RFC 8445 section 7.3.1.5)."""
        if not pair.nomination_requested:
            return
        if pair.transaction is None and now - pair.responded_at > 1.2 * INTERVAL_S and pair is not self._selected:
            # It was valid long ago: ask first, its answer comes back here.
            self._check(pair, now)
            return
        pair.nomination_requested = False
        if should_switch(self._selected, pair, now):
            self._select(pair, now)

    def _select(self, pair: CandidatePair, now: float) -> None:
        """A nomination is complete: the search ends (RFC 8445 section 8.1.2)."""
        if pair is self._selected:
            return
        pair.nominated = True
        self._selected = pair
        wanted = {each for each in self._list if each.state is PairState.SUCCEEDED or each.nomination_requested}
        for each in self._list:
            if each not in wanted:
                self._checker.cancel(each)
        self._list.keep_only(frozenset(wanted | {pair}))
        self._consent.watch(pair, now)
        self._events.append(PairSelected(pair.local_candidate, pair.remote))

    # -- progress ----------------------------------------------------------------------------------------------------

    @property
    def _silence_limit_s(self) -> float:
        """The silence of the peer that changes the state next."""
        return LIFETIME_S if self._state is IceState.DISCONNECTED else self._disconnected_after_s

    def _advance(self, now: float) -> None:
        """After anything that happened: send the checks that may go, nominate, and settle the state."""
        if self._selected is None and self._checker.ready:
            while (pair := self._list.best(PairState.WAITING)) is not None and self._pacer.take(now):
                self._check(pair, now)
            if self._role is IceRole.CONTROLLING and (pair := self._nominator.choose(self._list, now)) is not None:
                self._check(pair, now, use_candidate=True)
            self._use_best(now)
        self._settle(now)

    def _use_best(self, now: float) -> None:
        """Before nomination the best valid pair is in use."""
        best = self._list.best(PairState.SUCCEEDED)
        if best is None:
            self._consent.stop()
        elif best is not self._consent.pair:
            self._consent.watch(best, now)

    def _settle(self, now: float) -> None:
        """Enter the state that follows from pairs and consent."""
        if self._consent.pair is None:
            if self._checker.ready and self._local and self._remote_seen_at is not None:
                if self._state is IceState.NEW:
                    self._remote_seen_at = now
                self._enter(IceState.CHECKING)
                hopeless = self._candidates_ended and self._list.all_failed()
                if hopeless or now >= self._remote_seen_at + PATIENCE_S:
                    self._stop(IceState.FAILED)
        elif not self._consent.silent_for(now, self._disconnected_after_s):
            if self._state in (IceState.NEW, IceState.CHECKING):
                self._enter(IceState.CHECKING)
                self._enter(IceState.CONNECTED)
            self._enter(IceState.CONNECTED if self._selected is None else IceState.COMPLETED)

    def _enter(self, state: IceState) -> None:
        if state is not self._state:
            self._events.append(IceStateChanged(self._state, state))
            self._state = state

    def _stop(self, state: IceState) -> None:
        """Enter a final state: nothing is sent from here on."""
        self._enter(state)
        self._checker.clear()
        self._consent.stop()
        self._list.clear()
        self._remote.clear()
        self._local.clear()
        self._early.clear()
        self._transmits.clear()
        self._selected = None
