"""The RTP header that goes to a viewer: fixed part (RFC 3550 section 5.1), one-byte extensions (RFC 8285 section 4.2).

Legs whose headers have the same layout are written together: what differs between them is in a template a leg, what
changes from packet to packet lies at the same offsets in all of them.
"""

from __future__ import annotations

import struct

import attrs

__all__ = ["ABS_SEND_TIME_URI", "AUDIO_LEVEL_URI", "FIXED_HEADER_BYTES", "MID_URI", "HeaderLayout"]

ABS_SEND_TIME_URI = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
AUDIO_LEVEL_URI = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
MID_URI = "urn:ietf:params:rtp-hdrext:sdes:mid"

FIXED_HEADER_BYTES = 12
_EXTENSION_START = FIXED_HEADER_BYTES + 4


@attrs.frozen
class HeaderLayout:
    """Which extensions a header has; equal layouts have every field at the same offset.

    `mid_bytes` is the length of the media identification tag (0: none).
    """

    abs_send_time: bool = False
    audio_level: bool = False
    mid_bytes: int = 0

    extension_bytes: int = attrs.field(init=False, eq=False)
    """Elements and padding, without the four bytes in front of them."""
    header_bytes: int = attrs.field(init=False, eq=False)
    abs_send_time_offset: int = attrs.field(init=False, eq=False, default=_EXTENSION_START + 1)
    """Where the three bytes of the send time lie (only if `abs_send_time`)."""
    audio_level_offset: int = attrs.field(init=False, eq=False)
    """Where the two bytes (element header and level) of the audio level lie (only if `audio_level`)."""

    @extension_bytes.default
    def _extension_bytes(self) -> int:
        used = 4 * self.abs_send_time + 2 * self.audio_level + (self.mid_bytes + 1 if self.mid_bytes else 0)
        return -(-used // 4) * 4

    @header_bytes.default
    def _header_bytes(self) -> int:
        return FIXED_HEADER_BYTES + (4 + self.extension_bytes if self.extension_bytes else 0)

    @audio_level_offset.default
    def _audio_level_offset(self) -> int:
        return _EXTENSION_START + 4 * self.abs_send_time

    def template(
        self,
        payload_type: int,
        ssrc: int,
        *,
        abs_send_time_id: int = 0,
        audio_level_id: int = 0,
        mid_id: int = 0,
        mid: bytes = b"",
    ) -> bytes:
        """The header with sequence number, timestamp, marker and send time left zero."""
        extension = self.extension_bytes
        first = 0x90 if extension else 0x80
        fixed = struct.pack("!BBHII", first, payload_type, 0, 0, ssrc)
        if not extension:
            return fixed
        elements = bytearray()
        if self.abs_send_time:
            elements += bytes((abs_send_time_id << 4 | 2, 0, 0, 0))
        if self.audio_level:
            elements += bytes((audio_level_id << 4, 0))
        if self.mid_bytes:
            elements += bytes((mid_id << 4 | (self.mid_bytes - 1),)) + mid
        elements += bytes(extension - len(elements))
        return fixed + struct.pack("!HH", 0xBEDE, extension // 4) + bytes(elements)
