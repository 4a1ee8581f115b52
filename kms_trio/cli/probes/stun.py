"""Asking a STUN server how it sees us (RFC 8489 section 14.2)."""

from __future__ import annotations

import secrets

from kms_trio.cli.probes.channel import Channel, open_channel
from kms_trio.cli.probes.errors import ProbeError
from kms_trio.rtc.stun import Address, Message, MessageClass, StunError, build_message, parse_message
from kms_trio.rtc.stun.constants import TRANSACTION_ID_SIZE_BYTES


def new_transaction_id() -> bytes:
    """A random transaction id."""
    return secrets.token_bytes(TRANSACTION_ID_SIZE_BYTES)


async def transact(channel: Channel, request: bytes, transaction_id: bytes) -> Message:
    """Send a STUN request and return its response. Raises ProbeError."""

    def is_response(data: bytes) -> bool:
        try:
            message = parse_message(data)
        except StunError:
            return False
        return message.transaction_id == transaction_id and message.message_class in (
            MessageClass.SUCCESS,
            MessageClass.ERROR,
        )

    return parse_message(await channel.ask(request, is_response))


async def public_address(host: str, port: int) -> Address:
    """The address and port that a STUN server sees us under. Raises ProbeError."""
    transaction_id = new_transaction_id()
    request = build_message(MessageClass.REQUEST, transaction_id, [], key=None)
    async with open_channel(host, port) as channel:
        response = await transact(channel, request, transaction_id)
    if response.error is not None:
        raise ProbeError(f"{host} port {port}: error {response.error[0]} {response.error[1]}")
    if response.xor_mapped_address is None:
        raise ProbeError(f"{host} port {port}: the answer holds no XOR-MAPPED-ADDRESS")
    return response.xor_mapped_address
