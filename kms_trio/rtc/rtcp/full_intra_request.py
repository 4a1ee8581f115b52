"""Full intra request, FIR (RFC 5104 section 4.3.1)."""

from __future__ import annotations

import struct
from typing import ClassVar

import attrs

from kms_trio.rtc.rtcp.errors import RtcpError
from kms_trio.rtc.rtcp.header import PacketType, split_feedback, write_feedback

_entry = struct.Struct("!IB3x")


@attrs.frozen
class FullIntraRequest:
    """A key frame is wanted from each of these sources; one with the number of the last request is a repetition."""

    PACKET_TYPE: ClassVar[int] = PacketType.PAYLOAD_FEEDBACK
    FMT: ClassVar[int] = 4

    sender_ssrc: int
    requests: tuple[tuple[int, int], ...]  #: (ssrc of the media source, command sequence number 0-255)

    def __bytes__(self) -> bytes:
        control = b"".join(_entry.pack(ssrc, number & 0xFF) for ssrc, number in self.requests)
        return write_feedback(self.PACKET_TYPE, self.FMT, self.sender_ssrc, 0, control)

    @classmethod
    def parse(cls, body: bytes) -> FullIntraRequest:
        """Read the body; raises RtcpError."""
        sender_ssrc, _, control = split_feedback(body)
        if len(control) % _entry.size:
            raise RtcpError("RTCP FIR is cut off")
        return cls(sender_ssrc, tuple(_entry.iter_unpack(control)))
