"""A full ICE agent for one component (RFC 8445, trickle RFC 8838, consent RFC 7675), without I/O.

Datagrams, candidates and the time go in; `transmits()`, `events()` and `deadline` come out.  Its owner calls
`receive` for each STUN datagram, `handle_timeout` when `deadline` has come, and after every call sends what
`transmits` gives and reads `deadline` again.  All times are monotonic seconds.

Nothing here raises for what a peer sends; it is counted in `statistics`.  An ICE restart is a new agent with new
credentials: the owner keeps the old one until the new one has a `usable_pair`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kms_trio.rtc.ice.candidate import Candidate, CandidateType
from kms_trio.rtc.ice.checks import Checker
from kms_trio.rtc.ice.consent import LIFETIME_S, Consent
from kms_trio.rtc.ice.lifecycle import Lifecycle
from kms_trio.rtc.ice.responder import Responder
from kms_trio.rtc.ice.search import Search
from kms_trio.rtc.ice.states import IceEvent, IceRole, IceState, IceStatistics, Transmit
from kms_trio.rtc.stun import ROLE_CONFLICT, MessageClass, message_class_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kms_trio.rtc.ice.credentials import IceCredentials, RandomSource
    from kms_trio.rtc.ice.pairs import CandidatePair
    from kms_trio.rtc.stun import Address


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
        may_pair: asked with a local and a remote address before a path between them is tried or learned. An owner of
            shared sockets forbids the paths on which it could not tell this agent's datagrams from another's.
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
        may_pair: Callable[[Address, Address], bool] = lambda local, remote: True,
    ) -> None:
        self.statistics = IceStatistics()
        self._tie_breaker = tie_breaker
        self._transmits: list[Transmit] = []
        self._checker = Checker(local, random, self.statistics, self._transmits, transaction_prefix)
        self._responder = Responder(local, self.statistics, self._transmits)
        self._search = Search(role, tie_breaker, self._checker, self.statistics, may_pair)
        self._consent = Consent(random)
        self._lifecycle = Lifecycle(disconnected_after_s)

    # -- what it is --------------------------------------------------------------------------------------------------

    @property
    def role(self) -> IceRole:
        """The role now; a conflict may have changed it."""
        return self._search.role

    @property
    def state(self) -> IceState:
        """The state after the last call; `events` tells every step on the way."""
        return self._lifecycle.state

    @property
    def selected_pair(self) -> CandidatePair | None:
        """The nominated pair; None before COMPLETED and after FAILED."""
        return self._search.selected

    @property
    def usable_pair(self) -> CandidatePair | None:
        """Where media and DTLS go: the selected pair, before nomination the best valid one; None without consent."""
        return self._consent.pair

    @property
    def pairs(self) -> tuple[CandidatePair, ...]:
        """All pairs of the check list, for statistics."""
        return tuple(self._search.pairs)

    @property
    def round_trip_time_s(self) -> float | None:
        """The last measured round trip; None before the first."""
        return self.statistics.round_trip_time_s

    @property
    def deadline(self) -> float | None:
        """When `handle_timeout` is to be called; None if nothing is due."""
        if self.state.is_final:
            return None
        times = (
            self._checker.deadline,
            self._search.deadline,
            self._consent.deadline(self._lifecycle.silence_limit_s),
            self._lifecycle.patience_ends_at,
        )
        return min([time for time in times if time is not None], default=None)

    # -- what its owner tells it -------------------------------------------------------------------------------------

    def add_local_candidate(self, candidate: Candidate, now: float) -> None:
        """Add a candidate of ours, see `add_local_candidates`."""
        self.add_local_candidates((candidate,), now)

    def add_local_candidates(self, candidates: Iterable[Candidate], now: float) -> None:
        """Add candidates of ours; of those that come together the best one is checked first.

        Host and relayed candidates are bases: their address is what `receive` and `transmits` call `local`.
        Server-reflexive ones have a base that is already here, and need no checks of their own (RFC 8445 section
        6.1.2.4); they are remembered to be named in the selected pair.  A passive TCP candidate (RFC 6544) is a base
        which only the peer can begin to use; an active one is the base of connections to the peer's passive candidates,
        which our owner opens with the first datagram for them, see `connection_lost`.
        """
        if self.state.is_final:
            return
        bases = False
        for candidate in candidates:
            if candidate.type is CandidateType.SERVER_REFLEXIVE:
                self._search.add_reflexive(candidate)
            elif candidate.type in (CandidateType.HOST, CandidateType.RELAYED):
                self._search.add_local(candidate)
                bases = True
        if bases:
            self._advance(now)

    def set_remote_credentials(self, remote: IceCredentials, now: float, *, lite: bool = False) -> None:
        """Checks may begin: those that answer requests which came before go out at once.

        Args:
            remote: the peer's ufrag and password.
            now: monotonic seconds.
            lite: the peer only answers (`a=ice-lite`), so we are controlling.
        """
        if self.state.is_final:
            return
        self._checker.set_remote(remote)
        if lite and self.role is IceRole.CONTROLLED:
            self._search.take_role(IceRole.CONTROLLING)
        self._search.remote_known(now)
        self._advance(now)

    def add_remote_candidate(self, candidate: Candidate, now: float) -> None:
        """Add a candidate of the peer, at any time; unusable ones are counted and otherwise only prove life."""
        if not self.state.is_final:
            self._lifecycle.remote_seen(now)
            self._search.add_remote(candidate)
            self._advance(now)

    def end_of_candidates(self, now: float) -> None:
        """The peer will signal no more candidates: once all pairs have failed there is nothing to wait for."""
        if not self.state.is_final:
            self._lifecycle.remote_seen(now)
            self._lifecycle.candidates_ended = True
            self._advance(now)

    def connection_lost(self, local: Address, remote: Address, now: float) -> None:
        """A connection from an active candidate to `remote` could not be opened, or has ended."""
        if not self.state.is_final:
            self._search.connection_lost(local, remote)
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
        if self.state.is_final:
            return False
        message_class = message_class_of(data)
        if message_class is MessageClass.REQUEST:
            is_peer = self._receive_request(data, local, remote, now)
        elif message_class is MessageClass.INDICATION:
            self.statistics.indications_received += 1
            return False
        elif message_class is None:
            self.statistics.malformed += 1
            return False
        else:
            is_peer = self._receive_response(data, local, remote, now)
        if is_peer:
            self._advance(now)
        return is_peer

    def handle_timeout(self, now: float) -> None:
        """Do what is due at `now`; harmless when called early."""
        if self.state.is_final:
            return
        self._checker.handle_timeout(now)
        self._advance(now)
        if self._consent.pair is not None and self._consent.check_due(now):
            self._search.check_consent(self._consent.pair, now)

    def transmits(self) -> list[Transmit]:
        """Take what is to be sent, in order."""
        drained = self._transmits[:]
        self._transmits.clear()
        return drained

    def events(self) -> list[IceEvent]:
        """Take what has happened, in order."""
        return self._lifecycle.take_events()

    def close(self) -> None:
        """Stop at once and forget all."""
        if self.state is not IceState.CLOSED:
            self._stop(IceState.CLOSED)

    # -- datagrams ---------------------------------------------------------------------------------------------------

    def _receive_request(self, data: bytes, local: Address, remote: Address, now: float) -> bool:
        base = self._search.base(local)
        if base is None:
            self.statistics.unexpected += 1
            return False
        request = self._responder.receive(
            data, role=self.role, tie_breaker=self._tie_breaker, local=local, remote=remote, now=now
        )
        if request is None:
            return False
        if request.switch_role:
            self.statistics.role_conflicts += 1
            self._search.take_role(self.role.other)
        if request.accepted and self._search.requested(base, remote, request.message, now):
            self._lifecycle.remote_seen(now)
        return True

    def _receive_response(self, data: bytes, local: Address, remote: Address, now: float) -> bool:
        answer = self._checker.receive(data, local=local, remote=remote, now=now)
        if answer is None:
            return False
        transaction = answer.transaction
        if answer.succeeded:
            transaction.pair.responded_at = now
            self._consent.answered(transaction.pair, now)
        elif answer.is_error(ROLE_CONFLICT):
            self.statistics.role_conflicts += 1
            if transaction.role is self.role:
                self._search.take_role(self.role.other)
        if not transaction.consent:
            self._search.answered(answer, now)
        return True

    # -- progress ----------------------------------------------------------------------------------------------------

    def _advance(self, now: float) -> None:
        """After anything that happened: send what may go, use the best pair, and settle the state."""
        search, consent = self._search, self._consent
        search.step(now)
        in_use = search.selected or search.best_valid
        if in_use is None:
            consent.stop()
            able = self._checker.ready and search.has_local
            over = self._lifecycle.without_pair(now, able=able, all_failed=search.pairs.all_failed())
        else:
            if in_use is not consent.pair:
                consent.watch(in_use, now)
            over = self._lifecycle.with_pair(now, selected=search.selected, answered_at=consent.answered_at)
        if over:
            self._stop(IceState.FAILED)

    def _stop(self, state: IceState) -> None:
        """Enter a final state: nothing is sent from here on."""
        self._lifecycle.enter(state)
        self._checker.clear()
        self._consent.stop()
        self._search.clear()
        self._transmits.clear()
