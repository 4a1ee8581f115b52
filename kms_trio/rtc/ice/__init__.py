"""ICE (RFC 8445) without I/O: candidates, and a full agent for one component.

`IceAgent` is the engine; `parse_candidate` and `format_candidate` read and write what SDP and trickling carry.
"""

from __future__ import annotations

from kms_trio.rtc.ice.agent import IceAgent
from kms_trio.rtc.ice.candidate import (
    DISCARD_PORT,
    Candidate,
    CandidateError,
    CandidateType,
    candidate_foundation,
    candidate_priority,
    format_candidate,
    host_candidate,
    parse_candidate,
    tcp_host_candidate,
)
from kms_trio.rtc.ice.credentials import IceCredentials, RandomSource, make_credentials
from kms_trio.rtc.ice.pairs import CandidatePair, PairState
from kms_trio.rtc.ice.reflexive import ReflexiveGatherer, server_reflexive_candidate
from kms_trio.rtc.ice.states import (
    IceEvent,
    IceRole,
    IceState,
    IceStateChanged,
    IceStatistics,
    PairSelected,
    Transmit,
)
from kms_trio.rtc.stun import Address

__all__ = [
    "DISCARD_PORT",
    "Address",
    "Candidate",
    "CandidateError",
    "CandidatePair",
    "CandidateType",
    "IceAgent",
    "IceCredentials",
    "IceEvent",
    "IceRole",
    "IceState",
    "IceStateChanged",
    "IceStatistics",
    "PairSelected",
    "PairState",
    "RandomSource",
    "ReflexiveGatherer",
    "Transmit",
    "candidate_foundation",
    "candidate_priority",
    "format_candidate",
    "host_candidate",
    "make_credentials",
    "parse_candidate",
    "server_reflexive_candidate",
    "tcp_host_candidate",
]
