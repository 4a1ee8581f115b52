"""The units that travel over links: RTP packets, encoded frames and messages of data channels.

Plain slotted classes: one is made for each packet of a source (not for each viewer), so making one must be cheap.
"""

from __future__ import annotations

__all__ = ["NO_AUDIO_LEVEL", "DataMessage", "EncodedFrame", "RtpPacket"]

NO_AUDIO_LEVEL = -1


class RtpPacket:
    """One RTP packet of a source, decrypted, header taken apart.

    `sequence_number` and `timestamp` are unwrapped: they keep counting past 16 and 32 bits, so that they can be
    compared and subtracted; the wire values are the low bits.  `payload` has neither header nor padding.
    `key_frame` is true for the packet that starts a key frame (always false for audio).
    `audio_level` is the byte of RFC 6464 (voice flag and level), or `NO_AUDIO_LEVEL`.
    """

    __slots__ = ("audio_level", "key_frame", "marker", "payload", "sequence_number", "timestamp")

    def __init__(
        self,
        sequence_number: int,
        timestamp: int,
        marker: bool,
        payload: bytes,
        key_frame: bool = False,
        audio_level: int = NO_AUDIO_LEVEL,
    ) -> None:
        self.sequence_number = sequence_number
        self.timestamp = timestamp
        self.marker = marker
        self.payload = payload
        self.key_frame = key_frame
        self.audio_level = audio_level

    def __repr__(self) -> str:
        return (
            f"RtpPacket(sequence_number={self.sequence_number}, timestamp={self.timestamp}, marker={self.marker}, "
            f"{len(self.payload)} bytes, key_frame={self.key_frame})"
        )


class EncodedFrame:
    """One encoded picture or block of samples.

    `data`: H264 and H265 as Annex B with start codes, AV1 as low-overhead OBUs of one temporal unit, all others as the
    codec's plain frame.  `pts` counts in ticks of the format's clock rate and never wraps.  `duration` is in the same
    ticks, 0 when unknown.  `key_frame` is true for everything that decodes on its own (all audio).
    """

    __slots__ = ("data", "duration", "key_frame", "pts")

    def __init__(self, data: bytes, pts: int, key_frame: bool, duration: int = 0) -> None:
        self.data = data
        self.pts = pts
        self.key_frame = key_frame
        self.duration = duration

    def __repr__(self) -> str:
        return f"EncodedFrame(pts={self.pts}, {len(self.data)} bytes, key_frame={self.key_frame})"


class DataMessage:
    """One message of a data channel.  Text is in UTF-8; `label` is that of the channel which it came on."""

    __slots__ = ("data", "is_text", "label")

    def __init__(self, data: bytes, is_text: bool, label: str = "") -> None:
        self.data = data
        self.is_text = is_text
        self.label = label

    def __repr__(self) -> str:
        return f"DataMessage({len(self.data)} bytes, is_text={self.is_text}, label={self.label!r})"
