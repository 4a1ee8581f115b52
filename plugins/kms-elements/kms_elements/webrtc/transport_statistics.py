"""What getStats says about a WebRTC transport: itself, its candidates and their pairs, both certificates.

The classes are those of the Kurento API, the meaning of their fields that of the W3C's webrtc-stats.  The API's
StatsType knows no certificates: theirs are told as `transport`.
"""

from __future__ import annotations

import base64
import hashlib
import math
import uuid
from collections.abc import Callable, Hashable
from types import MappingProxyType
from typing import Any

from kms_trio.api import (
    DtlsIdentity,
    IceTransport,
    RTCCertificateStats,
    RTCIceCandidateAttributes,
    RTCIceCandidatePairStats,
    RTCStatsIceCandidatePairState,
    RTCStatsIceCandidateType,
    RTCTransportStats,
    RtpSession,
    Stats,
    StatsType,
)
from kms_trio.rtc.dtls import DtlsState
from kms_trio.rtc.ice import Candidate, CandidatePair, CandidateType, PairState

__all__ = ["TransportStats"]

CANDIDATE_TYPES = MappingProxyType(
    {
        CandidateType.HOST: RTCStatsIceCandidateType.HOST,
        CandidateType.SERVER_REFLEXIVE: RTCStatsIceCandidateType.SERVERREFLEXIVE,
        CandidateType.PEER_REFLEXIVE: RTCStatsIceCandidateType.PEERREFLEXIVE,
        CandidateType.RELAYED: RTCStatsIceCandidateType.RELAYED,
    }
)
PAIR_STATES = MappingProxyType(
    {
        PairState.FROZEN: RTCStatsIceCandidatePairState.FROZEN,
        PairState.WAITING: RTCStatsIceCandidatePairState.WAITING,
        PairState.IN_PROGRESS: RTCStatsIceCandidatePairState.INPROGRESS,
        PairState.SUCCEEDED: RTCStatsIceCandidatePairState.SUCCEEDED,
        PairState.FAILED: RTCStatsIceCandidatePairState.FAILED,
    }
)


class TransportStats:
    """Statistics of one transport; ids stay the same from call to call.  Bytes are those of RTP payloads."""

    def __init__(
        self, transport: IceTransport, session: RtpSession, identity: DtlsIdentity, unix_s: Callable[[], float]
    ) -> None:
        self._transport = transport
        self._session = session
        self._identity = identity
        self._unix_s = unix_s
        self._ids: dict[Hashable, str] = {}
        self.transport_id = self._id("transport")
        """What the entries of RTP streams name as their transport."""

    def collect(self) -> dict[str, Stats]:
        """Entries by id."""
        pairs = self._transport.agent.pairs
        stats: list[Stats] = [self._of_transport(), *self._certificates()]
        candidates: dict[str, Stats] = {}
        for pair in pairs:
            for candidate, kind in (
                (pair.local_candidate, StatsType.LOCALCANDIDATE),
                (pair.remote, StatsType.REMOTECANDIDATE),
            ):
                entry = self._candidate(candidate, kind)
                candidates[entry.id] = entry
        stats += candidates.values()
        stats += (self._pair(pair) for pair in pairs)
        return {each.id: each for each in stats}

    def _id(self, what: Hashable) -> str:
        known = self._ids.get(what)
        if known is None:  # no `setdefault`, which would draw a new one each time
            known = self._ids[what] = str(uuid.uuid4())
        return known

    def _base(self, what: Hashable, kind: StatsType) -> dict[str, Any]:
        return {"id": self._id(what), "type": kind, "timestamp_millis": int(self._unix_s() * 1000)}

    @property
    def _bytes_sent(self) -> int:
        legs = [sender.leg for sender in self._session.senders.values()]
        return sum(leg.payload_bytes_sent + leg.retransmitted_bytes for leg in legs)

    @property
    def _bytes_received(self) -> int:
        receivers = self._session.receivers.values()
        return sum(receiver.reception.bytes_received + receiver.retransmitted_bytes for receiver in receivers)

    def _of_transport(self) -> Stats:
        selected = self._transport.agent.selected_pair
        return RTCTransportStats(
            **self._base("transport", StatsType.TRANSPORT),
            bytes_sent=self._bytes_sent,
            bytes_received=self._bytes_received,
            rtcp_transport_stats_id="",
            active_connection=self._transport.dtls_state is DtlsState.CONNECTED,
            selected_candidate_pair_id="" if selected is None else self._id(_pair_key(selected)),
            local_certificate_id=self._id("local certificate"),
            remote_certificate_id=self._id("remote certificate") if self._transport.remote_certificate else "",
        )

    def _certificates(self) -> list[Stats]:
        ders = {
            "local certificate": self._identity.certificate_der,
            "remote certificate": self._transport.remote_certificate,
        }
        return [
            RTCCertificateStats(
                **self._base(name, StatsType.TRANSPORT),
                fingerprint=hashlib.sha256(der).digest().hex(":").upper(),
                fingerprint_algorithm="sha-256",
                base64_certificate=base64.b64encode(der).decode("ascii"),
                issuer_certificate_id="",
            )
            for name, der in ders.items()
            if der
        ]

    def _candidate(self, candidate: Candidate, kind: StatsType) -> RTCIceCandidateAttributes:
        return RTCIceCandidateAttributes(
            **self._base(_candidate_key(candidate, kind), kind),
            ip_address=candidate.host,
            port_number=candidate.port,
            transport=candidate.transport,
            candidate_type=CANDIDATE_TYPES[candidate.type],
            priority=candidate.priority,
            address_source_url="",
        )

    def _pair(self, pair: CandidatePair) -> Stats:
        selected = pair is self._transport.agent.selected_pair
        wishes = [sender.remb_bps for sender in self._session.senders.values()]
        round_trip_s = self._transport.agent.round_trip_time_s
        return RTCIceCandidatePairStats(
            **self._base(_pair_key(pair), StatsType.CANDIDATEPAIR),
            transport_id=self.transport_id,
            local_candidate_id=self._id(_candidate_key(pair.local_candidate, StatsType.LOCALCANDIDATE)),
            remote_candidate_id=self._id(_candidate_key(pair.remote, StatsType.REMOTECANDIDATE)),
            state=PAIR_STATES[pair.state],
            priority=pair.priority,
            nominated=pair.nominated,
            writable=math.isfinite(pair.responded_at),
            readable=pair.state is PairState.SUCCEEDED,
            bytes_sent=self._bytes_sent if selected else 0,
            bytes_received=self._bytes_received if selected else 0,
            round_trip_time=(round_trip_s or 0.0) if selected else 0.0,
            available_outgoing_bitrate=float(max(wishes, default=0)) if selected else 0.0,
            available_incoming_bitrate=float(self._session.sent_remb_bps) if selected else 0.0,
        )


def _candidate_key(candidate: Candidate, kind: StatsType) -> Hashable:
    return kind, candidate.transport, candidate.address, candidate.type


def _pair_key(pair: CandidatePair) -> Hashable:
    return "pair", pair.local.transport, pair.local_address, pair.remote_address
