"""What a scripted peer receives: packets in order of arrival, and the frames that were rebuilt from them."""

from __future__ import annotations

import attrs

from kms_trio.media.frames import EncodedFrame, RtpPacket
from kms_trio.rtc.payload import Depacketizer, payload_format
from kms_trio.rtc.rtp.header import parse_header
from kms_trio.rtc.rtp.reception import ReceptionStatistics
from kms_trio.rtc.rtp.sequence import SequenceUnwrapper
from kms_trio.rtc.sdp import Negotiated, NegotiatedCodec

__all__ = ["PeerTracks", "ReceivedTrack"]


@attrs.define(eq=False)
class ReceivedTrack:
    """What came of one SSRC."""

    ssrc: int
    encoding_name: str
    statistics: ReceptionStatistics
    packets: list[RtpPacket] = attrs.field(factory=list)
    """In order of arrival, timestamps as on the wire."""
    frames: list[EncodedFrame] = attrs.field(factory=list)


class PeerTracks:
    """The tracks of one peer: of each kind the SSRC and the codec that came last."""

    def __init__(self) -> None:
        self.by_kind: dict[str, ReceivedTrack] = {}
        """By "audio" and "video"."""
        self.retransmitted: list[RtpPacket] = []
        """What came on retransmission streams (RFC 4588), with the numbers of those streams."""
        self._unwrappers: dict[int, SequenceUnwrapper] = {}
        self._depacketizers: dict[int, Depacketizer] = {}

    def receive(self, plain: bytes, negotiated: Negotiated, now: float) -> None:
        """Take a decrypted RTP packet; one of a payload type that was not agreed on is dropped."""
        marker, payload_type, number, timestamp, ssrc, start, end = parse_header(plain, len(plain))
        payload = plain[start:end]
        kind, codec = _codec_of(negotiated, payload_type)
        if codec is None:
            return
        if codec.payload_type != payload_type:
            self.retransmitted.append(RtpPacket(number, timestamp, marker, payload))
            return
        track = self.by_kind.get(kind)
        if track is None or track.ssrc != ssrc or track.encoding_name != codec.encoding_name:
            track = ReceivedTrack(ssrc, codec.encoding_name, ReceptionStatistics(ssrc, codec.clock_rate_hz))
            self.by_kind[kind] = track
            self._unwrappers[ssrc] = SequenceUnwrapper()
            self._depacketizers[ssrc] = payload_format(codec.encoding_name).depacketizer()
        unwrapped = self._unwrappers[ssrc].unwrap(number)
        track.statistics.received(unwrapped, timestamp, len(payload), now)
        packet = RtpPacket(unwrapped, timestamp, marker, payload)
        track.packets.append(packet)
        for frame in self._depacketizers[ssrc].push(packet):
            track.frames.append(EncodedFrame(frame.data, frame.timestamp, frame.key_frame))


def _codec_of(negotiated: Negotiated, payload_type: int) -> tuple[str, NegotiatedCodec | None]:
    """Kind and codec of a payload type, of the codec's own or of its retransmissions."""
    for media in negotiated.accepted:
        for codec in media.codecs:
            if payload_type in (codec.payload_type, codec.rtx_payload_type):
                return media.kind, codec
    return "", None
