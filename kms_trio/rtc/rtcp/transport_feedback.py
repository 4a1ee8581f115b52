"""Transport-wide congestion control feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01 section 3.1).

It shares its packet type with the generic NACK and differs by format. The arrival times are kept as they are: nothing
here estimates bandwidth by them yet.
"""

from __future__ import annotations

import struct
from typing import ClassVar

import attrs

from kms_trio.rtc.rtcp.errors import RtcpError
from kms_trio.rtc.rtcp.header import PacketType, split_feedback, write_feedback

_fixed = struct.Struct("!HHI")


@attrs.frozen
class TransportFeedback:
    """Which packets of a transport arrived, and when."""

    PACKET_TYPE: ClassVar[int] = PacketType.TRANSPORT_FEEDBACK
    FMT: ClassVar[int] = 15

    sender_ssrc: int
    media_ssrc: int
    base_sequence_number: int
    packet_status_count: int
    reference_time: int  #: multiples of 64 ms, 24 bits
    feedback_count: int  #: counter of feedback packets, 8 bits
    chunks: bytes  #: packet status chunks and receive deltas, not interpreted

    def __bytes__(self) -> bytes:
        control = _fixed.pack(
            self.base_sequence_number, self.packet_status_count, self.reference_time << 8 | self.feedback_count
        )
        control += self.chunks + bytes(-len(self.chunks) % 4)
        return write_feedback(self.PACKET_TYPE, self.FMT, self.sender_ssrc, self.media_ssrc, control)

    @classmethod
    def parse(cls, body: bytes) -> TransportFeedback:
        """Read the body; raises RtcpError."""
        sender_ssrc, media_ssrc, control = split_feedback(body)
        if len(control) < _fixed.size:
            raise RtcpError("RTCP transport feedback is cut off")
        base, count, last = _fixed.unpack_from(control)
        return cls(sender_ssrc, media_ssrc, base, count, last >> 8, last & 0xFF, control[_fixed.size :])
