"""The search for a pair: forming, checking, learning and nominating pairs (RFC 8445 sections 6 to 8).

`Search` knows nothing of states, events and consent: the agent asks it for `selected` and `best_valid` after each
call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kms_trio.rtc.ice.consent import MAX_INTERVAL_S
from kms_trio.rtc.ice.learning import learned_local, learned_remote
from kms_trio.rtc.ice.nomination import Nominator, should_switch
from kms_trio.rtc.ice.pacer import Pacer
from kms_trio.rtc.ice.pairs import CandidatePair, CheckList, PairState, can_pair
from kms_trio.rtc.ice.remote import RemoteCandidates
from kms_trio.rtc.ice.states import IceRole, IceStatistics
from kms_trio.rtc.stun import ROLE_CONFLICT

if TYPE_CHECKING:
    from collections.abc import Callable

    from kms_trio.rtc.ice.candidate import Candidate
    from kms_trio.rtc.ice.checks import Answer, Checker
    from kms_trio.rtc.stun import Address, Message


DATAGRAMS_FIRST_S: Final = 1.0
"""No connection is opened until checks over UDP had this long to work: time for two transmissions."""
MAX_CONNECTIONS: Final = 16
"""Connections that one agent has opened at most, successful or not: each one is to an address of the peer's choice."""


class Search:
    """Candidates and pairs of one agent.

    Args:
        role: at the beginning.
        tie_breaker: 64 bits, for the checks.
        checker: sends the checks.
        statistics: the agent's counters.
        may_pair: whether the owner can tell apart what comes over the path between two addresses, ours and the peer's.
    """

    def __init__(
        self,
        role: IceRole,
        tie_breaker: int,
        checker: Checker,
        statistics: IceStatistics,
        may_pair: Callable[[Address, Address], bool],
    ) -> None:
        self.role = role
        self.pairs = CheckList()
        self.selected: CandidatePair | None = None
        self._tie_breaker = tie_breaker
        self._checker = checker
        self._statistics = statistics
        self._may_pair = may_pair
        self._local: dict[Address, Candidate] = {}
        self._reflexive: dict[Address, Candidate] = {}
        self._remote = RemoteCandidates(statistics)
        self._early: list[CandidatePair] = []
        self._datagrams_at: float | None = None  # when there was last anything new to try over UDP
        self._connections = 0
        self._pacer = Pacer()
        self._nominator = Nominator()

    @property
    def has_local(self) -> bool:
        """Whether there is anything to send from."""
        return bool(self._local)

    @property
    def best_valid(self) -> CandidatePair | None:
        """The valid pair of highest priority."""
        return self.pairs.best(PairState.SUCCEEDED)

    @property
    def deadline(self) -> float | None:
        """When `step` has something to do."""
        if self.selected is not None or not self._checker.ready:
            return None
        times = []
        if self.role is IceRole.CONTROLLING and (patience := self._nominator.deadline()) is not None:
            times.append(patience)
        if self.pairs.best(PairState.WAITING) is not None:
            times.append(self._pacer.next_at)
        elif self._datagrams_at is not None and self._to_connect() is not None:
            times.append(max(self._pacer.next_at, self._datagrams_at + DATAGRAMS_FIRST_S))
        return min(times, default=None)

    # -- candidates --------------------------------------------------------------------------------------------------

    def add_local(self, candidate: Candidate) -> None:
        """Pair a new base with all remote candidates."""
        if candidate.address not in self._local:
            self._local[candidate.address] = candidate
            for remote in self._remote.all():
                self._pair(candidate, remote)

    def add_reflexive(self, candidate: Candidate) -> None:
        """Remember a base's address behind a NAT, to name it when a peer tells us that it sees us there."""
        self._reflexive[candidate.address] = candidate
        for pair in self.pairs:
            if pair.reflexive is not None and pair.reflexive.address == candidate.address:
                pair.reflexive = candidate

    def add_remote(self, candidate: Candidate) -> None:
        """Pair a new remote candidate with all bases, if it can be used."""
        if self._remote.add(candidate):
            self.pairs.replace_remote(candidate, self.role)
            if candidate.transport == "tcp":
                self._datagrams_at = None  # what is signalled right behind it comes first
            for local in self._local.values():
                self._pair(local, candidate)

    def base(self, local: Address) -> Candidate | None:
        """The local candidate whose socket has this address."""
        return self._local.get(local)

    def _pair(self, local: Candidate, remote: Candidate) -> None:
        """Put a pair on the check list, unless the search is over."""
        if self.selected is not None or not can_pair(local, remote):
            return
        if not self._may_pair(local.address, remote.address):
            self._statistics.paths_avoided += 1
            return
        known = self.pairs.find(local.address, remote.address)
        if known is None and self.pairs.add(local, remote, self.role) is None:
            self._statistics.candidates_refused += 1

    # -- what came -----------------------------------------------------------------------------------------------------

    def take_role(self, role: IceRole) -> None:
        """Change the role (RFC 8445 section 7.3.1.1): the tie-breaker stays, priorities follow."""
        self.role = role
        self.pairs.recompute_priorities(role)
        self._nominator.reset()
        for pair in self.pairs:
            pair.nomination_requested = False

    def remote_known(self, now: float) -> None:
        """The remote credentials are there: check back where requests have come from already."""
        early, self._early = self._early, []
        for pair in early:
            if pair.state is PairState.WAITING:
                self._check(pair, now)

    def requested(self, base: Candidate, remote: Address, message: Message, now: float) -> bool:
        """After a request that was answered: learn, note the nomination, check back (RFC 8445 section 7.3.1).

        Returns:
            Whether the pair is new.
        """
        pair = self.pairs.find(base.address, remote)
        is_new = pair is None
        if pair is None and not self._may_pair(base.address, remote):
            self._statistics.paths_avoided += 1
            return False
        if pair is None:
            signalled = self._remote.find(base.transport, remote)
            known = signalled if signalled is not None and can_pair(base, signalled) else None
            known = known or learned_remote(remote, message.priority, base)
            pair = self.pairs.add(base, known, self.role)
            if pair is None:
                self._statistics.candidates_refused += 1
                return False
        if message.use_candidate and self.role is IceRole.CONTROLLED:
            pair.nomination_requested = True
            pair.nomination_requested_at = now
        if not self._checker.ready:
            if pair not in self._early:
                self._early.append(pair)
        elif pair.state is PairState.SUCCEEDED:
            self._follow_nomination(pair, now)
        elif pair.transaction is None:
            self._check(pair, now)
        else:
            self._checker.hasten(pair.transaction, now)
        return is_new

    def answered(self, answer: Answer, now: float) -> None:
        """A response to a check, not to a consent check, came (RFC 8445 section 7.2.5)."""
        pair = answer.transaction.pair
        if answer.succeeded:
            pair.state = PairState.SUCCEEDED
            mapped = answer.message.xor_mapped_address
            pair.reflexive = (mapped and self._reflexive.get(mapped)) or learned_local(pair.local, mapped)
            if self.role is IceRole.CONTROLLED:
                self._follow_nomination(pair, now)
            elif answer.transaction.use_candidate:
                self._select(pair)
        elif not answer.is_error(ROLE_CONFLICT):
            pair.state = PairState.FAILED
        elif pair.state is PairState.IN_PROGRESS:
            # Again, but at the pace of ordinary checks: two agents that never agree must not run hot.
            pair.state = PairState.WAITING

    # -- what goes out -------------------------------------------------------------------------------------------------

    def step(self, now: float) -> None:
        """Send the checks that may go, and nominate."""
        if self.selected is not None or not self._checker.ready:
            return
        if self._datagrams_at is None:
            self._datagrams_at = now
        while (pair := self._next(now)) is not None and self._pacer.take(now):
            if pair.state is PairState.WAITING:
                self._datagrams_at = now
            self._check(pair, now)
        if self.role is IceRole.CONTROLLING and (pair := self._nominator.choose(self.pairs, now)) is not None:
            self._check(pair, now, use_candidate=True)

    def _next(self, now: float) -> CandidatePair | None:
        """What is checked next."""
        pair = self.pairs.best(PairState.WAITING)
        if pair is None and self._datagrams_at is not None and now >= self._datagrams_at + DATAGRAMS_FIRST_S:
            pair = self._to_connect()
        return pair

    def _to_connect(self) -> CandidatePair | None:
        """The pair that a connection is opened for next: none while something works that is at least as good."""
        pair = self.pairs.best(PairState.FROZEN)
        if pair is None or self._connections >= MAX_CONNECTIONS:
            return None
        valid = self.best_valid
        return pair if valid is None or valid.priority < pair.priority else None

    def _check(self, pair: CandidatePair, now: float, *, use_candidate: bool = False) -> None:
        if pair.state is PairState.FROZEN:
            self._connections += 1
        if pair.state is not PairState.SUCCEEDED:
            pair.state = PairState.IN_PROGRESS
        self._checker.check(pair, now, role=self.role, tie_breaker=self._tie_breaker, use_candidate=use_candidate)

    def connection_lost(self, local: Address, remote: Address) -> None:
        """A pair has no connection, or none any more: it has failed (RFC 6544 section 7.1).

        The pair in use stays, and ends with the consent unless the peer comes back to us on another one.
        """
        pair = self.pairs.find(local, remote)
        if pair is not None and pair is not self.selected:
            self._checker.cancel(pair)
            pair.state = PairState.FAILED

    def check_consent(self, pair: CandidatePair, now: float) -> None:
        """Send one consent check (RFC 7675)."""
        self._checker.check(pair, now, role=self.role, tie_breaker=self._tie_breaker, consent=True)

    def _follow_nomination(self, pair: CandidatePair, now: float) -> None:
        """As controlled agent, use a valid pair that the peer nominates (RFC 8445 section 7.3.1.5)."""
        if not pair.nomination_requested:
            return
        if pair is not self.selected and pair.transaction is None and now - pair.responded_at > MAX_INTERVAL_S:
            # It was valid long ago: ask first, its answer comes back here.
            self._check(pair, now)
            return
        pair.nomination_requested = False
        if should_switch(self.selected, pair, now):
            self._select(pair)

    def _select(self, pair: CandidatePair) -> None:
        """A nomination is complete: what has not succeeded is not checked any more (RFC 8445 section 8.1.2)."""
        pair.nominated = True
        self.selected = pair
        for dropped in self.pairs.drop(
            lambda each: each.state is not PairState.SUCCEEDED and not each.nomination_requested
        ):
            self._checker.cancel(dropped)

    def clear(self) -> None:
        """Forget all candidates and pairs."""
        self.selected = None
        self.pairs.clear()
        self._local.clear()
        self._reflexive.clear()
        self._remote.clear()
        self._early.clear()
