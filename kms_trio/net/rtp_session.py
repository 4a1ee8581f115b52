"""An RTP session with one peer: its receivers, its senders, and when RTCP goes between them (RFC 3550, RFC 4585).

The session has no task.  Packets come from the receive loop; reports (`rtcp_reports`) go out on the worker's timers;
what cannot wait (`rtcp_feedback`) goes out at once, as reduced-size RTCP where that was negotiated.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable

from kms_trio.clock import Clock
from kms_trio.media.callbacks import ignore
from kms_trio.media.flow import TimerHandle, Timers
from kms_trio.media.timing import SenderClock
from kms_trio.net.binding_table import BindingTable
from kms_trio.net.prompt_report import PromptReport
from kms_trio.net.received_batch import ReceivedBatch
from kms_trio.net.receiver import RtpReceiver
from kms_trio.net.remb import RembSettings
from kms_trio.net.retransmission import OSN_BYTES, RetransmissionIntake
from kms_trio.net.rtcp_feedback import KEY_FRAME_FEEDBACK, RtcpFeedback
from kms_trio.net.rtcp_intake import RtcpIntake
from kms_trio.net.rtcp_reports import RtcpReports
from kms_trio.net.sender import RtpSender
from kms_trio.net.session_parts import MediaBinding, SessionLimits, SessionStatistics
from kms_trio.net.token_bucket import TokenBucket
from kms_trio.rtc.rtcp import Goodbye, RtcpPacket, build_compound
from kms_trio.rtc.rtp.header import RtpError, parse_header

__all__ = ["MediaBinding", "RtpSession", "SessionLimits", "SessionStatistics"]

REPORT_INTERVAL_S = 1.0
"""Between reports to a peer that sends video: it learns its bitrate from them."""
QUIET_REPORT_INTERVAL_S = 3.0
"""Between reports to a peer that only watches or sends audio; lip-sync needs no more (RFC 3550 section 6.2: 5 s)."""
FIRST_REPORT_S = 0.1
RTCP_TIMEOUT_S = 7.5
"""Media counts as gone when the peer sent no RTCP for this long; Kurento says so 7.9 to 8.9 s after the last one."""
MAX_SOURCES = 32
"""SSRCs that one peer may make us keep state for; of more, the one that was silent for longest is forgotten."""

NEW_SOURCES_BURST = 2 * MAX_SOURCES
NEW_SOURCES_PER_S = 10.0
"""How often one peer may begin a source, or change its payload type: that takes as long as a dozen packets."""


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
        self.bindings = BindingTable()
        self._new_sources = TokenBucket(NEW_SOURCES_BURST, NEW_SOURCES_PER_S)
        self._timers = timers
        self._clock = clock
        self._send_rtcp = send_rtcp
        self._on_media_state = on_media_state
        self.reduced_size = reduced_size
        """Whether feedback may go without reports around it (RFC 5506), which has to be negotiated."""
        self._sender_clock = sender_clock or SenderClock()
        self._dirty: list[RtpReceiver] = []
        self._report_timer: TimerHandle | None = None
        this: RtpSession = weakref.proxy(self)  # its parts are nobody else's, so they need not keep it
        self._prompt_report = PromptReport(timers, lambda: this._report_out_of_turn())
        self._media_connected = False
        self._closed = False
        self.retransmissions = RetransmissionIntake()
        self._reports = RtcpReports(this, clock, cname, remb_settings or RembSettings())
        self._feedback = RtcpFeedback(this, timers, lambda packet: this._send_feedback(packet))
        self._rtcp_intake = RtcpIntake(this, clock, lambda connected: this._set_media_connected(connected))

    # Set-up.

    def bind(self, bindings: Iterable[MediaBinding]) -> None:
        """Say which media may arrive."""
        known = tuple(bindings)
        self.bindings.bind(known)
        self.retransmissions.bind(known)

    def add_sender(self, sender: RtpSender) -> None:
        """Report on this sender, and give it the feedback on its SSRC."""
        self.senders[sender.ssrc] = sender
        prompt_report, ssrc = self._prompt_report, sender.ssrc
        sender.on_placed = lambda: prompt_report.want(ssrc)

    def start(self) -> None:
        """The transport is connected: begin to report."""
        if self._report_timer is None and not self._closed:
            self._report_timer = self._timers.call_later(FIRST_REPORT_S, self._report)

    def close(self) -> None:
        """Say goodbye for our sources and stop."""
        if self._closed:
            return
        if self._report_timer is not None and self.senders:
            self._send_rtcp(build_compound([*self._reports.packets(self._timers.now()), Goodbye(tuple(self.senders))]))
        self._closed = True
        if self._report_timer is not None:
            self._report_timer.cancel()
        self._prompt_report.close()
        self._feedback.close()
        for receiver in self.receivers.values():
            receiver.close()
        for sender in self.senders.values():
            sender.close()
        self._send_rtcp = self._on_media_state = ignore

    def set_remb_settings(self, settings: RembSettings) -> None:
        """Change the parameters of the estimate while it runs."""
        self._reports.remb.settings = settings

    @property
    def sent_remb_bps(self) -> int:
        """The bitrate that the peer was told last; 0 before."""
        return self._reports.sent_remb_bps

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
                receiver = self._resolve(ssrc, payload_type, packet[:length], now)
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
            self._feedback.see_to_losses(receiver, now)

    def take(self, receiver: RtpReceiver, batch: ReceivedBatch, now: float) -> None:
        """Take packets of one of our receivers that the compiled helper has decrypted and sorted: both in one."""
        receiver.take(batch, now)
        self._feedback.see_to_losses(receiver, now)

    def receive_rtcp(self, data: bytes, now: float, age_s: float = 0.0) -> None:
        """Take a decrypted RTCP datagram that came `age_s` ago; round trips are measured without that."""
        self._rtcp_intake.receive(data, now, age_s)

    # Sources.

    def _resolve(self, ssrc: int, payload_type: int, packet: memoryview, now: float) -> RtpReceiver | None:
        """A receiver for an SSRC seen for the first time, or now with another payload type.

        None: it is nobody's, or one of too many.
        """
        try:
            binding = self.bindings.find(ssrc, payload_type, packet)
        except RtpError:
            self.statistics.malformed_rtp += 1
            return None
        if binding is None or not self._new_sources.take(now):
            return None
        former = self.receivers.get(ssrc)
        if former is None and len(self.receivers) >= MAX_SOURCES:
            self._forget(min(self.receivers.values(), key=lambda receiver: receiver.heard_at))
        if former is not None:
            former.close()
        feedback = binding.feedback.get(payload_type, frozenset())
        asker, local_ssrc = self._feedback, binding.local_ssrc
        receiver = RtpReceiver(
            ssrc,
            payload_type,
            binding.codecs[payload_type],
            timers=self._timers,
            sender_clock=self._sender_clock,
            send_key_frame_request=lambda: asker.request_key_frame(ssrc, local_ssrc, feedback),
            use_nack="nack" in feedback,
            answers_key_frame_requests=not feedback.isdisjoint(KEY_FRAME_FEEDBACK),
            audio_level_id=binding.audio_level_id,
        )
        self.receivers[ssrc] = receiver
        self.bindings.assign(ssrc, binding)
        binding.on_receiver(receiver)
        return receiver

    def _forget(self, receiver: RtpReceiver) -> None:
        """Drop a source, which begins anew should it come back: a sender takes another SSRC with each restart."""
        receiver.close()
        del self.receivers[receiver.ssrc]
        self.bindings.forget(receiver.ssrc)

    # Reports.

    def _send_feedback(self, packet: RtcpPacket) -> None:
        if self._closed:
            return
        packets = [packet] if self.reduced_size else [*self._reports.packets(self._timers.now()), packet]
        self._send_rtcp(build_compound(packets))

    def _report(self) -> None:
        now = self._timers.now()
        interval_s = REPORT_INTERVAL_S if self._receives_video else QUIET_REPORT_INTERVAL_S
        self._report_timer = self._timers.call_later(interval_s, self._report)
        if self._media_connected and now - self._rtcp_intake.heard_at > RTCP_TIMEOUT_S:
            self._set_media_connected(False)
        packets = self._reports.packets(now)
        remb = self._reports.bitrate(now, self.limits)
        if remb is not None:
            packets.append(remb)
        self._send_rtcp(build_compound(packets))

    def _report_out_of_turn(self) -> None:
        """Where what is sent lies in time; what the peer may send can wait for its turn."""
        if self._report_timer is not None and not self._closed:
            self._send_rtcp(build_compound(self._reports.packets(self._timers.now())))

    @property
    def _receives_video(self) -> bool:
        return any(not receiver.stream.format.is_audio for receiver in self.receivers.values())

    def _set_media_connected(self, connected: bool) -> None:
        if connected != self._media_connected:
            self._media_connected = connected
            self._on_media_state(connected)
