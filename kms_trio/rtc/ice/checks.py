"""Sending connectivity checks and matching their responses (RFC 8445 sections 7.2.2 to 7.2.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from kms_trio.rtc.ice.learning import peer_reflexive_priority
from kms_trio.rtc.ice.pacer import TA_S
from kms_trio.rtc.ice.pairs import CandidatePair, PairState
from kms_trio.rtc.ice.states import IceRole, IceStatistics, Transmit
from kms_trio.rtc.ice.transactions import INITIAL_RTO_S, Transaction, Transactions
from kms_trio.rtc.stun import Message, StunError, build_check, new_transaction_id, parse_message

if TYPE_CHECKING:
    from kms_trio.rtc.ice.credentials import IceCredentials, RandomSource
    from kms_trio.rtc.stun import Address


@attrs.frozen
class Answer:
    """An authenticated response to one of our requests."""

    transaction: Transaction
    message: Message
    symmetric: bool
    """It came from where the request went, to where it came from; otherwise the check failed (section 7.2.5.2.1)."""

    @property
    def succeeded(self) -> bool:
        """Whether the pair works."""
        return self.message.error is None and self.symmetric and not self.message.not_understood

    def is_error(self, code: int) -> bool:
        """Whether it is this error response."""
        return self.message.error is not None and self.message.error[0] == code


class Checker:
    """The requesting half of an agent: knows nothing of states and nomination."""

    def __init__(
        self,
        local: IceCredentials,
        random: RandomSource,
        statistics: IceStatistics,
        transmits: list[Transmit],
        transaction_prefix: bytes,
    ) -> None:
        self._local = local
        self._random = random
        self._statistics = statistics
        self._transmits = transmits
        self._prefix = transaction_prefix
        self._remote_key: bytes | None = None
        self._username = ""
        self._open = Transactions()

    @property
    def ready(self) -> bool:
        """Whether the remote credentials are known, without which nothing can be asked."""
        return self._remote_key is not None

    @property
    def deadline(self) -> float | None:
        """When a request is to be sent again or given up."""
        return self._open.deadline

    def set_remote(self, remote: IceCredentials) -> None:
        """Sign requests for this peer from now on."""
        self._remote_key = remote.key
        self._username = f"{remote.ufrag}:{self._local.ufrag}"

    def check(
        self,
        pair: CandidatePair,
        now: float,
        *,
        role: IceRole,
        tie_breaker: int,
        use_candidate: bool = False,
        consent: bool = False,
    ) -> None:
        """Send a new request over `pair`; a check that is still under way there is given up for it."""
        assert self._remote_key is not None, "checks need the remote credentials"
        if pair.transaction is not None and not consent:
            self._open.remove(pair.transaction)
        transaction_id = new_transaction_id(self._random, self._prefix, patient=consent)
        request = build_check(
            transaction_id,
            username=self._username,
            key=self._remote_key,
            priority=peer_reflexive_priority(pair.local),
            controlling=role is IceRole.CONTROLLING,
            tie_breaker=tie_breaker,
            use_candidate=use_candidate,
        )
        transaction = Transaction(
            transaction_id, request, pair, role, use_candidate, consent, sent_at=now, next_at=now + INITIAL_RTO_S
        )
        self._open.add(transaction)
        if consent:
            self._statistics.consent_requests_sent += 1
        else:
            pair.transaction = transaction
        self._put(transaction)

    def hasten(self, transaction: Transaction, now: float) -> None:
        """Send a request again at once, or when `TA_S` has passed since the last time."""
        transaction.hasten(now, TA_S)
        self.handle_timeout(now)

    def handle_timeout(self, now: float) -> None:
        """Send again what is due; the pairs whose last attempt was not answered have failed."""
        for transaction in self._open.due(now):
            if transaction.exhausted:
                self._open.remove(transaction)
                if not transaction.consent:
                    transaction.pair.state = PairState.FAILED
            else:
                transaction.resent(now)
                self._statistics.retransmissions_sent += 1
                self._put(transaction)

    def receive(self, data: bytes, *, local: Address, remote: Address, now: float) -> Answer | None:
        """Match a response; None (and counted) if it is malformed, not asked for, or not signed by the peer.

        What is not authenticated is as if it had not come: an error response that anybody could have sent does not
        end a check (RFC 8489 section 9.1.4).
        """
        transaction = self._open.find(data[8:20])
        if transaction is None or self._remote_key is None:
            self._statistics.unexpected += 1
            return None
        try:
            message = parse_message(data)
        except StunError:
            self._statistics.malformed += 1
            return None
        if not message.verify(self._remote_key):
            self._statistics.unauthenticated += 1
            return None
        if message.error is None and message.xor_mapped_address is None:
            self._statistics.malformed += 1
            return None
        self._open.remove(transaction)
        if message.error is None:
            self._statistics.responses_received += 1
            if transaction.sent_once:
                self._statistics.add_round_trip(now - transaction.sent_at)
        else:
            self._statistics.errors_received += 1
        pair = transaction.pair
        return Answer(transaction, message, local == pair.local_address and remote == pair.remote_address)

    def cancel(self, pair: CandidatePair) -> None:
        """Give up the check of a pair."""
        if pair.transaction is not None:
            self._open.remove(pair.transaction)

    def clear(self) -> None:
        """Give up everything."""
        self._open.clear()

    def _put(self, transaction: Transaction) -> None:
        self._statistics.requests_sent += 1
        pair = transaction.pair
        self._transmits.append(Transmit(transaction.request, pair.local_address, pair.remote_address))
