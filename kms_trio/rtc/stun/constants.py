"""Numbers of STUN (RFC 8489) and of its use by ICE (RFC 8445 section 16.1)."""

from __future__ import annotations

import enum
from typing import Final

MAGIC_COOKIE: Final = 0x2112A442
MAGIC_COOKIE_BYTES: Final = b"\x21\x12\xa4\x42"
HEADER_SIZE_BYTES: Final = 20
TRANSACTION_ID_SIZE_BYTES: Final = 12
PATIENT_MARK: Final = 0x01
"""In the last byte of our transaction ids: set where the answer may wait a while, so that a kernel can tell."""
INTEGRITY_SIZE_BYTES: Final = 20
FINGERPRINT_XOR: Final = 0x5354554E
"""RFC 8489 section 14.7: keeps the CRC apart from other protocols' CRCs."""


class MessageClass(enum.IntEnum):
    """The two class bits of the message type, in place (RFC 8489 section 5)."""

    REQUEST = 0x0000
    INDICATION = 0x0010
    SUCCESS = 0x0100
    ERROR = 0x0110


CLASS_MASK: Final = 0x0110
METHOD_MASK: Final = 0x3EEF

# Plain integers, not an enum: the parser compares one of these for each attribute.
BINDING: Final = 0x0001

MAPPED_ADDRESS: Final = 0x0001
USERNAME: Final = 0x0006
MESSAGE_INTEGRITY: Final = 0x0008
ERROR_CODE: Final = 0x0009
UNKNOWN_ATTRIBUTES: Final = 0x000A
REALM: Final = 0x0014
NONCE: Final = 0x0015
XOR_MAPPED_ADDRESS: Final = 0x0020
PRIORITY: Final = 0x0024
USE_CANDIDATE: Final = 0x0025
SOFTWARE: Final = 0x8022
FINGERPRINT: Final = 0x8028
ICE_CONTROLLED: Final = 0x8029
ICE_CONTROLLING: Final = 0x802A

COMPREHENSION_OPTIONAL: Final = 0x8000
"""Attribute types from here on may be ignored by who does not know them (RFC 8489 section 14)."""

UNDERSTOOD_RAW: Final = frozenset({MAPPED_ADDRESS, REALM, NONCE})
"""Attributes that count as understood although the parser only keeps their bytes."""

BAD_REQUEST: Final = 400
UNAUTHENTICATED: Final = 401
UNKNOWN_ATTRIBUTE: Final = 420
ROLE_CONFLICT: Final = 487

REASONS: Final = {
    BAD_REQUEST: "Bad Request",
    UNAUTHENTICATED: "Unauthenticated",
    UNKNOWN_ATTRIBUTE: "Unknown Attribute",
    ROLE_CONFLICT: "Role Conflict",
}
