"""The Data Channel Establishment Protocol (RFC 8832) and the payload protocol ids of data channels (RFC 8831 s. 8)."""

from __future__ import annotations

import enum
import struct

import attrs

from kms_trio.rtc.sctp.errors import SctpError

__all__ = ["ACK", "Open", "PayloadProtocol", "parse_dcep"]

_open = struct.Struct("!BBHIHH")

_MESSAGE_ACK = 2
_MESSAGE_OPEN = 3

_PARTIAL_RETRANSMITS = 0x01
_PARTIAL_LIFETIME = 0x02
_UNORDERED = 0x80

ACK = bytes((_MESSAGE_ACK,))
"""DATA_CHANNEL_ACK (RFC 8832 section 5.2)."""


class PayloadProtocol(enum.IntEnum):
    """SCTP sends no empty messages: those of data channels are one byte that does not count."""

    DCEP = 50
    STRING = 51
    BINARY = 53
    STRING_EMPTY = 56
    BINARY_EMPTY = 57


@attrs.frozen
class Open:
    """DATA_CHANNEL_OPEN (RFC 8832 section 5.1); of the two limits at most one is not None."""

    label: str = ""
    protocol: str = ""
    ordered: bool = True
    max_packet_life_time_ms: int | None = None
    max_retransmits: int | None = None
    priority: int = 256

    def __bytes__(self) -> bytes:
        kind, reliability = 0 if self.ordered else _UNORDERED, 0
        if self.max_retransmits is not None:
            kind, reliability = kind | _PARTIAL_RETRANSMITS, self.max_retransmits
        elif self.max_packet_life_time_ms is not None:
            kind, reliability = kind | _PARTIAL_LIFETIME, self.max_packet_life_time_ms
        label, protocol = self.label.encode(), self.protocol.encode()
        if len(label) > 0xFFFF or len(protocol) > 0xFFFF:
            raise SctpError("label and protocol of a data channel have at most 65535 bytes each")
        return _open.pack(_MESSAGE_OPEN, kind, self.priority, reliability, len(label), len(protocol)) + label + protocol


def parse_dcep(data: bytes) -> Open | None:
    """Read a message: an Open, or None for an acknowledgement. Raises SctpError."""
    if data[:1] == ACK:
        return None
    if len(data) < _open.size:
        raise SctpError("DATA_CHANNEL_OPEN is cut off")
    message, kind, priority, reliability, label_bytes, protocol_bytes = _open.unpack_from(data)
    if message != _MESSAGE_OPEN:
        raise SctpError(f"DCEP message of unknown type {message}")
    limit = kind & ~_UNORDERED
    if limit > _PARTIAL_LIFETIME:
        raise SctpError(f"data channel of unknown type {kind}")
    middle, end = _open.size + label_bytes, _open.size + label_bytes + protocol_bytes
    if end > len(data):
        raise SctpError("DATA_CHANNEL_OPEN is shorter than its label and protocol")
    try:
        label, protocol = data[_open.size : middle].decode(), data[middle:end].decode()
    except UnicodeDecodeError as error:
        raise SctpError("label or protocol of a data channel is not UTF-8") from error
    return Open(
        label,
        protocol,
        ordered=not kind & _UNORDERED,
        max_packet_life_time_ms=reliability if limit == _PARTIAL_LIFETIME else None,
        max_retransmits=reliability if limit == _PARTIAL_RETRANSMITS else None,
        priority=priority,
    )
