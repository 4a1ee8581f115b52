"""Candidate pairs and the check list (RFC 8445 sections 6.1.2 and 7.3.1.3).

Nothing is frozen as in RFC 8445, which keeps several components and streams from checking the same path at the same
time: with BUNDLE and rtcp-mux there is one of each.  What is frozen here are pairs that would need a connection.
"""

from __future__ import annotations

import enum
import ipaddress
from typing import TYPE_CHECKING, Final

import attrs

from kms_trio.rtc.ice.candidate import Candidate, ip_address
from kms_trio.rtc.ice.states import IceRole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kms_trio.rtc.ice.transactions import Transaction
    from kms_trio.rtc.stun import Address

MAX_PAIRS: Final = 100
"""RFC 8445 section 6.1.2.5."""


class PairState(enum.Enum):
    """RFC 8445 section 6.1.2.6."""

    FROZEN = "frozen"
    """Over TCP to a passive peer: connected to when nothing else has worked."""
    WAITING = "waiting"
    IN_PROGRESS = "in-progress"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@attrs.define(eq=False)
class CandidatePair:
    """One local and one remote candidate that are tried together."""

    local: Candidate
    """The base: what our socket is bound to."""
    remote: Candidate
    priority: int
    state: PairState = PairState.WAITING
    transaction: Transaction | None = None
    """The check under way; consent checks are not kept here."""
    reflexive: Candidate | None = None
    """The peer-reflexive local candidate, if the peer sees us under another address (section 7.2.5.3.1)."""
    nomination_requested: bool = False
    """The controlling peer sent USE-CANDIDATE; takes effect once the pair is valid (section 7.3.1.5)."""
    nominated: bool = False
    nomination_requested_at: float = float("-inf")
    """When the peer's last USE-CANDIDATE came, monotonic seconds."""
    responded_at: float = float("-inf")
    """When the last success response came, monotonic seconds."""

    @property
    def local_address(self) -> Address:
        """Address of the socket to send from."""
        return self.local.address

    @property
    def remote_address(self) -> Address:
        """Address to send to."""
        return self.remote.address

    @property
    def local_candidate(self) -> Candidate:
        """The local candidate of the valid pair: the peer-reflexive one if there is one, else the base."""
        return self.reflexive or self.local


def pair_priority(local: Candidate, remote: Candidate, role: IceRole) -> int:
    """RFC 8445 section 6.1.2.3: equal on both sides, 64 bits."""
    controlling, controlled = local.priority, remote.priority
    if role is IceRole.CONTROLLED:
        controlling, controlled = controlled, controlling
    low, high = sorted((controlling, controlled))
    return (low << 32) + 2 * high + (controlling > controlled)


def can_pair(local: Candidate, remote: Candidate) -> bool:
    """RFC 8445 section 6.1.2.2: same transport and IP version, and link-local only with link-local.

    Over TCP (RFC 6544 section 6.2) what is active pairs with what is passive, and only within a scope: nobody
    but this machine has us connect to its loopback addresses, nobody but its own link to IPv4 link-local ones.
    """
    if local.transport != remote.transport:
        return False
    ours, theirs = ip_address(local.host), ip_address(remote.host)
    if local.transport == "tcp" and (
        {local.tcp_type, remote.tcp_type} != {"active", "passive"}
        or ours is None
        or theirs is None
        or ours.is_loopback is not theirs.is_loopback
        or ours.is_link_local is not theirs.is_link_local
    ):
        return False
    if isinstance(ours, ipaddress.IPv4Address):
        return isinstance(theirs, ipaddress.IPv4Address)
    return ours is not None and isinstance(theirs, ipaddress.IPv6Address) and ours.is_link_local == theirs.is_link_local


class CheckList:
    """All pairs of one agent, at most `MAX_PAIRS`."""

    def __init__(self) -> None:
        self._pairs: dict[tuple[Address, Address], CandidatePair] = {}

    def __iter__(self) -> Iterator[CandidatePair]:
        return iter(self._pairs.values())

    def __len__(self) -> int:
        return len(self._pairs)

    def find(self, local: Address, remote: Address) -> CandidatePair | None:
        """The pair of these addresses."""
        return self._pairs.get((local, remote))

    def add(self, local: Candidate, remote: Candidate, role: IceRole) -> CandidatePair | None:
        """A new Waiting pair; Frozen when it would need a connection that we open.

        In a full list it takes the place of the worst pair that has not succeeded: a path that is authenticated now
        is worth more than one more guess. None if every pair has succeeded.
        """
        if len(self._pairs) >= MAX_PAIRS:
            evictable = [pair for pair in self if pair.state is not PairState.SUCCEEDED and pair.transaction is None]
            if not evictable:
                return None
            worst = min(evictable, key=lambda pair: pair.priority)
            del self._pairs[worst.local_address, worst.remote_address]
        state = PairState.FROZEN if local.tcp_type == "active" else PairState.WAITING
        pair = CandidatePair(local, remote, pair_priority(local, remote, role), state)
        self._pairs[local.address, remote.address] = pair
        return pair

    def drop(self, unwanted: Callable[[CandidatePair], bool]) -> list[CandidatePair]:
        """Forget some pairs, and return them."""
        dropped = [pair for pair in self if unwanted(pair)]
        for pair in dropped:
            del self._pairs[pair.local_address, pair.remote_address]
        return dropped

    def replace_remote(self, remote: Candidate, role: IceRole) -> None:
        """A candidate was signalled whose address had been learned as peer-reflexive before (RFC 8838 section 11.4)."""
        for pair in self:
            if pair.remote_address == remote.address and pair.local.transport == remote.transport:
                pair.remote = remote
                pair.priority = pair_priority(pair.local, remote, role)

    def recompute_priorities(self, role: IceRole) -> None:
        """After a change of role (RFC 8445 section 7.3.1.1)."""
        for pair in self:
            pair.priority = pair_priority(pair.local, pair.remote, role)

    def best(self, state: PairState) -> CandidatePair | None:
        """The pair of highest priority in a state."""
        best = None
        for pair in self._pairs.values():  # no max() with a key: this is asked several times a datagram
            if pair.state is state and (best is None or pair.priority > best.priority):
                best = pair
        return best

    def all_failed(self) -> bool:
        """Whether there are pairs and each has failed."""
        return bool(self._pairs) and all(pair.state is PairState.FAILED for pair in self)

    def clear(self) -> None:
        """Forget everything."""
        self._pairs.clear()
