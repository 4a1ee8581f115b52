"""Formats in which every packet is a frame that decodes on its own: Opus (RFC 7587), G.711, G.722 (RFC 3551)."""

from __future__ import annotations

from collections.abc import Sequence

from kms_trio.rtc.payload.format import AssembledFrame, PayloadPacket


def starts_key_frame(payload: bytes) -> bool:
    """Always: decoding can begin at any packet."""
    return True


class PlainDepacketizer:
    """Packets are frames; a loss loses nothing but itself."""

    __slots__ = ("frames_dropped", "needs_key_frame")

    def __init__(self) -> None:
        self.needs_key_frame = False
        self.frames_dropped = 0

    def push(self, packet: PayloadPacket) -> Sequence[AssembledFrame]:
        """See `Depacketizer.push`."""
        payload = packet.payload
        return (AssembledFrame(payload, packet.timestamp, True),) if payload else ()


class PlainPacketizer:
    """Frames are packets, whatever their size: there is no way to cut them."""

    __slots__ = ()

    def __init__(self, max_payload_bytes: int) -> None:
        pass

    def packetize(self, data: bytes) -> list[bytes]:
        """See `Packetizer.packetize`."""
        return [data] if data else []
