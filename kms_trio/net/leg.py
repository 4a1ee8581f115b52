"""A leg: one viewer's copy of one stream, seen from the forwarding side."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

import attrs

from kms_trio.media.flow import FlowDetector
from kms_trio.net.header_layout import ABS_SEND_TIME_URI, AUDIO_LEVEL_URI, MID_URI, HeaderLayout

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kms_trio.net.forwarding import ForwardingGroup
    from kms_trio.net.retransmission import RetransmissionSender
    from kms_trio.net.send_arena import SendArena

__all__ = ["LegRoute", "RtpLeg", "ShedListener"]

ShedListener = Callable[[bool], None]
"""Hears whether a stream to its viewers is held back because of overload, or no longer."""


class LegRoute(Protocol):
    """Where a leg's packets go; the transport of the viewer implements it.

    `name_address` points at a socket address which the transport keeps up to date in place.  `srtp_context` is None
    for plain RTP, and the overhead then 0.
    """

    @property
    def arena(self) -> SendArena:
        """Where its packets are built."""

    @property
    def name_address(self) -> int:
        """Memory address of the viewer's socket address."""

    @property
    def namelen(self) -> int:
        """Length of that socket address."""

    @property
    def srtp_context(self) -> Any:
        """Libsrtp's context for what is sent."""

    @property
    def srtp_overhead_bytes(self) -> int:
        """By how much encryption makes a packet longer."""


@attrs.define(eq=False)
class RtpLeg:
    """Rewriting state and counters of one leg.

    What the viewer gets is one unbroken RTP stream, whatever source feeds it: its sequence numbers and timestamps are
    those of the source plus an offset that is chosen anew at each change of source.
    """

    ssrc: int
    clock_rate_hz: int
    flow: FlowDetector
    extensions: Mapping[str, int]
    mid: bytes = b""
    route: LegRoute | None = None
    payload_type: int = 0
    audio: bool = False
    on_started: Callable[[], None] | None = None
    on_shed: ShedListener | None = None

    group: ForwardingGroup | None = None
    _layout: HeaderLayout | None = None
    _template: tuple[int, bytes] | None = None
    next_sequence_number: int = attrs.field(factory=lambda: secrets.randbits(15))
    sequence_offset: int = 0
    timestamp_offset: int = 0
    first_source_sequence: int = 0
    last_timestamp: int | None = None
    last_sent_at: float = 0.0
    packets_sent_before: int = 0
    payload_bytes_sent_before: int = 0
    group_packets_mark: int = 0
    group_bytes_mark: int = 0
    retransmitted: int = 0
    retransmitted_bytes: int = 0
    retransmission_budget: int = 0
    retransmission_second: int = 0
    retransmissions: RetransmissionSender | None = None
    """Where lost packets go again, if that was negotiated; otherwise they are repeated in this stream."""

    @property
    def layout(self) -> HeaderLayout:
        """Which extensions its headers have; fixed by the negotiation."""
        if self._layout is None:
            self._layout = HeaderLayout(
                abs_send_time=ABS_SEND_TIME_URI in self.extensions,
                audio_level=self.audio and AUDIO_LEVEL_URI in self.extensions,
                mid_bytes=len(self.mid) if MID_URI in self.extensions else 0,
            )
        return self._layout

    def template(self) -> bytes:
        """The header of this leg's packets, changing fields left zero."""
        if self._template is None or self._template[0] != self.payload_type:
            template = self.layout.template(
                self.payload_type,
                self.ssrc,
                abs_send_time_id=self.extensions.get(ABS_SEND_TIME_URI, 0),
                audio_level_id=self.extensions.get(AUDIO_LEVEL_URI, 0),
                mid_id=self.extensions.get(MID_URI, 0),
                mid=self.mid,
            )
            self._template = (self.payload_type, template)
        return self._template[1]

    @property
    def packets_sent(self) -> int:
        """Packets sent, retransmissions not counted."""
        group = self.group
        return self.packets_sent_before + (group.packets - self.group_packets_mark if group else 0)

    @property
    def payload_bytes_sent(self) -> int:
        """Payload bytes sent, without headers (what sender reports count, RFC 3550 section 6.4.1)."""
        group = self.group
        return self.payload_bytes_sent_before + (group.payload_bytes - self.group_bytes_mark if group else 0)

    def begin(self, source_sequence: int, source_timestamp: int, now: float) -> None:
        """Choose the offsets so that the source's packet follows what was sent last."""
        self.first_source_sequence = source_sequence
        self.sequence_offset = self.next_sequence_number - source_sequence
        if self.last_timestamp is None:
            timestamp = secrets.randbits(31)
        else:
            elapsed = max(1, round((now - self.last_sent_at) * self.clock_rate_hz))
            timestamp = self.last_timestamp + elapsed
        self.timestamp_offset = timestamp - source_timestamp

    def end(self, source_sequence: int, source_timestamp: int, now: float) -> None:
        """Note what was sent last, before the source is left."""
        self.next_sequence_number = source_sequence + self.sequence_offset + 1
        self.last_timestamp = source_timestamp + self.timestamp_offset
        self.last_sent_at = now
