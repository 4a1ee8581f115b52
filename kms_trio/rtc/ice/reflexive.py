"""Server-reflexive candidates: asking a STUN server how it sees our sockets (RFC 8445 section 5.1.1.2), without I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from kms_trio.rtc.ice.candidate import (
    Candidate,
    CandidateType,
    candidate_foundation,
    candidate_priority,
    ip_address,
)
from kms_trio.rtc.ice.pacer import Pacer
from kms_trio.rtc.ice.states import Transmit
from kms_trio.rtc.stun import MessageClass, StunError, build_message, new_transaction_id, parse_message
from kms_trio.rtc.stun.requests import Requests

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kms_trio.rtc.ice.credentials import RandomSource
    from kms_trio.rtc.stun import Address

__all__ = ["ReflexiveGatherer", "server_reflexive_candidate"]


class ReflexiveGatherer:
    """Sends one Binding request from each base and makes candidates of the answers.

    Its owner sends what `transmits` gives, hands responses to `receive` and calls `handle_timeout` at `deadline`, until
    `done`.

    Args:
        bases: our host candidates; those of another IP version than the server are passed over.
        server: IP address and port of the STUN server.
        random: source of transaction ids.
        transaction_prefix: up to 4 bytes with which they begin, see `IceAgent`.
        now: monotonic seconds.
    """

    def __init__(
        self,
        bases: Sequence[Candidate],
        server: Address,
        *,
        random: RandomSource,
        now: float,
        transaction_prefix: bytes = b"",
    ) -> None:
        self.failures: list[str] = []
        """Why bases got no answer, in words."""
        self._server = server
        self._random = random
        self._prefix = transaction_prefix
        self._waiting = [base for base in bases if _version(base.host) == _version(server[0])]
        self._requests: Requests[Candidate] = Requests()
        self._pacer = Pacer()
        self._transmits: list[Transmit] = []
        self._candidates: list[Candidate] = []
        self.handle_timeout(now)

    @property
    def done(self) -> bool:
        """Whether every request was answered or given up."""
        return not self._waiting and not self._requests

    @property
    def deadline(self) -> float | None:
        """When `handle_timeout` is to be called; None if nothing is due."""
        times = [self._requests.deadline, self._pacer.next_at if self._waiting else None]
        return min((time for time in times if time is not None), default=None)

    def handle_timeout(self, now: float) -> None:
        """Do what is due at `now`; harmless when called early."""
        while self._waiting and self._pacer.take(now):
            self._ask(self._waiting.pop(0), now)
        again, given_up = self._requests.expire(now)
        for request in again:
            self._put(request.data, request.about)
        for base in given_up:
            self._fail(base, "no answer")

    def receive(self, data: bytes, *, local: Address, remote: Address, now: float) -> bool:
        """Take a datagram; whether it was an answer to one of our requests.  Never raises."""
        base = self._requests.find(data[8:20])
        if base is None or base.address != local or remote != self._server:
            return False
        try:
            message = parse_message(data)
        except StunError:
            return True  # a damaged answer is as good as a lost one: the request is sent again
        if message.message_class not in (MessageClass.SUCCESS, MessageClass.ERROR):
            return True
        self._requests.remove(message.transaction_id)
        if message.error is not None:
            self._fail(base, f"error {message.error[0]} {message.error[1]}")
        elif message.xor_mapped_address is None:
            self._fail(base, "an answer without XOR-MAPPED-ADDRESS")
        elif message.xor_mapped_address != base.address:  # the same: no NAT in between, the candidate is redundant
            self._candidates.append(server_reflexive_candidate(base, message.xor_mapped_address, self._server[0]))
        return True

    def transmits(self) -> list[Transmit]:
        """Take what is to be sent, in order."""
        drained, self._transmits = self._transmits, []
        return drained

    def candidates(self) -> list[Candidate]:
        """Take what was found."""
        drained, self._candidates = self._candidates, []
        return drained

    def _ask(self, base: Candidate, now: float) -> None:
        transaction_id = new_transaction_id(self._random, self._prefix)
        data = build_message(MessageClass.REQUEST, transaction_id, [], key=None)
        self._requests.add(transaction_id, data, base, now)
        self._put(data, base)

    def _put(self, data: bytes, base: Candidate) -> None:
        self._transmits.append(Transmit(data, base.address, self._server))

    def _fail(self, base: Candidate, reason: str) -> None:
        host, port = self._server
        self.failures.append(f"STUN server {host}:{port}, asked from {base.host}: {reason}")


def server_reflexive_candidate(base: Candidate, mapped: Address, server_host: str) -> Candidate:
    """The candidate for `mapped`, under which a STUN or TURN server sees the base."""
    host, port = mapped
    return attrs.evolve(
        base,
        foundation=candidate_foundation(CandidateType.SERVER_REFLEXIVE, base.host, server=server_host),
        priority=candidate_priority(CandidateType.SERVER_REFLEXIVE, local_preference=base.local_preference),
        type=CandidateType.SERVER_REFLEXIVE,
        host=host,
        port=port,
        related_address=base.host,
        related_port=base.port,
    )


def _version(host: str) -> int | None:
    address = ip_address(host)
    return None if address is None else address.version
