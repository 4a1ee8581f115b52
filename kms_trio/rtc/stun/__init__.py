"""STUN (RFC 8489) as far as ICE (RFC 8445) needs it: bytes to messages and back, no I/O, no clock.

`peek` finds out for whom a datagram is, `parse_message` reads it, the `build_*` functions write the answers.
"""

from __future__ import annotations

from kms_trio.rtc.stun.attributes import Address
from kms_trio.rtc.stun.build import build_check, build_error, build_message, build_success
from kms_trio.rtc.stun.constants import (
    BAD_REQUEST,
    BINDING,
    PATIENT_MARK,
    ROLE_CONFLICT,
    UNAUTHENTICATED,
    UNKNOWN_ATTRIBUTE,
    MessageClass,
)
from kms_trio.rtc.stun.errors import StunError
from kms_trio.rtc.stun.message import Message, parse_message
from kms_trio.rtc.stun.peek import is_stun, local_ufrag_of, message_class_of, transaction_id_of, username_of
from kms_trio.rtc.stun.transaction_id import new_transaction_id

__all__ = [
    "BAD_REQUEST",
    "BINDING",
    "PATIENT_MARK",
    "ROLE_CONFLICT",
    "UNAUTHENTICATED",
    "UNKNOWN_ATTRIBUTE",
    "Address",
    "Message",
    "MessageClass",
    "StunError",
    "build_check",
    "build_error",
    "build_message",
    "build_success",
    "is_stun",
    "local_ufrag_of",
    "message_class_of",
    "new_transaction_id",
    "parse_message",
    "transaction_id_of",
    "username_of",
]
