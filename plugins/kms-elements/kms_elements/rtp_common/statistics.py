"""What getStats of an RTP endpoint says (RTCStats of the Kurento API)."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection
from typing import Any

from kms_trio.api import (
    MediaType,
    RTCInboundRTPStreamStats,
    RTCOutboundRTPStreamStats,
    RtpReceiver,
    RtpSender,
    RtpSession,
    Stats,
    StatsType,
)

__all__ = ["SessionStats"]


class SessionStats:
    """Statistics of an endpoint's sessions, whose number may grow; a stream's id stays the same from call to call."""

    def __init__(self, sessions: Collection[RtpSession], unix_s: Callable[[], float]) -> None:
        self._sessions = sessions
        self._unix_s = unix_s
        self._ids: dict[int, str] = {}

    def collect(self, media_type: MediaType | None) -> dict[str, Stats]:
        """Entries by id: one for each stream received and one for each stream sent."""
        if media_type is MediaType.DATA:
            return {}
        stats: list[Stats] = []
        for session in self._sessions:
            for receiver in session.receivers.values():
                if media_type in (None, _media_type(receiver.stream.format.is_audio)):
                    stats.append(self._inbound(receiver, session))
            for sender in session.senders.values():
                if media_type in (None, _media_type(sender.leg.audio)):
                    stats.append(self._outbound(sender))
        return {each.id: each for each in stats}

    def _inbound(self, receiver: RtpReceiver, session: RtpSession) -> RTCInboundRTPStreamStats:
        reception = receiver.reception
        return RTCInboundRTPStreamStats(
            type=StatsType.INBOUNDRTP,
            **self._common(receiver.ssrc),
            fir_count=receiver.firs_sent,
            pli_count=receiver.key_frames.sent - receiver.firs_sent,
            nack_count=receiver.nacks_sent,
            remb=0 if receiver.stream.format.is_audio else session.sent_remb_bps,
            packets_lost=reception.packets_lost,
            fraction_lost=float(reception.fraction_lost),
            packets_received=reception.packets_received,
            bytes_received=reception.bytes_received,
            jitter=reception.jitter / receiver.stream.format.clock_rate_hz,
        )

    def _outbound(self, sender: RtpSender) -> RTCOutboundRTPStreamStats:
        leg = sender.leg
        return RTCOutboundRTPStreamStats(
            type=StatsType.OUTBOUNDRTP,
            **self._common(sender.ssrc),
            fir_count=sender.firs_received,
            pli_count=sender.plis_received,
            nack_count=sender.nacks_received,
            remb=sender.remb_bps,
            packets_lost=sender.packets_lost,
            fraction_lost=float(sender.fraction_lost),
            packets_sent=leg.packets_sent,
            bytes_sent=leg.payload_bytes_sent,
            target_bitrate=0.0,
            round_trip_time=sender.round_trip_s,
        )

    def _common(self, ssrc: int) -> dict[str, Any]:
        """What both directions have in common; fields that Kurento leaves empty stay so."""
        return {
            "id": self._ids.setdefault(ssrc, str(uuid.uuid4())),
            "timestamp_millis": int(self._unix_s() * 1000),
            "ssrc": str(ssrc),
            "associate_stats_id": "",
            "is_remote": False,
            "media_track_id": "",
            "transport_id": "",
            "codec_id": "",
            "sli_count": 0,
        }


def _media_type(audio: bool) -> MediaType:
    return MediaType.AUDIO if audio else MediaType.VIDEO
