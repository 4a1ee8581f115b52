"""Values of STUN attributes: to bytes and back (RFC 8489 section 14).

The readers raise `StunError` and nothing else.  Addresses are `(ip text, port)` with the text in canonical form, so
that they can be compared as they are.
"""

from __future__ import annotations

import ipaddress
import struct

from kms_trio.rtc.stun.constants import MAGIC_COOKIE, MAGIC_COOKIE_BYTES, REASONS
from kms_trio.rtc.stun.errors import StunError

Address = tuple[str, int]
"""IP address in canonical text form and UDP port."""

_FAMILY_IPV4 = 1
_FAMILY_IPV6 = 2
_ADDRESS_HEAD = struct.Struct("!BBH")
_PORT_MASK = MAGIC_COOKIE >> 16
_MAX_TEXT_BYTES = 763
"""RFC 8489 sections 14.8 and 14.14: fewer than 128 characters, which is up to 763 bytes."""


def encode_xor_address(address: Address, transaction_id: bytes) -> bytes:
    """XOR-MAPPED-ADDRESS value (section 14.2).

    Raises:
        ValueError: `address` holds no IP address.  It comes from our own sockets, so this is a fault of the caller.
    """
    host, port = address
    if ":" in host:
        # A link-local address may carry our own zone name, which means nothing to the peer.
        packed = ipaddress.IPv6Address(host.partition("%")[0]).packed
        mask = int.from_bytes(MAGIC_COOKIE_BYTES + transaction_id)
        return _ADDRESS_HEAD.pack(0, _FAMILY_IPV6, port ^ _PORT_MASK) + (int.from_bytes(packed) ^ mask).to_bytes(16)
    packed = bytes(map(int, host.split(".")))  # four times as fast as ipaddress, and once a message
    if len(packed) != 4:
        raise ValueError(f"{host!r} is no IPv4 address")
    masked = (int.from_bytes(packed) ^ MAGIC_COOKIE).to_bytes(4)
    return _ADDRESS_HEAD.pack(0, _FAMILY_IPV4, port ^ _PORT_MASK) + masked


def decode_xor_address(value: bytes, transaction_id: bytes) -> Address:
    """Address of an XOR-MAPPED-ADDRESS value (section 14.2)."""
    if len(value) < 8:
        raise StunError(f"address attribute: expected at least 8 bytes, got {len(value)}")
    _, family, port = _ADDRESS_HEAD.unpack_from(value)
    if family == _FAMILY_IPV4 and len(value) == 8:
        host = int.from_bytes(value[4:]) ^ MAGIC_COOKIE
        return f"{host >> 24}.{host >> 16 & 255}.{host >> 8 & 255}.{host & 255}", port ^ _PORT_MASK
    if family == _FAMILY_IPV6 and len(value) == 20:
        mask = int.from_bytes(MAGIC_COOKIE_BYTES + transaction_id)
        return str(ipaddress.IPv6Address(int.from_bytes(value[4:]) ^ mask)), port ^ _PORT_MASK
    raise StunError(f"address attribute: family {family} with {len(value)} bytes")


def encode_error(code: int, reason: str | None = None) -> bytes:
    """ERROR-CODE value (section 14.8); `reason` defaults to the phrase of the RFC."""
    text = REASONS.get(code, "Error") if reason is None else reason
    return struct.pack("!HBB", 0, code // 100, code % 100) + text.encode()


def decode_error(value: bytes) -> tuple[int, str]:
    """Code (300 to 699) and reason phrase of an ERROR-CODE value (section 14.8)."""
    if len(value) < 4:
        raise StunError(f"ERROR-CODE: expected at least 4 bytes, got {len(value)}")
    hundreds, number = value[2] & 7, value[3]
    if not 3 <= hundreds <= 6 or number > 99:
        raise StunError(f"ERROR-CODE: class {hundreds}, number {number}")
    return hundreds * 100 + number, decode_text(value[4:])


def decode_text(value: bytes) -> str:
    """Text that is only shown to people (reason phrase, SOFTWARE): wrong UTF-8 is replaced, not refused."""
    if len(value) > _MAX_TEXT_BYTES:
        raise StunError(f"text attribute: at most {_MAX_TEXT_BYTES} bytes, got {len(value)}")
    return value.decode("utf-8", "replace")


def encode_unknown_attributes(types: tuple[int, ...]) -> bytes:
    """UNKNOWN-ATTRIBUTES value (section 14.9)."""
    return struct.pack(f"!{len(types)}H", *types)


def decode_unknown_attributes(value: bytes) -> tuple[int, ...]:
    """Attribute types of an UNKNOWN-ATTRIBUTES value (section 14.9)."""
    if len(value) % 2:
        raise StunError(f"UNKNOWN-ATTRIBUTES: expected an even size, got {len(value)} bytes")
    return struct.unpack(f"!{len(value) // 2}H", value)
