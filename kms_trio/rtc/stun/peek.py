"""Cheap looks into a datagram before anything is parsed: is it STUN, of which class, for whom?

One socket serves all endpoints of a worker, so strangers' datagrams come here too: each function costs about a
microsecond, keeps nothing, and never raises.
"""

from __future__ import annotations

import struct
from typing import Final

from kms_trio.rtc.stun.constants import (
    CLASS_MASK,
    HEADER_SIZE_BYTES,
    MAGIC_COOKIE_BYTES,
    USERNAME,
    MessageClass,
)

_ATTRIBUTE_HEAD = struct.Struct("!HH")
_BINDING_REQUEST: Final = b"\x00\x01"
_MAX_ATTRIBUTES: Final = 16
"""How many attributes are looked at; USERNAME is the first one in what browsers send."""
_CLASSES = {int(each): each for each in MessageClass}


def is_stun(datagram: bytes) -> bool:
    """Whether the header is STUN's: two zero bits, the magic cookie, at least 20 bytes (RFC 8489 section 5)."""
    return len(datagram) >= HEADER_SIZE_BYTES and datagram[0] < 0x40 and datagram[4:8] == MAGIC_COOKIE_BYTES


def message_class_of(datagram: bytes) -> MessageClass | None:
    """Class of the message; None if it is no STUN."""
    if not is_stun(datagram):
        return None
    return _CLASSES[int.from_bytes(datagram[:2]) & CLASS_MASK]


def transaction_id_of(datagram: bytes) -> bytes | None:
    """The 12 bytes that tie a response to its request; None if it is no STUN."""
    return datagram[8:20] if is_stun(datagram) else None


def username_of(datagram: bytes) -> str | None:
    """USERNAME of a Binding request, `receiver ufrag:sender ufrag` in ICE.

    None if it is another message, has no USERNAME among its first attributes, or is malformed.  Nothing is verified.
    """
    if datagram[:2] != _BINDING_REQUEST or not is_stun(datagram):
        return None
    position = HEADER_SIZE_BYTES
    for _ in range(_MAX_ATTRIBUTES):
        if position + 4 > len(datagram):
            return None
        kind, size = _ATTRIBUTE_HEAD.unpack_from(datagram, position)
        position += 4
        if kind == USERNAME:
            value = datagram[position : position + size]
            return value.decode("ascii") if len(value) == size and value.isascii() else None
        position += size + 3 & ~3
    return None


def local_ufrag_of(datagram: bytes) -> str | None:
    """The receiver's half of USERNAME: the key to find the agent which a Binding request is for."""
    username = username_of(datagram)
    return None if username is None else username.partition(":")[0]
