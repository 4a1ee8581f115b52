"""Picture loss indication, PLI (RFC 4585 section 6.3.1)."""

from __future__ import annotations

from typing import ClassVar

import attrs

from kms_trio.rtc.rtcp.header import PacketType, split_feedback, write_feedback


@attrs.frozen
class PictureLossIndication:
    """The receiver cannot go on decoding: a key frame is wanted."""

    PACKET_TYPE: ClassVar[int] = PacketType.PAYLOAD_FEEDBACK
    FMT: ClassVar[int] = 1

    sender_ssrc: int
    media_ssrc: int

    def __bytes__(self) -> bytes:
        return write_feedback(self.PACKET_TYPE, self.FMT, self.sender_ssrc, self.media_ssrc)

    @classmethod
    def parse(cls, body: bytes) -> PictureLossIndication:
        """Read the body; raises RtcpError."""
        sender_ssrc, media_ssrc, _ = split_feedback(body)
        return cls(sender_ssrc, media_ssrc)
