"""Which peers an allocation may talk to, and over which channels (RFC 8656 sections 9, 11 and 12), without I/O.

A permission is asked for when something is to be sent to a host for the first time; what is sent before it is granted
waits.  A channel is bound for peers that media goes to: it costs 4 bytes a packet instead of 36.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

import attrs

from kms_trio.rtc.stun import MessageClass, build_message
from kms_trio.rtc.stun.attributes import encode_xor_address
from kms_trio.rtc.turn.constants import (
    CHANNEL_BIND,
    CHANNEL_NUMBER,
    CREATE_PERMISSION,
    DATA,
    FIRST_CHANNEL,
    FORBIDDEN,
    LAST_CHANNEL,
    SEND,
    XOR_PEER_ADDRESS,
)
from kms_trio.rtc.turn.framing import channel_data

if TYPE_CHECKING:
    from kms_trio.rtc.ice import RandomSource
    from kms_trio.rtc.stun import Address, Message
    from kms_trio.rtc.turn.requester import Requester

REFRESH_S: Final = 240.0
"""Permissions last 300 s, channels 600 s; both are refreshed this long after the last time if they were used."""
MAX_HELD: Final = 8
"""Datagrams that wait for a permission, for each host; the oldest goes first."""
MAX_HOSTS: Final = 128
"""More than an ICE agent has remote candidates."""


@attrs.define(eq=False)
class _Permission:
    """One host of peers."""

    peer: Address
    """The address that it was asked with; only the host counts."""
    granted: bool = False
    refused: bool = False
    asked: bool = False
    used: bool = False
    """Since the last refresh."""
    refresh_at: float = float("inf")
    held: list[tuple[Address, bytes]] = attrs.field(factory=list)


@attrs.define(eq=False)
class _Channel:
    number: int
    peer: Address
    bound: bool = False
    asked: bool = False
    refused: bool = False
    used: bool = False
    refresh_at: float = float("inf")


class Peers:
    """Permissions, channels and what goes through them.

    Args:
        requester: asks for them.
        random: source of transaction ids.
        transmits: where messages are put to be sent.
        padded: the connection is a stream.
    """

    def __init__(self, requester: Requester, random: RandomSource, transmits: list[bytes], *, padded: bool) -> None:
        self.dropped = 0
        """Datagrams that were not sent: refused by the server, or too many before a permission was granted."""
        self._requester = requester
        self._random = random
        self._transmits = transmits
        self._padded = padded
        self._permissions: dict[str, _Permission] = {}
        self._channels: dict[Address, _Channel] = {}
        self._numbers: dict[int, Address] = {}

    @property
    def deadline(self) -> float | None:
        """When `handle_timeout` has something to refresh."""
        return min((each.refresh_at for each in self._refreshable()), default=None)

    def permits(self, host: str) -> bool:
        """Whether datagrams of this host may come: only then is what comes believed (section 11.3)."""
        permission = self._permissions.get(host)
        return permission is not None and permission.granted

    def of_channel(self, number: int) -> Address | None:
        """The peer at the other end of a channel."""
        return self._numbers.get(number)

    def send(self, data: bytes, peer: Address, now: float) -> None:
        """Send a datagram to a peer, at once or when its permission is granted."""
        channel = self._channels.get(peer)
        if channel is not None and channel.bound:
            channel.used = True
            self._transmits.append(channel_data(channel.number, data, padded=self._padded))
            return
        permission = self._permissions.get(peer[0])
        if permission is None:
            if len(self._permissions) >= MAX_HOSTS:
                self.dropped += 1
                return
            permission = self._permissions[peer[0]] = _Permission(peer)
        permission.used = True
        if permission.granted:
            self._transmits.append(self._indication(data, peer))
        elif permission.refused:
            self.dropped += 1
        else:
            permission.held.append((peer, data))
            if len(permission.held) > MAX_HELD:
                del permission.held[0]
                self.dropped += 1
            if not permission.asked:
                self._ask_permission(permission, now)

    def bind(self, peer: Address, now: float) -> None:
        """Use a channel for this peer from now on, if the server grants one; asking twice does nothing."""
        channel = self._channels.get(peer)
        if channel is None:
            number = FIRST_CHANNEL + len(self._channels)
            if number > LAST_CHANNEL:
                return
            channel = self._channels[peer] = _Channel(number, peer)
            self._numbers[number] = peer
        if not (channel.bound or channel.asked or channel.refused):
            self._ask_channel(channel, now)

    def handle_timeout(self, now: float) -> None:
        """Refresh what is due and was used; forget the permissions that were not."""
        for permission in [each for each in self._permissions.values() if each.refresh_at <= now]:
            if permission.used:
                self._ask_permission(permission, now)
            else:
                del self._permissions[permission.peer[0]]
        for channel in [each for each in self._channels.values() if each.refresh_at <= now]:
            if channel.used:
                self._ask_channel(channel, now)
            else:  # lapses at the server; whoever wants it again binds it again, to the same peer
                channel.bound, channel.refresh_at = False, float("inf")

    def _refreshable(self) -> Iterable[_Permission | _Channel]:
        yield from self._permissions.values()
        yield from self._channels.values()

    # Permissions.

    def _ask_permission(self, permission: _Permission, now: float) -> None:
        permission.asked, permission.used, permission.refresh_at = True, False, float("inf")

        def answered(message: Message | None, error: tuple[int, str] | None, now: float) -> None:
            permission.asked = False
            if error is None:
                self._grant(permission, now)
            elif error[0] == FORBIDDEN:
                permission.granted, permission.refused = False, True
                self._drop_held(permission)
            else:  # another attempt with the next datagram
                self._drop_held(permission)
                self._permissions.pop(permission.peer[0], None)

        self._requester.ask(CREATE_PERMISSION, (), answered, now, peer=permission.peer)

    def _grant(self, permission: _Permission, now: float) -> None:
        permission.granted, permission.refresh_at = True, now + REFRESH_S
        held, permission.held = permission.held, []
        self._transmits += [self._indication(data, peer) for peer, data in held]

    def _drop_held(self, permission: _Permission) -> None:
        self.dropped += len(permission.held)
        permission.held.clear()

    def _indication(self, data: bytes, peer: Address) -> bytes:
        transaction_id = self._random.getrandbits(96).to_bytes(12)
        attributes = [(XOR_PEER_ADDRESS, encode_xor_address(peer, transaction_id)), (DATA, data)]
        return build_message(MessageClass.INDICATION, transaction_id, attributes, key=None, method=SEND)

    # Channels.

    def _ask_channel(self, channel: _Channel, now: float) -> None:
        channel.asked, channel.used, channel.refresh_at = True, False, float("inf")

        def answered(message: Message | None, error: tuple[int, str] | None, now: float) -> None:
            channel.asked, channel.bound = False, error is None
            if error is not None:
                channel.refused = True  # indications do the same at a higher price
                return
            channel.refresh_at = now + REFRESH_S
            permission = self._permissions.setdefault(channel.peer[0], _Permission(channel.peer))
            self._grant(permission, now)  # binding installs a permission as well (section 12.2)

        number = channel.number.to_bytes(2) + b"\0\0"
        self._requester.ask(CHANNEL_BIND, [(CHANNEL_NUMBER, number)], answered, now, peer=channel.peer)
