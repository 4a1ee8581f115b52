"""The part which all RTCP packets share (RFC 3550 section 6.4.1).

::

     0                   1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |V=2|P|  count  |  packet type  |   length in 32-bit words - 1  |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

The five bits of `count` hold a number of blocks, or the format (FMT) of a feedback message (RFC 4585 section 6.1).
"""

from __future__ import annotations

import enum
import struct

from kms_trio.rtc.rtcp.errors import RtcpError


class PacketType(enum.IntEnum):
    """RTCP packet types in use here."""

    SENDER_REPORT = 200  #: RFC 3550 section 6.4.1
    RECEIVER_REPORT = 201  #: RFC 3550 section 6.4.2
    SOURCE_DESCRIPTION = 202  #: RFC 3550 section 6.5
    GOODBYE = 203  #: RFC 3550 section 6.6
    APPLICATION = 204  #: RFC 3550 section 6.7
    TRANSPORT_FEEDBACK = 205  #: RFC 4585 section 6.2
    PAYLOAD_FEEDBACK = 206  #: RFC 4585 section 6.3
    EXTENDED_REPORT = 207  #: RFC 3611


_header = struct.Struct("!BBH")
_two_words = struct.Struct("!II")


def write_packet(packet_type: int, count: int, body: bytes) -> bytes:
    """Header and `body`, which must be whole 32-bit words."""
    return _header.pack(0x80 | count, packet_type, len(body) >> 2) + body


def split_packet(data: bytes, offset: int) -> tuple[int, int, bytes, int]:
    """Read one packet of a compound: `(packet_type, count, body without padding, offset of the next)`.

    Raises RtcpError.
    """
    if len(data) - offset < 4:
        raise RtcpError("RTCP header is cut off")
    flags, packet_type, words = _header.unpack_from(data, offset)
    if flags >> 6 != 2:
        raise RtcpError(f"RTCP version is {flags >> 6}, not 2")
    start = offset + 4
    end = next_offset = start + (words << 2)
    if end > len(data):
        raise RtcpError(f"RTCP packet of {words + 1} words is cut off")
    if flags & 0x20:
        padding = data[end - 1] if end > start else 0
        if not padding or padding > end - start:
            raise RtcpError(f"RTCP padding of {padding} bytes")
        end -= padding
    return packet_type, flags & 0x1F, data[start:end], next_offset


def write_feedback(packet_type: int, fmt: int, sender_ssrc: int, media_ssrc: int, control: bytes = b"") -> bytes:
    """A feedback message (RFC 4585 section 6.1): `control` is the FCI, whole 32-bit words."""
    return write_packet(packet_type, fmt, _two_words.pack(sender_ssrc, media_ssrc) + control)


def split_feedback(body: bytes) -> tuple[int, int, bytes]:
    """`(sender_ssrc, media_ssrc, FCI)` of a feedback message; raises RtcpError."""
    if len(body) < 8:
        raise RtcpError("RTCP feedback message is cut off")
    sender_ssrc, media_ssrc = _two_words.unpack_from(body)
    return sender_ssrc, media_ssrc, body[8:]
