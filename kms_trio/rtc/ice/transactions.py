"""Requests under way and their retransmission (RFC 8489 section 6.2.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

if TYPE_CHECKING:
    from kms_trio.rtc.ice.pairs import CandidatePair
    from kms_trio.rtc.ice.states import IceRole

INITIAL_RTO_S: Final = 0.5
MAX_ATTEMPTS: Final = 7
"""Rc: transmissions of one request, at 0, 0.5, 1.5, 3.5, 7.5, 15.5 and 31.5 s."""
LAST_WAIT_S: Final = 16 * INITIAL_RTO_S
"""Rm times RTO: how long the last transmission may take to be answered."""
CONSENT_ATTEMPTS: Final = 3
"""A consent check is sent again at 0.5 and 1.5 s: RFC 7675 asks for one transmission, but then a path that loses a
fifth of its packets each way would lose consent every hour or so."""


@attrs.define(eq=False)
class Transaction:
    """One Binding request."""

    transaction_id: bytes
    request: bytes
    pair: CandidatePair
    role: IceRole
    """Our role in the request, to judge a role conflict by."""
    use_candidate: bool
    consent: bool
    """Keeps a valid pair alive; does not change the state of the pair."""
    sent_at: float
    """Of the last transmission."""
    next_at: float
    """When to send again or give up."""
    rto_s: float = INITIAL_RTO_S
    attempts: int = 1
    sent_once: bool = True
    """Only then does the answer tell the round trip time: of two transmissions nobody knows which was answered."""

    @property
    def exhausted(self) -> bool:
        """Whether the request is not sent again."""
        return self.attempts >= (CONSENT_ATTEMPTS if self.consent else MAX_ATTEMPTS)

    def resent(self, now: float) -> None:
        """Count a transmission and set the next timeout: doubled, and `LAST_WAIT_S` after the last."""
        self.attempts += 1
        self.sent_once = False
        self.sent_at = now
        self.rto_s *= 2
        self.next_at = now + (LAST_WAIT_S if self.exhausted else self.rto_s)

    def hasten(self, now: float, interval_s: float) -> None:
        """The peer has shown that it is there: send again soon, at the earliest `interval_s` after the last time.

        RFC 8445 section 7.3.1.4 makes a new transaction for this; sending the same one again has the same effect
        and leaves no old one to be remembered.
        """
        self.attempts = 1
        self.rto_s = INITIAL_RTO_S / 2
        self.next_at = min(self.next_at, max(now, self.sent_at + interval_s))


class Transactions:
    """The requests of one agent that are not answered yet, by transaction id."""

    def __init__(self) -> None:
        self._open: dict[bytes, Transaction] = {}

    def __len__(self) -> int:
        return len(self._open)

    @property
    def deadline(self) -> float | None:
        """When the first one is due."""
        return min((each.next_at for each in self._open.values()), default=None)

    def add(self, transaction: Transaction) -> None:
        """Remember a request that has been sent."""
        self._open[transaction.transaction_id] = transaction

    def find(self, transaction_id: bytes) -> Transaction | None:
        """The request that a response is for."""
        return self._open.get(transaction_id)

    def remove(self, transaction: Transaction) -> None:
        """Forget a request, answered or given up."""
        self._open.pop(transaction.transaction_id, None)
        if transaction.pair.transaction is transaction:
            transaction.pair.transaction = None

    def due(self, now: float) -> list[Transaction]:
        """Those whose timeout has come."""
        return [each for each in self._open.values() if each.next_at <= now]

    def clear(self) -> None:
        """Forget all."""
        for each in list(self._open.values()):
            self.remove(each)
