"""Writing STUN messages: the Binding request of ICE, its responses and indications (RFC 8489, RFC 8445 section 7).

Every message ends with FINGERPRINT, as ICE demands, and is signed when a key is given.
"""

from __future__ import annotations

import hmac
import struct
import zlib
from collections.abc import Iterable

from kms_trio.rtc.stun.attributes import Address, encode_error, encode_unknown_attributes, encode_xor_address
from kms_trio.rtc.stun.constants import (
    BINDING,
    ERROR_CODE,
    FINGERPRINT,
    FINGERPRINT_XOR,
    ICE_CONTROLLED,
    ICE_CONTROLLING,
    INTEGRITY_SIZE_BYTES,
    MAGIC_COOKIE_BYTES,
    MESSAGE_INTEGRITY,
    PRIORITY,
    UNKNOWN_ATTRIBUTES,
    USE_CANDIDATE,
    USERNAME,
    XOR_MAPPED_ADDRESS,
    MessageClass,
)

_HEAD = struct.Struct("!HH")
_FINGERPRINT = struct.Struct("!HHI")


def build_message(
    message_class: MessageClass,
    transaction_id: bytes,
    attributes: Iterable[tuple[int, bytes]],
    *,
    key: bytes | None,
    method: int = BINDING,
) -> bytes:
    """Any STUN message.

    Args:
        message_class: request, indication, success or error response.
        transaction_id: 12 bytes.
        attributes: type and value of each, in order, without MESSAGE-INTEGRITY and FINGERPRINT, which are added.
        key: password to sign with (short-term credentials); None leaves MESSAGE-INTEGRITY out.
        method: method without class bits; the default is Binding.
    """
    body = b"".join([_HEAD.pack(kind, len(value)) + value + bytes(-len(value) % 4) for kind, value in attributes])
    message_type = (method | message_class).to_bytes(2)
    rest = MAGIC_COOKIE_BYTES + transaction_id + body
    size = len(body)
    if key is not None:
        size += 4 + INTEGRITY_SIZE_BYTES
        digest = hmac.digest(key, message_type + size.to_bytes(2) + rest, "sha1")
        rest += _HEAD.pack(MESSAGE_INTEGRITY, INTEGRITY_SIZE_BYTES) + digest
    message = message_type + (size + 8).to_bytes(2) + rest
    return message + _FINGERPRINT.pack(FINGERPRINT, 4, zlib.crc32(message) ^ FINGERPRINT_XOR)


def build_check(
    transaction_id: bytes,
    *,
    username: str,
    key: bytes,
    priority: int,
    controlling: bool,
    tie_breaker: int,
    use_candidate: bool = False,
) -> bytes:
    """A connectivity check: Binding request with the attributes of RFC 8445 section 7.1.

    Args:
        transaction_id: 12 bytes.
        username: `remote ufrag:local ufrag`.
        key: the remote password.
        priority: what a peer-reflexive candidate learned from this check will have (RFC 8445 section 7.1.1).
        controlling: our role.
        tie_breaker: 64-bit number of this agent for role conflicts.
        use_candidate: nominate the pair.
    """
    role = ICE_CONTROLLING if controlling else ICE_CONTROLLED
    attributes = [
        (USERNAME, username.encode()),
        (PRIORITY, priority.to_bytes(4)),
        (role, tie_breaker.to_bytes(8)),
    ]
    if use_candidate:
        attributes.append((USE_CANDIDATE, b""))
    return build_message(MessageClass.REQUEST, transaction_id, attributes, key=key)


def build_success(transaction_id: bytes, mapped: Address, *, key: bytes) -> bytes:
    """Success response that tells the peer from which address its request came (RFC 8489 section 6.3.1.1)."""
    attributes = [(XOR_MAPPED_ADDRESS, encode_xor_address(mapped, transaction_id))]
    return build_message(MessageClass.SUCCESS, transaction_id, attributes, key=key)


def build_error(transaction_id: bytes, code: int, *, key: bytes | None, unknown: tuple[int, ...] = ()) -> bytes:
    """Error response (RFC 8489 section 6.3.1.1); unsigned (`key` None) when the request was not authenticated."""
    attributes = [(ERROR_CODE, encode_error(code))]
    if unknown:
        attributes.append((UNKNOWN_ATTRIBUTES, encode_unknown_attributes(unknown)))
    return build_message(MessageClass.ERROR, transaction_id, attributes, key=key)
