"""An RTP session with one peer: its receivers, its senders, and the RTCP between them (RFC 3550, RFC 4585).

The session has no task.  Packets come from the receive loop; reports go out on the worker's timers; feedback that
cannot wait (NACK, PLI) goes out at once as reduced-size RTCP where that was negotiated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from kms_trio.clock import Clock, ntp_from_unix
from kms_trio.media.flow import TimerHandle, Timers
from kms_trio.media.timing import SenderClock
from kms_trio.net.prompt_report import PromptReport
from kms_trio.net.received_batch import ReceivedBatch
from kms_trio.net.receiver import RtpReceiver
from kms_trio.net.remb import RembEstimator, RembSettings
from kms_trio.net.retransmission import OSN_BYTES, RetransmissionIntake
from kms_trio.net.rtcp_intake import RtcpIntake
from kms_trio.net.sender import RtpSender
from kms_trio.net.session_parts import MediaBinding, SessionLimits, SessionStatistics
from kms_trio.rtc.rtcp import (
    FullIntraRequest,
    Goodbye,
    Nack,
    PictureLossIndication,
    ReceiverEstimatedMaximumBitrate,
    ReceiverReport,
    RtcpPacket,
    SenderReport,
    SourceDescription,
    SourceItem,
    build_compound,
)
from kms_trio.rtc.rtp.header import RtpError, parse_header, read_extensions

__all__ = ["MediaBinding", "RtpSession", "SessionLimits", "SessionStatistics"]

REPORT_INTERVAL_S = 1.0
"""Between reports to a peer that sends video: it learns its bitrate from them."""
QUIET_REPORT_INTERVAL_S = 3.0
"""Between reports to a peer that only watches or sends audio; lip-sync needs no more (RFC 3550 section 6.2: 5 s)."""
FIRST_REPORT_S = 0.1
RTCP_TIMEOUT_S = 7.5
"""Media counts as gone when the peer sent no RTCP for this long; Kurento says so 7.9 to 8.9 s after the last one."""
SDES_CNAME = 1
KEY_FRAME_FEEDBACK = frozenset({"nack pli", "ccm fir"})
MAX_SOURCES = 32
"""SSRCs that one peer may make us keep state for; of more, the one that was silent for longest is forgotten."""


class RtpSession:
    """See the module.  `send_rtcp` encrypts and sends; `on_media_state(connected)` follows the peer's RTCP.

    Sessions of one peer that are to be in sync share a `sender_clock`.
    """

    def __init__(
        self,
        *,
        timers: Timers,
        clock: Clock,
        cname: str,
        send_rtcp: Callable[[bytes], None],
        on_media_state: Callable[[bool], None],
        limits: SessionLimits,
        remb_settings: RembSettings | None = None,
        reduced_size: bool = False,
        sender_clock: SenderClock | None = None,
    ) -> None:
        self.limits = limits
        self.statistics = SessionStatistics()
        self.receivers: dict[int, RtpReceiver] = {}
        self.senders: dict[int, RtpSender] = {}
        self._bindings: list[MediaBinding] = []
        self._binding_of: dict[int, MediaBinding] = {}
        self._timers = timers
        self._clock = clock
        self._cname = cname.encode()
        self._send_rtcp = send_rtcp
        self._on_media_state = on_media_state
        self.reduced_size = reduced_size
        """Whether feedback may go without reports around it (RFC 5506), which has to be negotiated."""
        self._sender_clock = sender_clock or SenderClock()
        self._remb = RembEstimator(remb_settings or RembSettings())
        self._dirty: list[RtpReceiver] = []
        self._report_timer: TimerHandle | None = None
        self._prompt_report = PromptReport(timers, self._report_out_of_turn)
        self._nack_timer: TimerHandle | None = None
        self._nack_due = float("inf")
        self._media_connected = False
        self._received_mark = (0.0, 0)
        self._fir_sequence = 0
        self._closed = False
        self.sent_remb_bps = 0
        self.retransmissions = RetransmissionIntake()
        self._rtcp_intake = RtcpIntake(self, clock, self._set_media_connected)

    # Set-up.

    def bind(self, bindings: Iterable[MediaBinding]) -> None:
        """Say which media may arrive."""
        self._bindings = list(bindings)
        self.retransmissions.bind(self._bindings)

    def add_sender(self, sender: RtpSender) -> None:
        """Report on this sender, and give it the feedback on its SSRC."""
        self.senders[sender.ssrc] = sender
        sender.on_placed = lambda: self._prompt_report.want(sender.ssrc)

    def start(self) -> None:
        """The transport is connected: begin to report."""
        if self._report_timer is None and not self._closed:
            self._report_timer = self._timers.call_later(FIRST_REPORT_S, self._report)

    def close(self) -> None:
        """Say goodbye for our sources and stop."""
        if self._closed:
            return
        if self._report_timer is not None and self.senders:
            self._send_rtcp(build_compound([*self._reports(), Goodbye(tuple(self.senders))]))
        self._closed = True
        self._prompt_report.close()
        for timer in (self._report_timer, self._nack_timer):
            if timer is not None:
                timer.cancel()
        for receiver in self.receivers.values():
            receiver.close()
        for sender in self.senders.values():
            sender.close()

    def set_remb_settings(self, settings: RembSettings) -> None:
        """Change the parameters of the estimate while it runs."""
        self._remb.settings = settings

    # Packets in.

    def receive_rtp(self, packet: memoryview, length: int, now: float) -> bool:
        """Take a decrypted RTP packet; True when `flush` is to be called after this batch."""
        try:
            marker, payload_type, sequence_number, timestamp, ssrc, start, end = parse_header(packet, length)
        except RtpError:
            self.statistics.malformed_rtp += 1
            return False
        receiver = self.receivers.get(ssrc)
        retransmission = False
        if receiver is None or receiver.payload_type != payload_type:
            if self.retransmissions.expects(payload_type):
                found = self.retransmissions.find(ssrc, payload_type, packet[start:end], self.receivers)
                if found is None:
                    return False
                receiver, sequence_number = found
                start += OSN_BYTES
                retransmission = True
            else:
                receiver = self._resolve(ssrc, payload_type, packet[:length])
                if receiver is None:
                    self.statistics.unknown_ssrc += 1
                    return False
        if receiver.receive(packet, marker, sequence_number, timestamp, start, end, now, retransmission):
            self._dirty.append(receiver)
            return len(self._dirty) == 1
        return False

    def flush(self, now: float) -> None:
        """Push what `receive_rtp` collected and see to losses."""
        dirty, self._dirty = self._dirty, []
        for receiver in dirty:
            if receiver.last_timestamp is not None:
                receiver.clock.anchor(receiver.last_timestamp, self._clock.unix())
            receiver.flush(now)
            self._see_to_losses(receiver, now)

    def take(self, receiver: RtpReceiver, batch: ReceivedBatch, now: float) -> None:
        """Take packets of one of our receivers that the compiled helper has decrypted and sorted: both in one."""
        receiver.take(batch, now)
        self._see_to_losses(receiver, now)

    def _see_to_losses(self, receiver: RtpReceiver, now: float) -> None:
        nack = receiver.nack
        if nack is not None and (due := nack.deadline) is not None and due < self._nack_due:
            self._schedule_nacks(due, now)

    def receive_rtcp(self, data: bytes, now: float, age_s: float = 0.0) -> None:
        """Take a decrypted RTCP datagram that came `age_s` ago; round trips are measured without that."""
        self._rtcp_intake.receive(data, now, age_s)

    # Sources.

    def _resolve(self, ssrc: int, payload_type: int, packet: memoryview) -> RtpReceiver | None:
        """The receiver of an SSRC seen for the first time, or now with another payload type (RFC 8843 section 9.2)."""
        binding = self._binding_of.get(ssrc) or self._find_binding(ssrc, payload_type, packet)
        if binding is None or payload_type not in binding.codecs or ssrc in binding.ignored_ssrcs:
            return None
        former = self.receivers.get(ssrc)
        if former is None and len(self.receivers) >= MAX_SOURCES:
            self._forget(min(self.receivers.values(), key=lambda receiver: receiver.heard_at))
        if former is not None:
            former.close()
        feedback = binding.feedback.get(payload_type, frozenset())
        receiver = RtpReceiver(
            ssrc,
            payload_type,
            binding.codecs[payload_type],
            timers=self._timers,
            sender_clock=self._sender_clock,
            send_key_frame_request=lambda: self._request_key_frame(ssrc, binding.local_ssrc, feedback),
            use_nack="nack" in feedback,
            answers_key_frame_requests=not feedback.isdisjoint(KEY_FRAME_FEEDBACK),
            audio_level_id=binding.audio_level_id,
        )
        self.receivers[ssrc] = receiver
        self._binding_of[ssrc] = binding
        binding.on_receiver(receiver)
        return receiver

    def _forget(self, receiver: RtpReceiver) -> None:
        """Drop a source, which begins anew should it come back: a sender takes another SSRC with each restart."""
        receiver.close()
        del self.receivers[receiver.ssrc]
        del self._binding_of[receiver.ssrc]

    def _find_binding(self, ssrc: int, payload_type: int, packet: memoryview) -> MediaBinding | None:
        for binding in self._bindings:
            if ssrc in binding.announced_ssrcs or ssrc in binding.ignored_ssrcs:
                return binding
        mids = {binding.mid_id for binding in self._bindings if binding.mid_id}
        if mids:
            try:
                extensions = read_extensions(packet)
            except RtpError:
                self.statistics.malformed_rtp += 1
                return None
            for binding in self._bindings:
                if binding.mid_id and extensions.get(binding.mid_id) == binding.mid.encode():
                    return binding
        return next((binding for binding in self._bindings if payload_type in binding.codecs), None)

    # Feedback that cannot wait.

    def _request_key_frame(self, ssrc: int, local_ssrc: int, feedback: frozenset[str]) -> None:
        if "nack pli" in feedback:
            self._send_feedback(PictureLossIndication(local_ssrc, ssrc))
        elif "ccm fir" in feedback:
            self._fir_sequence = (self._fir_sequence + 1) & 0xFF
            if (receiver := self.receivers.get(ssrc)) is not None:
                receiver.firs_sent += 1
            self._send_feedback(FullIntraRequest(local_ssrc, ((ssrc, self._fir_sequence),)))

    def _schedule_nacks(self, due: float, now: float) -> None:
        if self._nack_timer is not None:
            self._nack_timer.cancel()
        self._nack_due = due
        self._nack_timer = self._timers.call_later(max(0.0, due - now), self._send_nacks)

    def _send_nacks(self) -> None:
        self._nack_timer, self._nack_due = None, float("inf")
        now = self._timers.now()
        next_due = float("inf")
        for receiver in self.receivers.values():
            nack = receiver.nack
            if nack is None:
                continue
            lost = nack.due(now)
            if lost:
                local_ssrc = self._binding_of[receiver.ssrc].local_ssrc
                receiver.nacks_sent += 1
                self._send_feedback(Nack.for_packets(local_ssrc, receiver.ssrc, lost))
            if nack.key_frame_needed:
                nack.key_frame_needed = False
                receiver.key_frames.request()
            if nack.deadline is not None:
                next_due = min(next_due, nack.deadline)
        if next_due < float("inf"):
            self._schedule_nacks(next_due, now)

    def _send_feedback(self, packet: RtcpPacket) -> None:
        if self._closed:
            return
        packets = [packet] if self.reduced_size else [*self._reports(), packet]
        self._send_rtcp(build_compound(packets))

    # Reports.

    def _report(self) -> None:
        now = self._timers.now()
        interval_s = REPORT_INTERVAL_S if self._receives_video else QUIET_REPORT_INTERVAL_S
        self._report_timer = self._timers.call_later(interval_s, self._report)
        if self._media_connected and now - self._rtcp_intake.heard_at > RTCP_TIMEOUT_S:
            self._set_media_connected(False)
        packets: list[RtcpPacket] = list(self._reports())
        remb = self._bitrate_for_peer(now)
        if remb is not None:
            packets.append(remb)
        self._send_rtcp(build_compound(packets))

    def _report_out_of_turn(self) -> None:
        """Where what is sent lies in time; what the peer may send can wait for its turn."""
        if self._report_timer is not None and not self._closed:
            self._send_rtcp(build_compound(self._reports()))

    def _reports(self) -> list[RtcpPacket]:
        """Sender reports for our sources, report blocks for the peer's, and who we are (RFC 3550 section 6.1)."""
        unix_s = self._clock.unix()
        now = self._timers.now()
        blocks = tuple(receiver.reception.report_block(now) for receiver in self.receivers.values())[:31]
        packets: list[RtcpPacket] = []
        ntp = ntp_from_unix(unix_s)
        for sender in self.senders.values():
            timestamp = sender.rtp_timestamp_at(unix_s)
            if timestamp is not None:
                leg = sender.leg
                packets.append(
                    SenderReport(sender.ssrc, ntp, timestamp, leg.packets_sent, leg.payload_bytes_sent, blocks)
                )
                blocks = ()
        ssrcs = list(self.senders) or [binding.local_ssrc for binding in self._bindings[:1]] or [1]
        if blocks or not packets:
            packets.insert(0, ReceiverReport(ssrcs[0], blocks))
        packets.append(SourceDescription(tuple(SourceItem(ssrc, ((SDES_CNAME, self._cname),)) for ssrc in ssrcs)))
        return packets

    @property
    def _receives_video(self) -> bool:
        return any(not receiver.stream.format.is_audio for receiver in self.receivers.values())

    def _bitrate_for_peer(self, now: float) -> ReceiverEstimatedMaximumBitrate | None:
        """REMB: the lowest of our estimate, the viewers' wishes and the configured bound, never below the minimum."""
        video = [
            receiver
            for receiver in self.receivers.values()
            if "goog-remb" in self._binding_of[receiver.ssrc].feedback.get(receiver.payload_type, frozenset())
        ]
        if not video:
            return None
        received_bytes = sum(receiver.reception.bytes_received for receiver in video)
        marked_at, marked_bytes = self._received_mark
        self._received_mark = (now, received_bytes)
        if marked_at and now > marked_at:
            received_bps = int((received_bytes - marked_bytes) * 8 / (now - marked_at))
            self._remb.update(received_bps, max(receiver.reception.fraction_lost for receiver in video))
        bitrate = self._remb.estimate_bps
        wishes = [receiver.wanted_bitrate_bps for receiver in video if receiver.wanted_bitrate_bps is not None]
        bitrate = min([bitrate, *wishes])
        limits = self.limits
        if limits.max_video_receive_bps:
            bitrate = min(bitrate, limits.max_video_receive_bps)
        bitrate = self.sent_remb_bps = max(bitrate, limits.min_video_receive_bps, 30_000)
        local_ssrc = self._binding_of[video[0].ssrc].local_ssrc
        return ReceiverEstimatedMaximumBitrate(local_ssrc, bitrate, tuple(receiver.ssrc for receiver in video))

    def _set_media_connected(self, connected: bool) -> None:
        if connected != self._media_connected:
            self._media_connected = connected
            self._on_media_state(connected)
