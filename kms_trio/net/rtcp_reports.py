"""What a session tells its peer by RTCP at intervals: reports (RFC 3550 section 6.4) and the bitrate it may send."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kms_trio.clock import Clock, ntp_from_unix
from kms_trio.net.remb import FLOOR_BPS, RembEstimator, RembSettings
from kms_trio.net.session_parts import SessionLimits
from kms_trio.rtc.rtcp import (
    ReceiverEstimatedMaximumBitrate,
    ReceiverReport,
    RtcpPacket,
    SenderReport,
    SourceDescription,
    SourceItem,
)

if TYPE_CHECKING:
    from kms_trio.net.rtp_session import RtpSession

__all__ = ["RtcpReports"]

SDES_CNAME = 1
MAX_BLOCKS = 31
"""Report blocks that fit into one report (RFC 3550 section 6.4.1)."""


class RtcpReports:
    """Words what `session` has to say; `cname` is the name that its sources have in common."""

    def __init__(self, session: RtpSession, clock: Clock, cname: str, remb_settings: RembSettings) -> None:
        self.remb = RembEstimator(remb_settings)
        self.sent_remb_bps = 0
        """The bitrate that the peer was told last."""
        self._session = session
        self._clock = clock
        self._cname = cname.encode()
        self._received_mark = (0.0, 0)

    def packets(self, now: float) -> list[RtcpPacket]:
        """Sender reports for our sources, report blocks for the peer's, and who we are (RFC 3550 section 6.1)."""
        session = self._session
        unix_s = self._clock.unix()
        ntp = ntp_from_unix(unix_s)
        blocks = tuple(receiver.reception.report_block(now) for receiver in session.receivers.values())[:MAX_BLOCKS]
        packets: list[RtcpPacket] = []
        for sender in session.senders.values():
            timestamp = sender.rtp_timestamp_at(unix_s)
            if timestamp is not None:
                leg = sender.leg
                packets.append(
                    SenderReport(sender.ssrc, ntp, timestamp, leg.packets_sent, leg.payload_bytes_sent, blocks)
                )
                blocks = ()
        ssrcs = list(session.senders) or [session.bindings.local_ssrc]
        if blocks or not packets:
            packets.insert(0, ReceiverReport(ssrcs[0], blocks))
        packets.append(SourceDescription(tuple(SourceItem(ssrc, ((SDES_CNAME, self._cname),)) for ssrc in ssrcs)))
        return packets

    def bitrate(self, now: float, limits: SessionLimits) -> ReceiverEstimatedMaximumBitrate | None:
        """REMB: the lowest of our estimate, the viewers' wishes and the configured bound, never below the minimum.

        Call it once an interval: the estimate is made from what has come since the last time.  None when the peer sends
        no video that takes REMB.
        """
        session = self._session
        video = [
            receiver
            for receiver in session.receivers.values()
            if "goog-remb" in session.bindings.of(receiver.ssrc).feedback.get(receiver.payload_type, frozenset())
        ]
        if not video:
            return None
        received_bytes = sum(receiver.reception.bytes_received for receiver in video)
        marked_at, marked_bytes = self._received_mark
        self._received_mark = (now, received_bytes)
        if marked_at and now > marked_at:
            received_bps = int((received_bytes - marked_bytes) * 8 / (now - marked_at))
            self.remb.update(received_bps, max(receiver.reception.fraction_lost for receiver in video))
        wishes = [receiver.stream.lowest_bitrate_bps for receiver in video]
        bitrate_bps = min([self.remb.estimate_bps, *(wish for wish in wishes if wish is not None)])
        if limits.max_video_receive_bps:
            bitrate_bps = min(bitrate_bps, limits.max_video_receive_bps)
        bitrate_bps = self.sent_remb_bps = max(bitrate_bps, limits.min_video_receive_bps, FLOOR_BPS)
        local_ssrc = session.bindings.of(video[0].ssrc).local_ssrc
        return ReceiverEstimatedMaximumBitrate(local_ssrc, bitrate_bps, tuple(receiver.ssrc for receiver in video))
