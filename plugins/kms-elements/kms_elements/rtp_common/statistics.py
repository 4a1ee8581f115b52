"""What getStats of an RTP endpoint says (RTCStats of the Kurento API)."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Hashable
from typing import Any

from kms_trio.api import (
    MediaType,
    RTCCodec,
    RTCInboundRTPStreamStats,
    RTCMediaStreamTrackStats,
    RTCOutboundRTPStreamStats,
    RtpReceiver,
    RtpSender,
    RtpSession,
    Stats,
    StatsType,
)
from kms_trio.media.formats import Format

__all__ = ["SessionStats"]


class SessionStats:
    """Statistics of an endpoint's sessions, whose number may grow; a stream's id stays the same from call to call."""

    def __init__(self, sessions: Collection[RtpSession], unix_s: Callable[[], float]) -> None:
        self._sessions = sessions
        self._unix_s = unix_s
        self._ids: dict[Hashable, str] = {}
        self.transport_id = ""
        """Id of the entry of the transport, if it has one."""

    def collect(self, media_type: MediaType | None) -> dict[str, Stats]:
        """Entries by id: one for each stream received and sent, and, of all media types, one for each codec in use."""
        if media_type is MediaType.DATA:
            return {}
        stats: list[Stats] = []
        codecs: dict[str, Stats] = {}
        for session in self._sessions:
            for receiver in session.receivers.values():
                if media_type in (None, _media_type(receiver.stream.format.is_audio)):
                    codec = self._codec(session, receiver.payload_type, receiver.stream.format)
                    codecs[codec.id] = codec
                    stats.append(self._inbound(receiver, session, codec.id))
                    if media_type is None and not receiver.stream.format.is_audio:
                        stats.append(self._track(receiver))
            for sender in session.senders.values():
                if media_type in (None, _media_type(sender.leg.audio)):
                    codec_id = ""
                    if sender.stream is not None and sender.leg.group is not None:
                        codec = self._codec(session, sender.leg.payload_type, sender.stream.format)
                        codecs[codec.id] = codec
                        codec_id = codec.id
                    stats.append(self._outbound(sender, codec_id))
        if media_type is None:
            stats += codecs.values()
        return {each.id: each for each in stats}

    def _inbound(self, receiver: RtpReceiver, session: RtpSession, codec_id: str) -> RTCInboundRTPStreamStats:
        reception = receiver.reception
        return RTCInboundRTPStreamStats(
            type=StatsType.INBOUNDRTP,
            **self._common(receiver.ssrc, codec_id),
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

    def _outbound(self, sender: RtpSender, codec_id: str) -> RTCOutboundRTPStreamStats:
        leg = sender.leg
        return RTCOutboundRTPStreamStats(
            type=StatsType.OUTBOUNDRTP,
            **self._common(sender.ssrc, codec_id),
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

    def _codec(self, session: RtpSession, payload_type: int, format: Format) -> RTCCodec:
        """One payload type of a session.  The API's StatsType knows no codecs: they are told as `track`."""
        return RTCCodec(
            id=self._ids.setdefault((id(session), payload_type, format.encoding_name), str(uuid.uuid4())),
            type=StatsType.TRACK,
            timestamp_millis=int(self._unix_s() * 1000),
            payload_type=payload_type,
            codec=f"{'audio' if format.is_audio else 'video'}/{format.encoding_name}",
            clock_rate=format.clock_rate_hz,
            channels=format.channels,
            parameters=";".join(f"{name}={value}" for name, value in format.parameters),
        )

    def _track(self, receiver: RtpReceiver) -> RTCMediaStreamTrackStats:
        """Pictures that were received and passed on; nothing is decoded to count them, so their size is unknown."""
        heard_s = receiver.heard_at - receiver.first_heard_at
        return RTCMediaStreamTrackStats(
            id=self._ids.setdefault(("track", receiver.ssrc), str(uuid.uuid4())),
            type=StatsType.TRACK,
            timestamp_millis=int(self._unix_s() * 1000),
            track_identifier="",
            remote_source=True,
            ssrc_ids=[str(receiver.ssrc)],
            frame_width=0,
            frame_height=0,
            frames_per_second=receiver.frames / heard_s if heard_s > 0 else 0.0,
            frames_sent=0,
            frames_received=receiver.frames,
            frames_decoded=0,
            frames_dropped=0,
            frames_corrupted=0,
            audio_level=0.0,
            echo_return_loss=0.0,
            echo_return_loss_enhancement=0.0,
        )

    def _common(self, ssrc: int, codec_id: str) -> dict[str, Any]:
        """What both directions have in common; fields that Kurento leaves empty stay so."""
        return {
            "id": self._ids.setdefault(ssrc, str(uuid.uuid4())),
            "timestamp_millis": int(self._unix_s() * 1000),
            "ssrc": str(ssrc),
            "associate_stats_id": "",
            "is_remote": False,
            "media_track_id": "",
            "transport_id": self.transport_id,
            "codec_id": codec_id,
            "sli_count": 0,
        }


def _media_type(audio: bool) -> MediaType:
    return MediaType.AUDIO if audio else MediaType.VIDEO
