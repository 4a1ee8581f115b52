"""RTCP of a session's peer: reports and feedback on what we send, clocks of what it sends (RFC 3550, RFC 4585)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from kms_trio.clock import Clock, ntp_from_unix, ntp_middle, unix_from_ntp
from kms_trio.net.token_bucket import TokenBucket
from kms_trio.rtc.rtcp import (
    FullIntraRequest,
    Goodbye,
    Nack,
    PictureLossIndication,
    ReceiverEstimatedMaximumBitrate,
    ReceiverReport,
    ReportBlock,
    RtcpError,
    RtcpPacket,
    SenderReport,
    SourceDescription,
    parse_compound,
)

if TYPE_CHECKING:
    from kms_trio.net.rtp_session import RtpSession

__all__ = ["RtcpIntake"]

UNREAD = frozenset({SourceDescription.PACKET_TYPE})
"""Every compound packet has a source description, and nothing here asks for names."""

RTCP_PER_S = 500.0
RTCP_PIECE_BYTES = 128
"""Datagrams of RTCP, each piece of so many bytes counted, that one peer has read; a browser with a bad network sends
some 50.  Reading takes as long as they are: a NACK of a kilobyte names 4,000 packets."""
KEY_FRAME_BURST = 5.0
KEY_FRAMES_PER_S = 0.2
"""Key frames that one peer may ask the source for: each costs all who watch it.  What is asked for is asked again
until it comes, so nobody who needs one is forgotten."""


class RtcpIntake:
    """Reads what the peer of `session` sends and hands it to the receivers and senders that it is about."""

    def __init__(self, session: RtpSession, clock: Clock, set_media_connected: Callable[[bool], None]) -> None:
        self.heard_at = float("-inf")
        """When the last datagram was read, monotonic seconds."""
        self._datagrams = TokenBucket(RTCP_PER_S, RTCP_PER_S)
        self._key_frames = TokenBucket(KEY_FRAME_BURST, KEY_FRAMES_PER_S)
        self._session = session
        self._clock = clock
        self._set_media_connected = set_media_connected

    def receive(self, data: bytes, now: float, age_s: float) -> None:
        """Take a decrypted datagram that came `age_s` ago."""
        if not self._datagrams.take(now, 1 + len(data) // RTCP_PIECE_BYTES):
            self._session.statistics.excess_rtcp += 1
            return
        try:
            packets = parse_compound(data, unread=UNREAD)
        except RtcpError:
            self._session.statistics.malformed_rtcp += 1
            return
        self.heard_at = now
        self._set_media_connected(True)
        for packet in packets:
            self._take(packet, now, age_s)

    def _take(self, packet: RtcpPacket, now: float, age_s: float) -> None:
        match packet:
            case SenderReport():
                self._sender_report(packet, now - age_s, self._clock.unix() - age_s)
                self._report_blocks(packet.reports, age_s)
            case ReceiverReport():
                self._report_blocks(packet.reports, age_s)
            case Nack():
                if sender := self._session.senders.get(packet.media_ssrc):
                    sender.nack_received(packet.lost, now)
            case PictureLossIndication():
                if sender := self._session.senders.get(packet.media_ssrc):
                    sender.pli_received(heed=self._key_frames.take(now))
            case FullIntraRequest():
                for entry in packet.requests:
                    if sender := self._session.senders.get(entry[0]):
                        sender.fir_received(entry[1], heed=self._key_frames.take(now))
            case ReceiverEstimatedMaximumBitrate():
                self._remb_received(packet)
            case Goodbye():
                if any(ssrc in self._session.receivers for ssrc in packet.sources):
                    self._set_media_connected(False)

    def _sender_report(self, report: SenderReport, now: float, unix_s: float) -> None:
        receiver = self._session.receivers.get(report.ssrc)
        if receiver is None:
            return
        receiver.reception.sender_report_received(report.ntp_middle, now)
        timestamp = receiver.reported_timestamp(report.rtp_timestamp, now)
        if timestamp is not None and report.ntp_timestamp:
            receiver.clock.sender_report(timestamp, unix_from_ntp(report.ntp_timestamp), unix_s)

    def _report_blocks(self, blocks: Iterable[ReportBlock], age_s: float) -> None:
        middle = ntp_middle(ntp_from_unix(self._clock.unix() - age_s))
        for block in blocks:
            if sender := self._session.senders.get(block.ssrc):
                sender.report_received(block, middle)
                if sender.round_trip_s:
                    self._round_trip_measured(sender.round_trip_s)

    def _round_trip_measured(self, round_trip_s: float) -> None:
        """What the peer has lost on the way here is asked for again when an answer could have come."""
        for receiver in self._session.receivers.values():
            if receiver.nack is not None:
                receiver.nack.set_round_trip_time(round_trip_s)

    def _remb_received(self, remb: ReceiverEstimatedMaximumBitrate) -> None:
        """A viewer's limit, within the endpoint's own bounds for sending."""
        limits = self._session.limits
        bitrate = max(remb.bitrate_bps, limits.min_video_send_bps)
        if limits.max_video_send_bps:
            bitrate = min(bitrate, limits.max_video_send_bps)
        for sender in self._session.senders.values():
            if not sender.leg.audio:
                sender.remb_bps = remb.bitrate_bps
                sender.want_bitrate(bitrate)
