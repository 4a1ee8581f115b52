"""Answering the requests of others (RFC 8445 section 7.3, RFC 8489 sections 6.3 and 9.1.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from kms_trio.rtc.ice.states import IceRole, IceStatistics, Transmit
from kms_trio.rtc.stun import (
    BAD_REQUEST,
    BINDING,
    ROLE_CONFLICT,
    UNAUTHENTICATED,
    UNKNOWN_ATTRIBUTE,
    Message,
    StunError,
    build_error,
    build_success,
    parse_message,
)

if TYPE_CHECKING:
    from kms_trio.rtc.ice.credentials import IceCredentials
    from kms_trio.rtc.stun import Address

REFUSAL_INTERVAL_S: Final = 0.05
"""A stranger's request is told its error at most this often; the rest of a flood is only counted."""


@attrs.frozen
class Verdict:
    """What to do with a request."""

    authenticated: bool
    """The sender knows our password; otherwise its request must leave no trace but a counter."""
    error: int | None = None
    """Code of the error response; None for success."""
    switch_role: bool = False
    """Both sides claimed one role, and we lost."""


def judge_request(message: Message, local: IceCredentials, role: IceRole, tie_breaker: int) -> Verdict:
    """Authenticate a request, then look for unknown attributes, then for a role conflict.

    Args:
        message: a parsed request.
        local: our credentials.
        role: our role now.
        tie_breaker: ours; the larger one has the controlling role.
    """
    if message.method != BINDING or message.username is None or not message.has_integrity:
        return Verdict(authenticated=False, error=BAD_REQUEST)
    # Only our half of the name counts: the other one may belong to an answer that is still on its way to us.
    ufrag, colon, _ = message.username.partition(":")
    if not colon or ufrag != local.ufrag or not message.verify(local.key):
        return Verdict(authenticated=False, error=UNAUTHENTICATED)
    if message.not_understood:
        return Verdict(authenticated=True, error=UNKNOWN_ATTRIBUTE)
    # RFC 8445 section 7.3.1.1: on equal numbers whoever receives the request becomes controlling.
    if role is IceRole.CONTROLLING and message.ice_controlling is not None:
        conflict_is_theirs = tie_breaker >= message.ice_controlling
    elif role is IceRole.CONTROLLED and message.ice_controlled is not None:
        conflict_is_theirs = tie_breaker < message.ice_controlled
    else:
        return Verdict(authenticated=True)
    if conflict_is_theirs:
        return Verdict(authenticated=True, error=ROLE_CONFLICT)
    return Verdict(authenticated=True, switch_role=True)


@attrs.frozen
class Request:
    """An authenticated request, already answered."""

    message: Message
    accepted: bool
    """Answered with success; the check of the other side succeeds if our response arrives."""
    switch_role: bool


class Responder:
    """The answering half of an agent: keeps nothing of those who ask but counters."""

    def __init__(self, local: IceCredentials, statistics: IceStatistics, transmits: list[Transmit]) -> None:
        self._credentials = local
        self._statistics = statistics
        self._transmits = transmits
        self._next_refusal_at = float("-inf")

    def receive(
        self, data: bytes, *, role: IceRole, tie_breaker: int, local: Address, remote: Address, now: float
    ) -> Request | None:
        """Answer a request; None if its sender is not the peer."""
        try:
            message = parse_message(data)
        except StunError:
            self._statistics.malformed += 1
            return None
        verdict = judge_request(message, self._credentials, role, tie_breaker)
        if not verdict.authenticated:
            self._statistics.unauthenticated += 1
            if now >= self._next_refusal_at and verdict.error is not None:
                self._next_refusal_at = now + REFUSAL_INTERVAL_S
                self._refuse(message, verdict.error, None, local, remote, at_most_bytes=len(data))
            return None
        self._statistics.requests_received += 1
        if verdict.error is not None:
            self._statistics.role_conflicts += verdict.error == ROLE_CONFLICT
            self._refuse(message, verdict.error, self._credentials.key, local, remote)
            return Request(message, accepted=False, switch_role=False)
        response = build_success(message.transaction_id, remote, key=self._credentials.key)
        self._transmits.append(Transmit(response, local, remote))
        self._statistics.responses_sent += 1
        return Request(message, accepted=True, switch_role=verdict.switch_role)

    def _refuse(
        self,
        message: Message,
        code: int,
        key: bytes | None,
        local: Address,
        remote: Address,
        *,
        at_most_bytes: int | None = None,
    ) -> None:
        """Answer with an error, unless it would be longer than `at_most_bytes`.

        Who asks may have written another's address on the question, and is not to send more by us than by itself.
        """
        unknown = message.not_understood if code == UNKNOWN_ATTRIBUTE else ()
        response = build_error(message.transaction_id, code, key=key, unknown=unknown)
        if at_most_bytes is not None and len(response) > at_most_bytes:
            return
        self._transmits.append(Transmit(response, local, remote))
        self._statistics.errors_sent += 1
