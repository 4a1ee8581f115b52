"""Payload formats by encoding name (RFC 4855)."""

from __future__ import annotations

from kms_trio.rtc.payload import av1, h264, h265, plain, vp8, vp9
from kms_trio.rtc.payload.format import PayloadFormat


def payload_format(encoding_name: str) -> PayloadFormat:
    """The payload format for an encoding name of SDP, in any letter case.

    An encoding without a module here gets the format in which each packet is a frame of its own, as with Opus, G.711
    and most other audio.
    """
    name = encoding_name.upper()
    match name:
        case "VP8":
            return PayloadFormat(name, vp8.starts_key_frame, vp8.Vp8Depacketizer, vp8.Vp8Packetizer)
        case "VP9":
            return PayloadFormat(name, vp9.starts_key_frame, vp9.Vp9Depacketizer, vp9.Vp9Packetizer)
        case "H264":
            return PayloadFormat(name, h264.starts_key_frame, h264.H264Depacketizer, h264.H264Packetizer)
        case "H265":
            return PayloadFormat(name, h265.starts_key_frame, h265.H265Depacketizer, h265.H265Packetizer)
        case "AV1":
            return PayloadFormat(name, av1.starts_key_frame, av1.Av1Depacketizer, av1.Av1Packetizer)
    return PayloadFormat(name, plain.starts_key_frame, plain.PlainDepacketizer, plain.PlainPacketizer)
