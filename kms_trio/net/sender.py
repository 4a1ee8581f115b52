"""The sending side of one negotiated media: ties a sink pad's stream to a leg and answers the viewer's feedback."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from kms_trio.media.convert import MAX_HEADER_BYTES
from kms_trio.media.flow import FlowDetector, Timers
from kms_trio.media.formats import DEFAULT_MTU_BYTES, Format, StreamKind, Want
from kms_trio.media.streams import RtpStream
from kms_trio.net.fanout import RtpFanout
from kms_trio.net.leg import LegRoute, RtpLeg, ShedListener
from kms_trio.net.retransmission import RetransmissionSender
from kms_trio.net.send_arena import MAX_PAYLOAD_BYTES
from kms_trio.rtc.rtcp import ReportBlock

if TYPE_CHECKING:
    from kms_trio.net.overload_guard import OverloadGuard

__all__ = ["RtpSender", "fanout_of"]

MAX_MTU_BYTES = MAX_PAYLOAD_BYTES + MAX_HEADER_BYTES
"""A longer packet would not be forwarded."""


def fanout_of(stream: RtpStream) -> RtpFanout:
    """The one fan-out of a stream, which is there for as long as somebody holds it."""
    fanout: RtpFanout | None = None if stream.fanout is None else stream.fanout()
    if fanout is None:
        fanout = RtpFanout(stream)
        stream.fanout = weakref.ref(fanout)
    return fanout


class RtpSender:
    """Sends one media to one peer.

    `formats` are the negotiated ones in order of preference, `payload_type_of` tells under which payload type a stream
    goes out.  What the peer loses goes again under `rtx_ssrc` (0: as it was) by the payload types that
    `rtx_payload_types` maps those of media to.  A stream is forwarded while both the stream (`set_stream`) and the
    route (`set_route`) are there; before the first route the fan-out expects the leg.
    """

    def __init__(
        self,
        *,
        ssrc: int,
        formats: Sequence[Format],
        payload_type_of: Callable[[Format], int | None],
        extensions: Mapping[str, int],
        mid: bytes,
        flow: FlowDetector,
        mtu_bytes: int = DEFAULT_MTU_BYTES,
        rtx_ssrc: int = 0,
        rtx_payload_types: Mapping[int, int] | None = None,
        timers: Timers,
        guard: OverloadGuard | None = None,
        on_shed: ShedListener | None = None,
    ) -> None:
        """`guard` may hold video back, which `on_shed` hears of."""
        self._guard = guard
        self._formats = tuple(formats)
        self._payload_type_of = payload_type_of
        self._timers = timers
        first = self._formats[0]
        self.leg = RtpLeg(
            ssrc=ssrc,
            clock_rate_hz=first.clock_rate_hz,
            flow=flow,
            extensions=extensions,
            mid=mid,
            audio=first.is_audio,
            on_shed=on_shed,
        )
        if rtx_ssrc and rtx_payload_types:
            self.leg.retransmissions = RetransmissionSender(self.leg, rtx_ssrc, rtx_payload_types)
        self.leg.on_started = self._placed_anew
        self.on_placed: Callable[[], None] | None = None
        """Hears when the moments to which timestamps belong are others than reports so far have said."""
        leg = self.leg
        flow.measure = lambda: leg.packets_sent
        self.mtu_bytes = mtu_bytes
        """The largest packet that is made for it; what is passed on keeps its size."""
        self.round_trip_s = 0.0
        self.packets_lost = 0
        self.fraction_lost = 0
        self.nacks_received = 0
        self.plis_received = 0
        self.firs_received = 0
        self.remb_bps = 0
        self._wanted_bps: int | None = None
        self._stream: RtpStream | None = None
        self._fanout: RtpFanout | None = None
        self._last_fir: int | None = None
        self._was_routed = False

    @property
    def ssrc(self) -> int:
        """Under which SSRC it sends."""
        return self.leg.ssrc

    @property
    def want(self) -> Want:
        """What the sink pad of this media asks for."""
        return Want(StreamKind.RTP, self._formats, min(self.mtu_bytes, MAX_MTU_BYTES))

    @property
    def stream(self) -> RtpStream | None:
        """What is forwarded."""
        return self._stream

    def set_stream(self, stream: RtpStream | None) -> None:
        """Forward another stream from now on (None: nothing)."""
        self._leave()
        self._stream = stream
        self._join()

    def set_route(self, route: LegRoute | None) -> None:
        """The transport is connected, has moved to another socket, or (None) is gone."""
        if route is not None and self.leg.route is not None and self._fanout is not None:
            self.leg.route = route
            self._fanout.reroute_leg(self.leg)
            return
        if route is None or self._was_routed:
            self._leave()
        self.leg.route = route
        self._was_routed = self._was_routed or route is not None
        self._join()

    def request_key_frame(self) -> bool:
        """The viewer cannot decode (PLI, FIR), or the application asks in its name.  False if nobody can be asked."""
        if self._stream is None:
            return False
        if self._fanout is not None:
            self._fanout.request_key_frame()
        else:
            self._stream.request_key_frame()
        return self._stream.answers_key_frame_requests

    def want_bitrate(self, bitrate_bps: int | None) -> None:
        """The viewer can take at most so much; that holds for other sources, too: it is said of the way there."""
        self._wanted_bps = bitrate_bps
        if self._stream is not None and self._fanout is not None:
            self._stream.want_bitrate(self.leg, bitrate_bps)

    def nack_received(self, sequence_numbers: Sequence[int], now: float) -> None:
        """The viewer lost these packets (16-bit sequence numbers)."""
        self.nacks_received += 1
        if self._fanout is not None:
            self._fanout.retransmit(self.leg, list(sequence_numbers), now)

    def pli_received(self, *, heed: bool = True) -> None:
        """The viewer needs a key frame; one that asks too often is not heeded."""
        self.plis_received += 1
        if heed:
            self.request_key_frame()

    def fir_received(self, command_sequence: int, *, heed: bool = True) -> None:
        """RFC 5104 section 4.3.1.2: a repeated command number is the same request once more."""
        if command_sequence != self._last_fir:
            self._last_fir = command_sequence
            self.firs_received += 1
            if heed:
                self.request_key_frame()

    def report_received(self, block: ReportBlock, ntp_middle_now: int) -> None:
        """The viewer reports on what it gets."""
        self.packets_lost = block.packets_lost
        self.fraction_lost = block.fraction_lost
        round_trip_s = block.round_trip_s(ntp_middle_now)
        if round_trip_s is not None:
            self.round_trip_s = round_trip_s

    def rtp_timestamp_at(self, unix_s: float) -> int | None:
        """The leg's RTP timestamp (unwrapped) that belongs to a moment of our clock: what sender reports tell."""
        if self._stream is None or self.leg.group is None:
            return None
        timestamp = self._stream.clock.timestamp_at(unix_s)
        return None if timestamp is None else timestamp + self.leg.timestamp_offset

    def close(self) -> None:
        """Forward nothing any more."""
        self._leave()
        self._stream = None
        self.leg.route = self.leg.on_started = self.leg.on_shed = self.leg.retransmissions = None
        self.on_placed = None

    def _join(self) -> None:
        stream, leg = self._stream, self.leg
        payload_type = None if stream is None else self._payload_type_of(stream.format)
        if stream is None or payload_type is None:
            return
        leg.payload_type = payload_type
        if leg.route is None:
            if not leg.audio and not self._was_routed:
                self._fanout = fanout_of(stream)
                self._fanout.expect_leg(leg)
            return
        stream.clock.watch(self._placed_anew)
        self._fanout = fanout_of(stream)
        self._fanout.add_leg(leg, self._timers.now())
        if self._wanted_bps is not None:
            stream.want_bitrate(leg, self._wanted_bps)
        if self._guard is not None and not leg.audio:
            self._guard.watch(self._fanout)

    def _leave(self) -> None:
        if self._fanout is not None:
            self._fanout.stream.clock.unwatch(self._placed_anew)
            self._fanout.remove_leg(self.leg, self._timers.now())
            self._fanout = None

    def _placed_anew(self) -> None:
        if self.on_placed is not None:
            self.on_placed()
