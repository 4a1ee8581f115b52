"""Sender report, SR (RFC 3550 section 6.4.1)."""

from __future__ import annotations

import struct
from typing import ClassVar

import attrs

from kms_trio.rtc.rtcp.errors import RtcpError
from kms_trio.rtc.rtcp.header import PacketType, write_packet
from kms_trio.rtc.rtcp.report_block import ReportBlock, parse_blocks

_sender = struct.Struct("!IQIII")


@attrs.frozen
class SenderReport:
    """What a source has sent, when its clocks agree, and what it receives."""

    PACKET_TYPE: ClassVar[int] = PacketType.SENDER_REPORT

    ssrc: int
    ntp_timestamp: int  #: 64 bits, 32.32 fixed point seconds since 1900
    rtp_timestamp: int  #: the same instant in units of the RTP clock
    packet_count: int
    octet_count: int  #: payload bytes, without headers and padding
    reports: tuple[ReportBlock, ...] = ()

    @property
    def ntp_middle(self) -> int:
        """The middle 32 bits of the NTP timestamp, as receivers echo them."""
        return self.ntp_timestamp >> 16 & 0xFFFFFFFF

    def __bytes__(self) -> bytes:
        body = _sender.pack(
            self.ssrc,
            self.ntp_timestamp,
            self.rtp_timestamp & 0xFFFFFFFF,
            self.packet_count & 0xFFFFFFFF,
            self.octet_count & 0xFFFFFFFF,
        )
        return write_packet(self.PACKET_TYPE, len(self.reports), body + b"".join(map(bytes, self.reports)))

    @classmethod
    def parse(cls, count: int, body: bytes) -> SenderReport:
        """Read the body with `count` report blocks; raises RtcpError."""
        if len(body) < _sender.size:
            raise RtcpError("RTCP sender report is cut off")
        ssrc, ntp_timestamp, rtp_timestamp, packet_count, octet_count = _sender.unpack_from(body)
        reports = parse_blocks(body, _sender.size, count)
        return cls(ssrc, ntp_timestamp, rtp_timestamp, packet_count, octet_count, reports)
