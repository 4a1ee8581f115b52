"""RTP payload formats: encoded frames to RTP payloads and back, and where a key frame starts; one module a codec."""

from __future__ import annotations

from kms_trio.rtc.payload.format import (
    AssembledFrame,
    Depacketizer,
    Packetizer,
    PayloadError,
    PayloadFormat,
    PayloadPacket,
)
from kms_trio.rtc.payload.registry import payload_format

__all__ = [
    "AssembledFrame",
    "Depacketizer",
    "Packetizer",
    "PayloadError",
    "PayloadFormat",
    "PayloadPacket",
    "payload_format",
]
