"""RTCP (RFC 3550 section 6, RFC 4585, RFC 5104): one module a packet type, `compound` for what a datagram holds."""

from __future__ import annotations

from kms_trio.rtc.rtcp.compound import RtcpPacket, build_compound, parse_compound
from kms_trio.rtc.rtcp.errors import RtcpError
from kms_trio.rtc.rtcp.full_intra_request import FullIntraRequest
from kms_trio.rtc.rtcp.goodbye import Goodbye
from kms_trio.rtc.rtcp.nack import Nack
from kms_trio.rtc.rtcp.picture_loss_indication import PictureLossIndication
from kms_trio.rtc.rtcp.receiver_report import ReceiverReport
from kms_trio.rtc.rtcp.remb import ReceiverEstimatedMaximumBitrate
from kms_trio.rtc.rtcp.report_block import ReportBlock
from kms_trio.rtc.rtcp.sender_report import SenderReport
from kms_trio.rtc.rtcp.source_description import SourceDescription, SourceItem
from kms_trio.rtc.rtcp.transport_feedback import TransportFeedback
from kms_trio.rtc.rtcp.unknown import UnknownPacket

__all__ = [
    "FullIntraRequest",
    "Goodbye",
    "Nack",
    "PictureLossIndication",
    "ReceiverEstimatedMaximumBitrate",
    "ReceiverReport",
    "ReportBlock",
    "RtcpError",
    "RtcpPacket",
    "SenderReport",
    "SourceDescription",
    "SourceItem",
    "TransportFeedback",
    "UnknownPacket",
    "build_compound",
    "parse_compound",
]
