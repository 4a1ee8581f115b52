"""Receiver estimated maximum bitrate, REMB (draft-alvestrand-rmcat-remb-03 section 2.2).

An application layer feedback message (RFC 4585 section 6.4) with the identifier `REMB`::

    |  Unique identifier 'R' 'E' 'M' 'B'                            |
    |  Num SSRC     | BR Exp    |  BR Mantissa (18 bits)            |
    |   SSRC feedback (Num SSRC times)                              |
"""

from __future__ import annotations

import struct
from typing import ClassVar

import attrs

from kms_trio.rtc.rtcp.errors import RtcpError
from kms_trio.rtc.rtcp.header import PacketType, split_feedback, write_feedback

IDENTIFIER = b"REMB"


@attrs.frozen
class ReceiverEstimatedMaximumBitrate:
    """The receiver estimates that the path carries `bitrate_bps` for all of `sources` together."""

    PACKET_TYPE: ClassVar[int] = PacketType.PAYLOAD_FEEDBACK
    FMT: ClassVar[int] = 15

    sender_ssrc: int
    bitrate_bps: int  #: on the wire with 18 significant bits, rounded down
    sources: tuple[int, ...]

    def __bytes__(self) -> bytes:
        exponent = max(0, self.bitrate_bps.bit_length() - 18)
        value = len(self.sources) << 24 | exponent << 18 | self.bitrate_bps >> exponent
        control = IDENTIFIER + struct.pack(f"!I{len(self.sources)}I", value, *self.sources)
        return write_feedback(self.PACKET_TYPE, self.FMT, self.sender_ssrc, 0, control)

    @classmethod
    def parse(cls, body: bytes) -> ReceiverEstimatedMaximumBitrate:
        """Read the body; raises RtcpError."""
        sender_ssrc, _, control = split_feedback(body)
        if len(control) < 8 or control[:4] != IDENTIFIER:
            raise RtcpError("RTCP REMB is cut off")
        value = int.from_bytes(control[4:8], "big")
        count = value >> 24
        if len(control) < 8 + 4 * count:
            raise RtcpError(f"RTCP REMB of {count} sources is cut off")
        bitrate_bps = (value & 0x3FFFF) << (value >> 18 & 0x3F)
        return cls(sender_ssrc, bitrate_bps, struct.unpack_from(f"!{count}I", control, 8))
