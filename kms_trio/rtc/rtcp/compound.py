"""What a datagram of RTCP holds: one packet after another (RFC 3550 section 6.1).

Reduced-size RTCP (RFC 5506), which begins with any packet, is accepted always.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from kms_trio.rtc.rtcp.errors import RtcpError
from kms_trio.rtc.rtcp.full_intra_request import FullIntraRequest
from kms_trio.rtc.rtcp.goodbye import Goodbye
from kms_trio.rtc.rtcp.header import PacketType, split_packet
from kms_trio.rtc.rtcp.nack import Nack
from kms_trio.rtc.rtcp.picture_loss_indication import PictureLossIndication
from kms_trio.rtc.rtcp.receiver_report import ReceiverReport
from kms_trio.rtc.rtcp.remb import IDENTIFIER, ReceiverEstimatedMaximumBitrate
from kms_trio.rtc.rtcp.sender_report import SenderReport
from kms_trio.rtc.rtcp.source_description import SourceDescription
from kms_trio.rtc.rtcp.transport_feedback import TransportFeedback
from kms_trio.rtc.rtcp.unknown import UnknownPacket

RtcpPacket: TypeAlias = (
    SenderReport
    | ReceiverReport
    | SourceDescription
    | Goodbye
    | Nack
    | TransportFeedback
    | PictureLossIndication
    | FullIntraRequest
    | ReceiverEstimatedMaximumBitrate
    | UnknownPacket
)


def parse_compound(data: bytes) -> list[RtcpPacket]:
    """Read all packets of a datagram (already unprotected), at least one.

    Packets of unknown type or format come out as UnknownPacket. Raises RtcpError if any packet is malformed: then
    nothing of the datagram is to be believed.
    """
    packets: list[RtcpPacket] = []
    offset = 0
    while True:
        packet_type, count, body, offset = split_packet(data, offset)
        packets.append(_parse(packet_type, count, body))
        if offset >= len(data):
            return packets


def build_compound(packets: Iterable[RtcpPacket]) -> bytes:
    """The datagram that holds these packets in order (not yet protected)."""
    return b"".join(map(bytes, packets))


def _parse(packet_type: int, count: int, body: bytes) -> RtcpPacket:
    match packet_type:
        case PacketType.SENDER_REPORT:
            return SenderReport.parse(count, body)
        case PacketType.RECEIVER_REPORT:
            return ReceiverReport.parse(count, body)
        case PacketType.SOURCE_DESCRIPTION:
            return SourceDescription.parse(count, body)
        case PacketType.GOODBYE:
            return Goodbye.parse(count, body)
        case PacketType.TRANSPORT_FEEDBACK:
            if count == Nack.FMT:
                return Nack.parse(body)
            if count == TransportFeedback.FMT:
                return TransportFeedback.parse(body)
        case PacketType.PAYLOAD_FEEDBACK:
            if count == PictureLossIndication.FMT:
                return PictureLossIndication.parse(body)
            if count == FullIntraRequest.FMT:
                return FullIntraRequest.parse(body)
            if count == ReceiverEstimatedMaximumBitrate.FMT and body[8:12] == IDENTIFIER:
                return ReceiverEstimatedMaximumBitrate.parse(body)
    return UnknownPacket(packet_type, count, body)


__all__ = ["RtcpError", "RtcpPacket", "build_compound", "parse_compound"]
