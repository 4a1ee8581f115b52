"""What an owner can see of an association at any time."""

from __future__ import annotations

import enum

import attrs

__all__ = ["AssociationState", "SctpStatistics"]


class AssociationState(enum.Enum):
    """What the owner has to know of the states of RFC 9260 section 4. CLOSED is final."""

    NEW = "new"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    CLOSED = "closed"


@attrs.define
class SctpStatistics:
    """Counters of an association."""

    packets_received: int = 0
    packets_sent: int = 0
    packets_discarded: int = 0  #: unreadable, or of another association
