"""Receiver report, RR (RFC 3550 section 6.4.2)."""

from __future__ import annotations

from typing import ClassVar

import attrs

from kms_trio.rtc.rtcp.errors import RtcpError
from kms_trio.rtc.rtcp.header import PacketType, write_packet
from kms_trio.rtc.rtcp.report_block import ReportBlock, parse_blocks


@attrs.frozen
class ReceiverReport:
    """What one who does not send receives; without blocks: nothing."""

    PACKET_TYPE: ClassVar[int] = PacketType.RECEIVER_REPORT

    ssrc: int
    reports: tuple[ReportBlock, ...] = ()

    def __bytes__(self) -> bytes:
        body = self.ssrc.to_bytes(4, "big") + b"".join(map(bytes, self.reports))
        return write_packet(self.PACKET_TYPE, len(self.reports), body)

    @classmethod
    def parse(cls, count: int, body: bytes) -> ReceiverReport:
        """Read the body with `count` report blocks; raises RtcpError."""
        if len(body) < 4:
            raise RtcpError("RTCP receiver report is cut off")
        return cls(int.from_bytes(body[:4], "big"), parse_blocks(body, 4, count))
