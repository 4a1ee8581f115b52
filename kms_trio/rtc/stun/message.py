"""Reading STUN messages (RFC 8489 sections 5, 6.3 and 14).

`parse_message` accepts any bytes and raises `StunError` for what is malformed.  It checks FINGERPRINT when there is
one; MESSAGE-INTEGRITY is checked by `Message.verify`, once it is known whose password applies.
"""

from __future__ import annotations

import hmac
import struct
import zlib

import attrs

from kms_trio.rtc.stun.attributes import (
    Address,
    decode_error,
    decode_text,
    decode_unknown_attributes,
    decode_xor_address,
)
from kms_trio.rtc.stun.constants import (
    CLASS_MASK,
    COMPREHENSION_OPTIONAL,
    ERROR_CODE,
    FINGERPRINT,
    FINGERPRINT_XOR,
    HEADER_SIZE_BYTES,
    ICE_CONTROLLED,
    ICE_CONTROLLING,
    INTEGRITY_SIZE_BYTES,
    MAGIC_COOKIE,
    MESSAGE_INTEGRITY,
    METHOD_MASK,
    PRIORITY,
    SOFTWARE,
    UNDERSTOOD_RAW,
    UNKNOWN_ATTRIBUTES,
    USE_CANDIDATE,
    USERNAME,
    XOR_MAPPED_ADDRESS,
    MessageClass,
)
from kms_trio.rtc.stun.errors import StunError

_HEADER = struct.Struct("!HHI12s")
_ATTRIBUTE_HEAD = struct.Struct("!HH")
_MAX_USERNAME_BYTES = 513
_MAX_ATTRIBUTES = 64
"""Real messages have up to a dozen; a datagram full of empty attributes must not cost more than it is worth."""

_CLASSES = {int(each): each for each in MessageClass}


@attrs.define(eq=False, repr=False)
class Message:
    """A received STUN message.  Attributes that it does not have are None, False or empty.

    When an attribute comes twice the first one counts; what follows MESSAGE-INTEGRITY, FINGERPRINT apart, is not
    protected and so is not read (RFC 8489 section 14.5).
    """

    method: int
    message_class: MessageClass
    transaction_id: bytes
    username: str | None = None
    priority: int | None = None
    use_candidate: bool = False
    ice_controlled: int | None = None
    """Tie-breaker of a peer in the controlled role."""
    ice_controlling: int | None = None
    """Tie-breaker of a peer in the controlling role."""
    xor_mapped_address: Address | None = None
    error: tuple[int, str] | None = None
    """Code and reason phrase."""
    unknown_attributes: tuple[int, ...] = ()
    """What the peer did not understand of our request, after error 420."""
    software: str | None = None
    has_fingerprint: bool = False
    not_understood: tuple[int, ...] = ()
    """Comprehension-required attributes that this parser does not know."""
    others: dict[int, bytes] | None = None
    """Bytes of the attributes that have no field here (REALM, NONCE, TURN's), by type."""
    _integrity: bytes | None = None
    _signed: bytes = b""

    @property
    def has_integrity(self) -> bool:
        """Whether there is a MESSAGE-INTEGRITY attribute at all."""
        return self._integrity is not None

    def verify(self, key: bytes) -> bool:
        """Check MESSAGE-INTEGRITY (RFC 8489 section 14.5) in constant time; False if there is none."""
        if self._integrity is None:
            return False
        return hmac.compare_digest(self._integrity, hmac.digest(key, self._signed, "sha1"))

    def __repr__(self) -> str:
        return f"<Message {self.message_class.name} method={self.method:#x} id={self.transaction_id.hex()}>"


def parse_message(datagram: bytes) -> Message:
    """Parse exactly one STUN message.

    Raises:
        StunError: the bytes are not one well-formed message, or its FINGERPRINT is wrong.
    """
    size = len(datagram)
    if size < HEADER_SIZE_BYTES:
        raise StunError(f"expected at least {HEADER_SIZE_BYTES} bytes, got {size}")
    message_type, length, cookie, transaction_id = _HEADER.unpack_from(datagram)
    if message_type & 0xC000 or cookie != MAGIC_COOKIE:
        raise StunError("not a STUN message: wrong first bits or magic cookie")
    if length & 3 or HEADER_SIZE_BYTES + length != size:
        raise StunError(f"header announces {length} bytes of attributes, {size - HEADER_SIZE_BYTES} came")
    message = Message(message_type & METHOD_MASK, _CLASSES[message_type & CLASS_MASK], transaction_id)
    position = HEADER_SIZE_BYTES
    seen: set[int] = set()
    while position < size:
        kind, value_size = _ATTRIBUTE_HEAD.unpack_from(datagram, position)
        start = position + 4
        following = start + (value_size + 3 & ~3)
        if following > size:
            raise StunError(f"attribute {kind:#06x} of {value_size} bytes goes past the end of the message")
        if kind == FINGERPRINT:
            _check_fingerprint(datagram, position, value_size, following)
            message.has_fingerprint = True
        elif message._integrity is None and kind not in seen:
            if len(seen) >= _MAX_ATTRIBUTES:
                raise StunError(f"more than {_MAX_ATTRIBUTES} attributes")
            seen.add(kind)
            if kind == MESSAGE_INTEGRITY:
                _take_integrity(message, datagram, position, value_size)
            else:
                _take(message, kind, datagram[start : start + value_size])
        position = following
    return message


def _check_fingerprint(datagram: bytes, position: int, value_size: int, following: int) -> None:
    """FINGERPRINT, section 14.7: four bytes, at the very end, CRC-32 of all before it."""
    if value_size != 4 or following != len(datagram):
        raise StunError("FINGERPRINT: expected 4 bytes at the end of the message")
    if int.from_bytes(datagram[position + 4 :]) != zlib.crc32(datagram[:position]) ^ FINGERPRINT_XOR:
        raise StunError("FINGERPRINT does not match")


def _take_integrity(message: Message, datagram: bytes, position: int, value_size: int) -> None:
    """Remember what `Message.verify` needs.  The signed header ends its length with this attribute (section 14.5)."""
    if value_size != INTEGRITY_SIZE_BYTES:
        raise StunError(f"MESSAGE-INTEGRITY: expected {INTEGRITY_SIZE_BYTES} bytes, got {value_size}")
    start = position + 4
    message._integrity = datagram[start : start + value_size]
    signed_length = start + INTEGRITY_SIZE_BYTES - HEADER_SIZE_BYTES
    message._signed = datagram[:2] + signed_length.to_bytes(2) + datagram[4:position]


def _take(message: Message, kind: int, value: bytes) -> None:
    """Store the value of one attribute in its field."""
    if kind == USERNAME:
        if len(value) > _MAX_USERNAME_BYTES:
            raise StunError(f"USERNAME: at most {_MAX_USERNAME_BYTES} bytes, got {len(value)}")
        try:
            message.username = value.decode()
        except UnicodeDecodeError as error:
            raise StunError(f"USERNAME is not UTF-8: {error.reason}") from error
    elif kind == PRIORITY:
        message.priority = _unsigned(value, 4, "PRIORITY")
    elif kind == USE_CANDIDATE:
        _unsigned(value, 0, "USE-CANDIDATE")
        message.use_candidate = True
    elif kind == ICE_CONTROLLING:
        message.ice_controlling = _unsigned(value, 8, "ICE-CONTROLLING")
    elif kind == ICE_CONTROLLED:
        message.ice_controlled = _unsigned(value, 8, "ICE-CONTROLLED")
    elif kind == XOR_MAPPED_ADDRESS:
        message.xor_mapped_address = decode_xor_address(value, message.transaction_id)
    elif kind == ERROR_CODE:
        message.error = decode_error(value)
    elif kind == UNKNOWN_ATTRIBUTES:
        message.unknown_attributes = decode_unknown_attributes(value)
    elif kind == SOFTWARE:
        message.software = decode_text(value)
    else:
        if kind < COMPREHENSION_OPTIONAL and kind not in UNDERSTOOD_RAW:
            message.not_understood += (kind,)
        if message.others is None:
            message.others = {}
        message.others[kind] = value


def _unsigned(value: bytes, size: int, name: str) -> int:
    """Big-endian number of exactly `size` bytes."""
    if len(value) != size:
        raise StunError(f"{name}: expected {size} bytes, got {len(value)}")
    return int.from_bytes(value)
