"""One relayed address on a TURN server (RFC 8656 sections 7, 8 and 11 to 13), without I/O.

Datagrams or messages of the server and the time go in; `transmits()`, received datagrams, `state` and `deadline` come
out.  The owner calls `receive` for each message, `handle_timeout` when `deadline` has come, and after every call sends
what `transmits` gives and looks at `state`.  All times are monotonic seconds.  Nothing raises for what a server sends.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final

from kms_trio.rtc.stun import MessageClass, StunError, message_class_of, parse_message
from kms_trio.rtc.stun.attributes import decode_xor_address
from kms_trio.rtc.turn.constants import (
    ALLOCATE,
    ALLOCATION_MISMATCH,
    DATA,
    DATA_INDICATION,
    LIFETIME,
    REFRESH,
    REQUESTED_TRANSPORT,
    UDP_PROTOCOL,
    XOR_PEER_ADDRESS,
    XOR_RELAYED_ADDRESS,
)
from kms_trio.rtc.turn.errors import TurnError
from kms_trio.rtc.turn.framing import is_channel_data, read_channel_data
from kms_trio.rtc.turn.peers import Peers
from kms_trio.rtc.turn.requester import Requester

if TYPE_CHECKING:
    from kms_trio.rtc.ice import RandomSource
    from kms_trio.rtc.stun import Address, Message

LIFETIME_S: Final = 600
"""Asked for; the server says what it grants."""
REFRESH_MARGIN_S: Final = 60.0
RETRY_S: Final = 5.0
"""Between attempts to refresh, as long as the allocation lives."""


class AllocationState(enum.Enum):
    """State of an allocation: NEW -> ALLOCATING -> ALLOCATED, from each of them FAILED or CLOSED."""

    NEW = "new"
    ALLOCATING = "allocating"
    ALLOCATED = "allocated"
    FAILED = "failed"
    """Refused, or lost. Final; `error` says why."""
    CLOSED = "closed"
    """Given up by its owner. Final."""


class Allocation:
    """A client of one server, over one connection to it.

    Args:
        username: as the server knows us.
        password: for the long-term credential mechanism.
        random: source of transaction ids; cryptographically strong in a server.
        reliable: the connection is TCP or TLS; `receive` then takes what `StreamReader` gives.
    """

    def __init__(self, username: str, password: str, *, random: RandomSource, reliable: bool = False) -> None:
        self.state = AllocationState.NEW
        self.relayed_address: Address | None = None
        """Where peers reach us; None before ALLOCATED."""
        self.mapped_address: Address | None = None
        """How the server sees our end of the connection."""
        self.error = ""
        """Why it failed; never holds a secret."""
        self.ignored = 0
        """Messages that were damaged, of an unknown kind, or from peers that have no permission."""
        self._transmits: list[bytes] = []
        self._requester = Requester(username, password, random, self._transmits, reliable=reliable)
        self._peers = Peers(self._requester, random, self._transmits, padded=reliable)
        self._refresh_at = float("inf")
        self._expires_at = float("inf")

    @property
    def dropped(self) -> int:
        """Datagrams that were not sent because the server refuses the peer, or had not agreed yet to too many."""
        return self._peers.dropped

    @property
    def deadline(self) -> float | None:
        """When `handle_timeout` is to be called; None if nothing is due."""
        if not self._active:
            return None
        times = (self._requester.deadline, self._peers.deadline, self._refresh_at)
        earliest = min(time for time in times if time is not None)
        return earliest if earliest < float("inf") else None

    @property
    def _active(self) -> bool:
        return self.state in (AllocationState.ALLOCATING, AllocationState.ALLOCATED)

    def start(self, now: float) -> None:
        """Ask for a relayed address."""
        self.state = AllocationState.ALLOCATING
        transport = (REQUESTED_TRANSPORT, bytes([UDP_PROTOCOL, 0, 0, 0]))
        self._requester.ask(ALLOCATE, [transport, (LIFETIME, LIFETIME_S.to_bytes(4))], self._allocated, now)

    def send(self, data: bytes, peer: Address, now: float) -> None:
        """Have the server send a datagram to a peer; dropped unless ALLOCATED."""
        if self.state is AllocationState.ALLOCATED:
            self._peers.send(data, peer, now)

    def bind_channel(self, peer: Address, now: float) -> None:
        """Media goes to this peer: use a channel, which costs less a packet."""
        if self.state is AllocationState.ALLOCATED:
            self._peers.bind(peer, now)

    def receive(self, data: bytes, now: float) -> tuple[Address, bytes] | None:
        """Take a message of the server; the peer and its datagram if it was one that is passed on."""
        if not self._active:
            return None
        if is_channel_data(data):
            return self._from_channel(data)
        message_class = message_class_of(data)
        if message_class is MessageClass.INDICATION:
            return self._from_indication(data)
        if message_class in (MessageClass.SUCCESS, MessageClass.ERROR):
            self._requester.receive(data, now)
        else:
            self.ignored += 1
        return None

    def handle_timeout(self, now: float) -> None:
        """Do what is due at `now`; harmless when called early."""
        if not self._active:
            return
        self._requester.handle_timeout(now)
        if self.state is not AllocationState.ALLOCATED:
            return
        self._peers.handle_timeout(now)
        if now >= self._refresh_at:
            self._refresh_at = float("inf")
            self._requester.ask(REFRESH, [(LIFETIME, LIFETIME_S.to_bytes(4))], self._refreshed, now)

    def transmits(self) -> list[bytes]:
        """Take what is to be sent to the server, in order."""
        drained = self._transmits[:]
        self._transmits.clear()
        return drained

    def close(self, now: float) -> None:
        """Give the address back: one request, whose answer nobody waits for."""
        if self.state is AllocationState.ALLOCATED:
            self._requester.ask(REFRESH, [(LIFETIME, bytes(4))], lambda message, error, now: None, now)
        if self.state is not AllocationState.FAILED:
            self._stop(AllocationState.CLOSED)

    # Answers.

    def _allocated(self, message: Message | None, error: tuple[int, str] | None, now: float) -> None:
        if message is None or error is not None:
            self._fail("allocation refused", error)
            return
        try:
            relayed = _address(message, XOR_RELAYED_ADDRESS)
            lifetime_s = _lifetime_s(message)
        except StunError as problem:
            self._fail("allocation", (0, str(problem)))
            return
        if message.xor_mapped_address is None:
            self._fail("allocation", (0, "expected XOR-MAPPED-ADDRESS"))
            return
        self.relayed_address, self.mapped_address = relayed, message.xor_mapped_address
        self.state = AllocationState.ALLOCATED
        self._extend(lifetime_s, now)

    def _refreshed(self, message: Message | None, error: tuple[int, str] | None, now: float) -> None:
        if message is not None and error is None:
            try:
                self._extend(_lifetime_s(message), now)
                return
            except StunError as problem:
                error = (0, str(problem))
        if (error is not None and error[0] == ALLOCATION_MISMATCH) or now + RETRY_S >= self._expires_at:
            self._fail("the relayed address is lost", error)
        else:
            self._refresh_at = now + RETRY_S

    def _extend(self, lifetime_s: int, now: float) -> None:
        self._expires_at = now + lifetime_s
        self._refresh_at = now + max(lifetime_s - REFRESH_MARGIN_S, lifetime_s / 2, RETRY_S)

    def _fail(self, what: str, error: tuple[int, str] | None) -> None:
        code, reason = error or (0, "no reason given")
        self.error = f"{what}: {f'{code} ' if code else ''}{reason}"
        self._stop(AllocationState.FAILED)

    def _stop(self, state: AllocationState) -> None:
        self.state = state
        self._requester.clear()

    # Datagrams of peers.

    def _from_channel(self, data: bytes) -> tuple[Address, bytes] | None:
        try:
            number, payload = read_channel_data(data)
        except TurnError:
            self.ignored += 1
            return None
        peer = self._peers.of_channel(number)
        if peer is None:
            self.ignored += 1
            return None
        return peer, payload

    def _from_indication(self, data: bytes) -> tuple[Address, bytes] | None:
        try:
            message = parse_message(data)
            peer = _address(message, XOR_PEER_ADDRESS)
        except StunError:
            self.ignored += 1
            return None
        payload = (message.others or {}).get(DATA)
        if message.method != DATA_INDICATION or payload is None or not self._peers.permits(peer[0]):
            self.ignored += 1
            return None
        return peer, payload


def _address(message: Message, attribute: int) -> Address:
    value = (message.others or {}).get(attribute)
    if value is None:
        raise StunError(f"expected the attribute {attribute:#06x}")
    return decode_xor_address(value, message.transaction_id)


def _lifetime_s(message: Message) -> int:
    value = (message.others or {}).get(LIFETIME)
    if value is None or len(value) != 4 or not any(value):
        raise StunError("expected LIFETIME of 4 bytes, not 0")
    return int.from_bytes(value)
