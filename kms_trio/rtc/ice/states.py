"""What an ICE agent is, says and counts: role, state, events, statistics."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from kms_trio.rtc.ice.candidate import Candidate
    from kms_trio.rtc.stun import Address


class IceRole(enum.Enum):
    """RFC 8445 section 6.1.1: the controlling agent nominates the pair that is used."""

    CONTROLLING = "controlling"
    CONTROLLED = "controlled"

    @property
    def other(self) -> IceRole:
        """The opposite role."""
        return IceRole.CONTROLLED if self is IceRole.CONTROLLING else IceRole.CONTROLLING


class IceState(enum.Enum):
    """State of an agent.

    ::

        NEW -> CHECKING -> CONNECTED -> COMPLETED
                  |            |            |
                  |            +-> DISCONNECTED (and back, while consent lasts)
                  v                  v
                FAILED <-------------+          any -> CLOSED
    """

    NEW = "new"
    """Remote credentials, our own candidate, or any sign of the remote's candidates are missing."""
    CHECKING = "checking"
    """Pairs are being checked or waited for; none works yet."""
    CONNECTED = "connected"
    """A pair works and may carry media; none is nominated yet."""
    COMPLETED = "completed"
    """A pair is nominated and selected."""
    DISCONNECTED = "disconnected"
    """The peer does not answer consent checks."""
    FAILED = "failed"
    """No pair worked, or consent is lost: nothing is sent or answered any more. Final."""
    CLOSED = "closed"
    """Closed by its owner. Final."""

    @property
    def is_final(self) -> bool:
        """Whether the agent neither sends nor answers any more."""
        return self is IceState.FAILED or self is IceState.CLOSED


@attrs.frozen
class Transmit:
    """A datagram to be sent."""

    data: bytes
    local: Address
    """Address of the socket to send from: the base of a local candidate."""
    remote: Address


@attrs.frozen
class IceStateChanged:
    """The agent went from one state to another; each step is an event of its own."""

    old: IceState
    new: IceState


@attrs.frozen
class PairSelected:
    """A nominated pair carries the media from now on; comes again when the peer moves to another one."""

    local: Candidate
    remote: Candidate


IceEvent = IceStateChanged | PairSelected


@attrs.define
class IceStatistics:
    """Counters of one agent since its creation."""

    requests_sent: int = 0
    """Connectivity and consent checks, retransmissions included."""
    retransmissions_sent: int = 0
    consent_requests_sent: int = 0
    requests_received: int = 0
    """Authenticated Binding requests."""
    responses_sent: int = 0
    """Success responses."""
    responses_received: int = 0
    """Authenticated success responses to our requests."""
    errors_sent: int = 0
    errors_received: int = 0
    """Authenticated error responses to our requests."""
    indications_received: int = 0
    """Keep-alives of the peer."""
    malformed: int = 0
    """Datagrams that were no acceptable STUN message."""
    unauthenticated: int = 0
    """Requests and responses without or with a wrong USERNAME or MESSAGE-INTEGRITY."""
    unexpected: int = 0
    """Responses to nothing that we asked, and requests to an address which is not ours."""
    role_conflicts: int = 0
    candidates_ignored: int = 0
    """Remote candidates of a kind that is not used: active TCP, names, other components, unusable addresses."""
    candidates_refused: int = 0
    """Remote candidates and pairs beyond the limits."""
    paths_avoided: int = 0
    """Pairs that the owner forbade because it could not tell their datagrams from others'."""
    total_round_trip_time_s: float = 0.0
    round_trip_times_measured: int = 0
    round_trip_time_s: float | None = None
    """The last one."""

    def add_round_trip(self, round_trip_time_s: float) -> None:
        """Count one measured round trip."""
        self.round_trip_time_s = round_trip_time_s
        self.total_round_trip_time_s += round_trip_time_s
        self.round_trip_times_measured += 1
