"""The remote candidates: which are used, and how many (RFC 8445 sections 5.3 and 19.5, RFC 6544 section 6.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kms_trio.rtc.ice.candidate import ip_address

if TYPE_CHECKING:
    from kms_trio.rtc.ice.candidate import Candidate
    from kms_trio.rtc.ice.states import IceStatistics
    from kms_trio.rtc.stun import Address

MAX_REMOTE_CANDIDATES: Final = 100
"""More are refused: each one makes us send packets to an address of the peer's choice (section 19.5.1)."""
FIRST_EPHEMERAL_PORT: Final = 1024
TCP_PORTS_BELOW: Final = frozenset({80, 443})
"""A peer listens on a port that any user may have, or on one that firewalls let through. To other services a connection
would be a probe in our name, of which they see more than of a stray datagram."""


class RemoteCandidates:
    """What the peer has signalled, by address."""

    def __init__(self, statistics: IceStatistics) -> None:
        self._statistics = statistics
        self._by_address: dict[tuple[str, Address], Candidate] = {}

    def __len__(self) -> int:
        return len(self._by_address)

    def add(self, candidate: Candidate) -> bool:
        """Whether the candidate is new and is used; if not it is counted.

        Active TCP candidates and `.local` names are ignored: such a peer still reaches us, and its own checks tell us
        its address.
        """
        if not _is_usable(candidate):
            self._statistics.candidates_ignored += 1
            return False
        key = candidate.transport, candidate.address
        if key in self._by_address:
            return False
        if len(self._by_address) >= MAX_REMOTE_CANDIDATES:
            self._statistics.candidates_refused += 1
            return False
        self._by_address[key] = candidate
        return True

    def find(self, transport: str, address: Address) -> Candidate | None:
        """The signalled candidate with this address, for `udp` or `tcp`."""
        return self._by_address.get((transport, address))

    def all(self) -> tuple[Candidate, ...]:
        """Those that are used, in the order in which they came."""
        return tuple(self._by_address.values())

    def clear(self) -> None:
        """Forget all."""
        self._by_address.clear()


def _is_usable(candidate: Candidate) -> bool:
    """UDP or passive TCP, component 1, and a unicast IP address with a port."""
    if candidate.component != 1 or candidate.port == 0:
        return False
    if candidate.transport == "tcp":
        if candidate.tcp_type != "passive":
            return False
        if candidate.port < FIRST_EPHEMERAL_PORT and candidate.port not in TCP_PORTS_BELOW:
            return False
    elif candidate.transport != "udp":
        return False
    address = ip_address(candidate.host)
    return not (
        address is None or address.is_unspecified or address.is_multicast or candidate.host == "255.255.255.255"
    )
