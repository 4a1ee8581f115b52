"""Candidates that are learned from checks (RFC 8445 sections 7.2.5.3.1 and 7.3.1.3)."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from kms_trio.rtc.ice.candidate import (
    TCP_TYPE_PREFERENCES,
    Candidate,
    CandidateType,
    candidate_foundation,
    candidate_priority,
)

if TYPE_CHECKING:
    from kms_trio.rtc.stun import Address

_TYPE = CandidateType.PEER_REFLEXIVE
_OPPOSITES = MappingProxyType({"active": "passive", "passive": "active"})


def learned_remote(address: Address, priority: int | None, base: Candidate) -> Candidate:
    """The peer, under the address that its request came from.

    Args:
        address: source of the request.
        priority: its PRIORITY attribute; without one the candidate gets the usual priority of its type.
        base: the local candidate that the request came to; who reached a passive one has opened the connection.
    """
    host, port = address
    return Candidate(
        foundation=candidate_foundation(_TYPE, host, transport=base.transport),
        transport=base.transport,
        priority=candidate_priority(_TYPE) if priority is None else priority,
        host=host,
        port=port,
        type=_TYPE,
        tcp_type=_OPPOSITES.get(base.tcp_type or ""),
    )


def learned_local(base: Candidate, mapped: Address | None) -> Candidate | None:
    """Ourselves, as the peer sees us through a NAT; None if there is none in between.

    Args:
        base: the local candidate that the request was sent from.
        mapped: XOR-MAPPED-ADDRESS of the response.
    """
    # A link-local base may carry the name of our interface, which does not go over the wire; an active one has no port.
    own_host = base.host.partition("%")[0]
    if mapped is None or mapped == (own_host, mapped[1] if base.tcp_type == "active" else base.port):
        return None
    host, port = mapped
    return Candidate(
        foundation=candidate_foundation(_TYPE, base.host, transport=base.transport),
        component=base.component,
        transport=base.transport,
        tcp_type=base.tcp_type,
        priority=peer_reflexive_priority(base),
        host=host,
        port=port,
        type=_TYPE,
        related_address=base.host,
        related_port=base.port,
    )


def peer_reflexive_priority(base: Candidate) -> int:
    """PRIORITY of the checks sent from `base` (RFC 8445 section 7.1.1)."""
    type_preference = TCP_TYPE_PREFERENCES[_TYPE] if base.transport == "tcp" else -1
    return candidate_priority(
        _TYPE, local_preference=base.local_preference, component=base.component, type_preference=type_preference
    )
