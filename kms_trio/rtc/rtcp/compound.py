"""What a datagram of RTCP holds: one packet after another (RFC 3550 section 6.1).

Reduced-size RTCP (RFC 5506), which begins with any packet, is accepted always.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
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


MAX_PACKETS = 64
"""In one datagram; a report of many sources, with feedback on each, has some ten."""


def parse_compound(data: bytes, unread: frozenset[int] = frozenset()) -> list[RtcpPacket]:
    """Read all packets of a datagram (already unprotected), at least one.

    Packets of unknown type or format come out as UnknownPacket, so do those of the types in `unread`, which the caller
    has no use for. Raises RtcpError if any packet is malformed, or if there are more than MAX_PACKETS: then nothing of
    the datagram is to be believed.
    """
    packets: list[RtcpPacket] = []
    offset, size = 0, len(data)
    while True:
        packet_type, count, body, offset = split_packet(data, offset)
        parse = None if packet_type in unread else _PARSERS.get(packet_type)
        packets.append(UnknownPacket(packet_type, count, body) if parse is None else parse(count, body))
        if offset >= size:
            return packets
        if len(packets) == MAX_PACKETS:
            raise RtcpError(f"RTCP of more than {MAX_PACKETS} packets in a datagram")


def build_compound(packets: Iterable[RtcpPacket]) -> bytes:
    """The datagram that holds these packets in order (not yet protected)."""
    return b"".join(map(bytes, packets))


def _transport_feedback(count: int, body: bytes) -> RtcpPacket:
    if count == Nack.FMT:
        return Nack.parse(body)
    if count == TransportFeedback.FMT:
        return TransportFeedback.parse(body)
    return UnknownPacket(PacketType.TRANSPORT_FEEDBACK, count, body)


def _payload_feedback(count: int, body: bytes) -> RtcpPacket:
    if count == PictureLossIndication.FMT:
        return PictureLossIndication.parse(body)
    if count == FullIntraRequest.FMT:
        return FullIntraRequest.parse(body)
    if count == ReceiverEstimatedMaximumBitrate.FMT and body[8:12] == IDENTIFIER:
        return ReceiverEstimatedMaximumBitrate.parse(body)
    return UnknownPacket(PacketType.PAYLOAD_FEEDBACK, count, body)


# By plain numbers: a look at a dictionary, where comparing with one enumeration member after the other took longer
# than reading the packet.
_PARSERS: Mapping[int, Callable[[int, bytes], RtcpPacket]] = MappingProxyType(
    {
        int(PacketType.SENDER_REPORT): SenderReport.parse,
        int(PacketType.RECEIVER_REPORT): ReceiverReport.parse,
        int(PacketType.SOURCE_DESCRIPTION): SourceDescription.parse,
        int(PacketType.GOODBYE): Goodbye.parse,
        int(PacketType.TRANSPORT_FEEDBACK): _transport_feedback,
        int(PacketType.PAYLOAD_FEEDBACK): _payload_feedback,
    }
)


__all__ = ["RtcpError", "RtcpPacket", "build_compound", "parse_compound"]
