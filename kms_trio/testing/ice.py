"""Pairs of ICE agents on a `FakeNetwork`."""

from __future__ import annotations

import random
from collections.abc import Callable

from kms_trio.rtc.ice import (
    Candidate,
    IceAgent,
    IceCredentials,
    IceEvent,
    IceRole,
    IceState,
    IceStateChanged,
    PairSelected,
    host_candidate,
    make_credentials,
)
from kms_trio.testing.network import Address, FakeNetwork


class IcePeer:
    """One agent with its sockets, and what it has told so far.

    Args:
        network: where its sockets are.
        role: at the beginning.
        addresses: its sockets, best first; each becomes a host candidate.
        seed: of its credentials, tie-breaker and transaction ids.
        tie_breaker: instead of a seeded one.
        disconnected_after_s: see `IceAgent`.
        may_pair: see `IceAgent`.
    """

    def __init__(
        self,
        network: FakeNetwork,
        role: IceRole,
        *addresses: Address,
        seed: int = 0,
        tie_breaker: int | None = None,
        disconnected_after_s: float = 30.0,
        may_pair: Callable[[Address, Address], bool] = lambda local, remote: True,
    ) -> None:
        source = random.Random(seed)
        self.network = network
        self.credentials: IceCredentials = make_credentials(source)
        self.agent = IceAgent(
            role=role,
            local=self.credentials,
            tie_breaker=source.getrandbits(64) if tie_breaker is None else tie_breaker,
            random=source,
            disconnected_after_s=disconnected_after_s,
            may_pair=may_pair,
        )
        self.candidates: list[Candidate] = [
            host_candidate(*address, local_preference=0xFFFF - place) for place, address in enumerate(addresses)
        ]
        self._events: list[IceEvent] = []
        network.attach(self.agent, *addresses)
        for candidate in self.candidates:
            self.agent.add_local_candidate(candidate, network.now)

    @property
    def state(self) -> IceState:
        """The agent's state."""
        return self.agent.state

    @property
    def events(self) -> list[IceEvent]:
        """All events since the beginning."""
        self._events += self.agent.events()
        return self._events

    @property
    def states(self) -> list[IceState]:
        """All states entered since the beginning."""
        return [event.new for event in self.events if isinstance(event, IceStateChanged)]

    @property
    def selections(self) -> list[tuple[Address, Address]]:
        """Local and remote address of each pair selected since the beginning."""
        return [(event.local.address, event.remote.address) for event in self.events if isinstance(event, PairSelected)]

    def learn_credentials(self, other: IcePeer, *, lite: bool = False) -> None:
        """As from the peer's SDP."""
        self.agent.set_remote_credentials(other.credentials, self.network.now, lite=lite)

    def learn_candidates(self, other: IcePeer) -> None:
        """As from the peer's SDP or trickled."""
        for candidate in other.candidates:
            self.agent.add_remote_candidate(candidate, self.network.now)


def introduce(left: IcePeer, right: IcePeer) -> None:
    """Exchange credentials and candidates both ways."""
    for one, other in ((left, right), (right, left)):
        one.learn_credentials(other)
        one.learn_candidates(other)


def both(state: IceState, left: IcePeer, right: IcePeer) -> bool:
    """Whether both agents are in this state."""
    return left.state is state and right.state is state
