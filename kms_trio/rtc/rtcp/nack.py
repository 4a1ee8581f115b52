"""Generic NACK: these packets were lost (RFC 4585 section 6.2.1)."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import ClassVar

import attrs

from kms_trio.rtc.rtcp.errors import RtcpError
from kms_trio.rtc.rtcp.header import PacketType, split_feedback, write_feedback

_pair = struct.Struct("!HH")

MAX_LOST = 512
"""What is read of one request: nobody keeps more packets for that."""


@attrs.frozen
class Nack:
    """A request for retransmission; `lost` are 16-bit sequence numbers."""

    PACKET_TYPE: ClassVar[int] = PacketType.TRANSPORT_FEEDBACK
    FMT: ClassVar[int] = 1

    sender_ssrc: int
    media_ssrc: int
    lost: tuple[int, ...]

    @classmethod
    def for_packets(cls, sender_ssrc: int, media_ssrc: int, sequence_numbers: Iterable[int]) -> Nack:
        """From unwrapped sequence numbers."""
        return cls(sender_ssrc, media_ssrc, tuple(number & 0xFFFF for number in sequence_numbers))

    def __bytes__(self) -> bytes:
        control = bytearray()
        packet_id: int | None = None
        bitmask = 0
        for number in self.lost:
            if packet_id is not None:
                ahead = (number - packet_id) & 0xFFFF
                if 1 <= ahead <= 16:
                    bitmask |= 1 << (ahead - 1)
                    continue
                control += _pair.pack(packet_id, bitmask)
            packet_id, bitmask = number, 0
        if packet_id is not None:
            control += _pair.pack(packet_id, bitmask)
        return write_feedback(self.PACKET_TYPE, self.FMT, self.sender_ssrc, self.media_ssrc, bytes(control))

    @classmethod
    def parse(cls, body: bytes) -> Nack:
        """Read the body, up to MAX_LOST numbers and the rest of their word; raises RtcpError."""
        sender_ssrc, media_ssrc, control = split_feedback(body)
        if len(control) % 4:
            raise RtcpError("RTCP NACK is cut off")
        lost: list[int] = []
        for packet_id, bitmask in _pair.iter_unpack(control):
            if len(lost) >= MAX_LOST:
                break
            lost.append(packet_id)
            while bitmask:
                lowest = bitmask & -bitmask
                lost.append((packet_id + lowest.bit_length()) & 0xFFFF)
                bitmask ^= lowest
        return cls(sender_ssrc, media_ssrc, tuple(lost))
