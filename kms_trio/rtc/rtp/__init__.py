"""RTP (RFC 3550) without I/O: header, sequence numbers, reception statistics, loss repair."""

from __future__ import annotations

from kms_trio.rtc.rtp.header import RtpError, parse_header, read_extension, read_extensions, write_header
from kms_trio.rtc.rtp.history import PacketHistory
from kms_trio.rtc.rtp.nack import NackGenerator
from kms_trio.rtc.rtp.reception import ReceptionStatistics
from kms_trio.rtc.rtp.sequence import SequenceUnwrapper, TimestampUnwrapper

__all__ = [
    "NackGenerator",
    "PacketHistory",
    "ReceptionStatistics",
    "RtpError",
    "SequenceUnwrapper",
    "TimestampUnwrapper",
    "parse_header",
    "read_extension",
    "read_extensions",
    "write_header",
]
