"""What an RTP session is given and what it counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

import attrs

from kms_trio.media.formats import Format
from kms_trio.net.receiver import RtpReceiver

__all__ = ["MediaBinding", "SessionLimits", "SessionStatistics"]


@attrs.frozen
class MediaBinding:
    """What one negotiated media section says about packets that may arrive for it."""

    mid: str
    codecs: dict[int, Format]
    """Payload type to format."""
    feedback: dict[int, frozenset[str]]
    """Payload type to negotiated feedback: "nack", "nack pli", "ccm fir", "goog-remb"."""
    local_ssrc: int
    """Our SSRC of this media, which feedback names as its sender."""
    audio_level_id: int = 0
    mid_id: int = 0
    announced_ssrcs: frozenset[int] = frozenset()
    ignored_ssrcs: frozenset[int] = frozenset()
    """Announced FEC and retransmission streams: no media of their own."""
    retransmitted_payload_types: Mapping[int, int] = attrs.field(factory=dict)
    """Payload types of retransmissions (RFC 4588) to those of the media that they bring again."""
    retransmitted_ssrcs: Mapping[int, int] = attrs.field(factory=dict)
    """Announced SSRCs of retransmissions to those of the media."""
    on_receiver: Callable[[RtpReceiver], None] = lambda receiver: None


class SessionLimits(Protocol):
    """Bandwidth bounds in bits a second, 0 meaning none; read each time, so that they may change while media flows."""

    @property
    def min_video_receive_bps(self) -> int:
        """What the peer is asked for at least."""

    @property
    def max_video_receive_bps(self) -> int:
        """What the peer is asked for at most."""

    @property
    def min_video_send_bps(self) -> int:
        """What the peer is sent at least."""

    @property
    def max_video_send_bps(self) -> int:
        """What the peer is sent at most."""


@attrs.define
class SessionStatistics:
    """Packets that could not be used, by reason."""

    malformed_rtp: int = 0
    malformed_rtcp: int = 0
    unknown_ssrc: int = 0
    excess_rtcp: int = 0
    """RTCP that came faster than anybody has use for."""
