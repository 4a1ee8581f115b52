"""Authenticated requests to a TURN server: long-term credentials (RFC 8489 section 9.2), without I/O.

The first request goes out unsigned; the server answers 401 with its realm and a nonce, and from then on every request
is signed.  When a nonce has expired (438) the request is signed anew.  SHA-256 and user name hashing, which no server
of today asks for, are not done.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

import attrs

from kms_trio.rtc.stun import UNAUTHENTICATED, Message, MessageClass, StunError, build_message, parse_message
from kms_trio.rtc.stun.attributes import encode_xor_address
from kms_trio.rtc.stun.constants import NONCE, REALM, USERNAME
from kms_trio.rtc.stun.requests import Requests
from kms_trio.rtc.turn.constants import STALE_NONCE, UNDERSTOOD, XOR_PEER_ADDRESS

if TYPE_CHECKING:
    from kms_trio.rtc.ice import RandomSource
    from kms_trio.rtc.stun import Address

MAX_ROUNDS: Final = 4
"""How often one request is signed anew: a server that never likes its own nonce must not keep us busy."""
_MAX_TEXT_BYTES: Final = 763

NO_ANSWER: Final = (0, "no answer")


@attrs.define(eq=False)
class Ask:
    """What is asked, whatever nonce it is signed with.  `answered` gets the response, or an error and no response."""

    method: int
    attributes: list[tuple[int, bytes]]
    answered: Callable[[Message | None, tuple[int, str] | None, float], None]
    peer: Address | None = None
    """Goes into XOR-PEER-ADDRESS, whose bytes differ from one transaction to the next."""
    rounds: int = 0
    key: bytes | None = None
    """What the request that is under way was signed with; None: it was not."""


class Requester:
    """The requesting half of an allocation.

    Args:
        username: as the server knows us.
        password: never leaves this object except as a key.
        random: source of transaction ids.
        transmits: where requests are put to be sent.
        reliable: the connection is TCP or TLS.
    """

    def __init__(
        self, username: str, password: str, random: RandomSource, transmits: list[bytes], *, reliable: bool
    ) -> None:
        self.ignored = 0
        """Responses that were damaged, forged, or to nothing that was asked."""
        self._username = username
        self._password = password
        self._random = random
        self._transmits = transmits
        self._requests: Requests[Ask] = Requests(reliable=reliable)
        self._realm = b""
        self._nonce = b""
        self._key: bytes | None = None

    @property
    def deadline(self) -> float | None:
        """When `handle_timeout` is to be called."""
        return self._requests.deadline

    def ask(
        self,
        method: int,
        attributes: Iterable[tuple[int, bytes]],
        answered: Callable[[Message | None, tuple[int, str] | None, float], None],
        now: float,
        *,
        peer: Address | None = None,
    ) -> None:
        """Send a request; `answered(message, error, now)` is called exactly once, unless `clear` comes first."""
        self._send(Ask(method, list(attributes), answered, peer), now)

    def receive(self, data: bytes, now: float) -> None:
        """Take a response.

        A success counts only when it is signed.  An error is taken as it is: whoever can guess our transaction ids
        stands on the path and could as well drop everything.
        """
        transaction_id = data[8:20]
        ask = self._requests.find(transaction_id)
        try:
            message = parse_message(data)
        except StunError:
            self.ignored += 1
            return
        if ask is None or message.method != ask.method:
            self.ignored += 1
        elif message.message_class is MessageClass.ERROR and message.error is not None:
            self._requests.remove(transaction_id)
            self._refused(ask, message, message.error, now)
        elif message.message_class is not MessageClass.SUCCESS or (ask.key is not None and not message.verify(ask.key)):
            self.ignored += 1
        else:
            self._requests.remove(transaction_id)
            if unknown := set(message.not_understood) - UNDERSTOOD:
                ask.answered(None, (0, f"attributes that are not understood: {sorted(unknown)}"), now)
            else:
                ask.answered(message, None, now)

    def handle_timeout(self, now: float) -> None:
        """Send again what is due, and give up what was not answered."""
        again, given_up = self._requests.expire(now)
        self._transmits += [request.data for request in again]
        for ask in given_up:
            ask.answered(None, NO_ANSWER, now)

    def clear(self) -> None:
        """Forget what was asked."""
        self._requests.clear()

    def _send(self, ask: Ask, now: float) -> None:
        ask.rounds += 1
        ask.key = self._key
        transaction_id = self._random.getrandbits(96).to_bytes(12)
        attributes = list(ask.attributes)
        if ask.peer is not None:
            attributes.append((XOR_PEER_ADDRESS, encode_xor_address(ask.peer, transaction_id)))
        if self._key is not None:
            attributes += [(USERNAME, self._username.encode()), (REALM, self._realm), (NONCE, self._nonce)]
        data = build_message(MessageClass.REQUEST, transaction_id, attributes, key=self._key, method=ask.method)
        self._requests.add(transaction_id, data, ask, now)
        self._transmits.append(data)

    def _refused(self, ask: Ask, message: Message, error: tuple[int, str], now: float) -> None:
        code = error[0]
        wants_signature = code == UNAUTHENTICATED and ask.key is None
        if (wants_signature or code == STALE_NONCE) and ask.rounds < MAX_ROUNDS and self._take_challenge(message):
            self._send(ask, now)
        else:
            ask.answered(message, error, now)

    def _take_challenge(self, message: Message) -> bool:
        """Realm and nonce of a 401 or 438; whether they can be used."""
        others = message.others or {}
        realm, nonce = others.get(REALM, self._realm), others.get(NONCE, b"")
        if not nonce or len(nonce) > _MAX_TEXT_BYTES or len(realm) > _MAX_TEXT_BYTES:
            return False
        self._realm, self._nonce = realm, nonce
        self._key = long_term_key(self._username, realm, self._password)
        return True


def long_term_key(username: str, realm: bytes, password: str) -> bytes:
    """The key of MESSAGE-INTEGRITY (RFC 8489 section 9.2.2)."""
    text = b":".join((username.encode(), realm, password.encode()))
    return hashlib.md5(text, usedforsecurity=False).digest()
