"""Asking a TURN server for a relay, to see that it serves our credentials (RFC 8656 section 7), and giving it back."""

from __future__ import annotations

from typing import Final

from kms_trio.cli.probes.channel import Channel, open_channel
from kms_trio.cli.probes.errors import ProbeError
from kms_trio.cli.probes.stun import new_transaction_id, transact
from kms_trio.rtc.stun import Address, Message, MessageClass, StunError, build_message
from kms_trio.rtc.stun.attributes import decode_xor_address
from kms_trio.rtc.stun.constants import NONCE, REALM, USERNAME
from kms_trio.rtc.turn import TurnServer
from kms_trio.rtc.turn.constants import (
    ALLOCATE,
    LIFETIME,
    REFRESH,
    REQUESTED_TRANSPORT,
    UDP_PROTOCOL,
    XOR_RELAYED_ADDRESS,
)
from kms_trio.rtc.turn.requester import long_term_key

_UDP: Final = bytes([UDP_PROTOCOL, 0, 0, 0])
_UNAUTHENTICATED: Final = 401
#: RFC 8656 section 18, in words that name what to look at.
_MEANINGS: Final = {
    _UNAUTHENTICATED: "it refuses the user name or the password",
    403: "it forbids relays to this client",
    437: "it takes this for an allocation that it does not have",
    441: "it refuses the user name or the password",
    442: "it does not relay UDP",
    486: "this user has as many relays as it may have",
    508: "it has no relay port left",
}


async def allocate(server: TurnServer, *, verify_tls: bool = True) -> Address:
    """Have a relay allocated and freed again; the address that it had. Raises ProbeError."""
    async with open_channel(server.host, server.port, server.transport, verify_tls=verify_tls) as channel:
        account: list[tuple[int, bytes]] = []
        key: bytes | None = None
        allocated = await _request(channel, ALLOCATE, [(REQUESTED_TRANSPORT, _UDP)], None)
        if allocated.error is not None:
            key, account = _credentials(server, allocated, allocated.error)
            allocated = await _request(channel, ALLOCATE, [(REQUESTED_TRANSPORT, _UDP), *account], key)
        if allocated.error is not None:
            raise ProbeError(_refusal(server, allocated.error))
        relayed = (allocated.others or {}).get(XOR_RELAYED_ADDRESS, b"")
        try:
            address = decode_xor_address(relayed, allocated.transaction_id)
        except StunError as error:
            raise ProbeError(f"{server.address}: the answer holds no relay address: {error}") from error
        await _request(channel, REFRESH, [(LIFETIME, bytes(4)), *account], key)
    return address


def _credentials(
    server: TurnServer, challenge: Message, error: tuple[int, str]
) -> tuple[bytes, list[tuple[int, bytes]]]:
    """The key and the attributes that the server asks for (RFC 8489 section 9.2)."""
    realm, nonce = ((challenge.others or {}).get(kind) for kind in (REALM, NONCE))
    if error[0] != _UNAUTHENTICATED or realm is None or nonce is None:
        raise ProbeError(_refusal(server, error))
    key = long_term_key(server.username, realm, server.password)
    return key, [(USERNAME, server.username.encode()), (REALM, realm), (NONCE, nonce)]


def _refusal(server: TurnServer, error: tuple[int, str]) -> str:
    code, reason = error
    return f"{server.address} ({server.transport}): {_MEANINGS.get(code, 'it refuses')} (error {code} {reason})"


async def _request(channel: Channel, method: int, attributes: list[tuple[int, bytes]], key: bytes | None) -> Message:
    transaction_id = new_transaction_id()
    request = build_message(MessageClass.REQUEST, transaction_id, attributes, key=key, method=method)
    return await transact(channel, request, transaction_id)
