"""A small TURN server, and an `Allocation` with a socket, both on a `FakeNetwork`."""

from __future__ import annotations

from kms_trio.rtc.ice import RandomSource, Transmit
from kms_trio.rtc.stun import Message, MessageClass, StunError, build_message, parse_message
from kms_trio.rtc.stun.attributes import decode_xor_address, encode_error, encode_xor_address
from kms_trio.rtc.stun.constants import ERROR_CODE, NONCE, REALM, XOR_MAPPED_ADDRESS
from kms_trio.rtc.turn import Allocation
from kms_trio.rtc.turn.constants import (
    ALLOCATE,
    CHANNEL_BIND,
    CHANNEL_NUMBER,
    CREATE_PERMISSION,
    DATA,
    DATA_INDICATION,
    LIFETIME,
    REFRESH,
    SEND,
    XOR_PEER_ADDRESS,
    XOR_RELAYED_ADDRESS,
)
from kms_trio.rtc.turn.framing import channel_data, is_channel_data, read_channel_data
from kms_trio.rtc.turn.requester import long_term_key
from kms_trio.testing.network import Address, FakeNetwork

REALM_TEXT = b"example.org"


class FakeTurnServer:
    """One client, one relayed address, all the rules of RFC 8656 that a client can break.

    Args:
        network: where it is.
        address: its own.
        relayed: what it gives out.
        username: of its only user.
        password: of its only user.
    """

    deadline = None

    def __init__(
        self,
        network: FakeNetwork,
        address: Address,
        relayed: Address,
        username: str = "alice",
        password: str = "a secret",
    ) -> None:
        self.network = network
        self.address = address
        self.relayed = relayed
        self.nonce = b"nonce-1"
        self.errors: dict[int, int] = {}
        """Method to the error that it answers with."""
        self.lifetime_s = 600
        self.signs = True
        """Whether it signs its answers."""
        self.requests: list[tuple[float, int]] = []
        """When, and which method; only those that it accepted."""
        self.indications = 0
        """Datagrams that came to be sent in indications, not over channels."""
        self.client: Address | None = None
        self.expires_at = 0.0
        self.permitted_until: dict[str, float] = {}
        self.channels: dict[int, tuple[Address, float]] = {}
        self._username = username
        self._key = long_term_key(username, REALM_TEXT, password)
        self._transmits: list[Transmit] = []
        network.attach(self, address, relayed)

    def handle_timeout(self, now: float) -> None:
        """Nothing is ever due."""

    def transmits(self) -> list[Transmit]:
        """Take what is to be sent."""
        drained, self._transmits = self._transmits, []
        return drained

    def receive(self, data: bytes, *, local: Address, remote: Address, now: float) -> None:
        """Take a datagram of the client or of a peer."""
        if local == self.relayed:
            self._from_peer(data, remote, now)
        elif is_channel_data(data):
            number, payload = read_channel_data(data)
            peer, until = self.channels[number]
            assert now < until, "the channel has expired"
            self._to_peer(payload, peer, now)
        else:
            self._from_client(parse_message(data), remote, now)

    def _from_client(self, message: Message, client: Address, now: float) -> None:
        if message.message_class is MessageClass.INDICATION:
            assert message.method == SEND
            self.indications += 1
            self._to_peer(_raw(message, DATA), _peer(message), now)
            return
        key = self._key
        if not message.has_integrity or message.username != self._username or not message.verify(key):
            self._refuse(message, client, 401, key=None)
        elif _raw(message, NONCE) != self.nonce:
            self._refuse(message, client, 438, key=None)
        elif message.method in self.errors:
            self._refuse(message, client, self.errors[message.method], key=key)
        else:
            self.requests.append((now, message.method))
            self._accept(message, client, now)

    def _accept(self, message: Message, client: Address, now: float) -> None:
        attributes: list[tuple[int, bytes]] = []
        lifetime = (LIFETIME, self.lifetime_s.to_bytes(4))
        match message.method:
            case method if method == ALLOCATE:
                self.client, self.expires_at = client, now + self.lifetime_s
                relayed = encode_xor_address(self.relayed, message.transaction_id)
                mapped = encode_xor_address(client, message.transaction_id)
                attributes = [(XOR_RELAYED_ADDRESS, relayed), lifetime, (XOR_MAPPED_ADDRESS, mapped)]
            case method if method == REFRESH:
                assert self.client == client
                if _raw(message, LIFETIME) == bytes(4):
                    self.client = None
                    attributes = [(LIFETIME, bytes(4))]
                else:
                    assert now < self.expires_at, "the allocation has expired"
                    self.expires_at = now + self.lifetime_s
                    attributes = [lifetime]
            case method if method == CREATE_PERMISSION:
                self.permitted_until[_peer(message)[0]] = now + 300
            case method if method == CHANNEL_BIND:
                number = int.from_bytes(_raw(message, CHANNEL_NUMBER)[:2])
                known = self.channels.get(number)
                assert known is None or known[0] == _peer(message), "the number belongs to another peer"
                self.channels[number] = (_peer(message), now + 600)
                self.permitted_until[_peer(message)[0]] = now + 300
        key = self._key if self.signs else None
        answer = build_message(MessageClass.SUCCESS, message.transaction_id, attributes, key=key, method=message.method)
        self._transmits.append(Transmit(answer, self.address, client))

    def _refuse(self, message: Message, client: Address, code: int, *, key: bytes | None) -> None:
        attributes = [(ERROR_CODE, encode_error(code, "refused")), (REALM, REALM_TEXT), (NONCE, self.nonce)]
        answer = build_message(MessageClass.ERROR, message.transaction_id, attributes, key=key, method=message.method)
        self._transmits.append(Transmit(answer, self.address, client))

    def _to_peer(self, data: bytes, peer: Address, now: float) -> None:
        assert now < self.permitted_until.get(peer[0], 0), "there is no permission"
        self._transmits.append(Transmit(data, self.relayed, peer))

    def _from_peer(self, data: bytes, peer: Address, now: float) -> None:
        if self.client is None or now >= self.permitted_until.get(peer[0], 0):
            return
        for number, (bound, until) in self.channels.items():
            if bound == peer and now < until:
                self._transmits.append(Transmit(channel_data(number, data, padded=False), self.address, self.client))
                return
        transaction_id = bytes(12)
        attributes = [(XOR_PEER_ADDRESS, encode_xor_address(peer, transaction_id)), (DATA, data)]
        indication = build_message(
            MessageClass.INDICATION, transaction_id, attributes, key=None, method=DATA_INDICATION
        )
        self._transmits.append(Transmit(indication, self.address, self.client))


class TurnClient:
    """An `Allocation` with a socket.  `received` are the peers' datagrams so far."""

    def __init__(
        self,
        network: FakeNetwork,
        local: Address,
        server: Address,
        random: RandomSource,
        username: str = "alice",
        password: str = "a secret",
    ) -> None:
        self.allocation = Allocation(username, password, random=random)
        self.received: list[tuple[Address, bytes]] = []
        self._local, self._server = local, server
        network.attach(self, local)
        self.allocation.start(network.now)

    @property
    def deadline(self) -> float | None:
        """The allocation's."""
        return self.allocation.deadline

    def receive(self, data: bytes, *, local: Address, remote: Address, now: float) -> None:
        """Take a datagram of the server."""
        passed_on = self.allocation.receive(data, now)
        if passed_on is not None:
            self.received.append(passed_on)

    def handle_timeout(self, now: float) -> None:
        """Do what is due."""
        self.allocation.handle_timeout(now)

    def transmits(self) -> list[Transmit]:
        """Take what is to be sent to the server."""
        return [Transmit(data, self._local, self._server) for data in self.allocation.transmits()]


def _raw(message: Message, attribute: int) -> bytes:
    value = (message.others or {}).get(attribute)
    if value is None:
        raise StunError(f"expected the attribute {attribute:#06x}")
    return value


def _peer(message: Message) -> Address:
    return decode_xor_address(_raw(message, XOR_PEER_ADDRESS), message.transaction_id)
