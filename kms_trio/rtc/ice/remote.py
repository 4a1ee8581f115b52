"""The remote candidates: which of them are used, and how many (RFC 8445 sections 5.3 and 19.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kms_trio.rtc.ice.candidate import ip_address

if TYPE_CHECKING:
    from kms_trio.rtc.ice.candidate import Candidate
    from kms_trio.rtc.ice.states import IceStatistics
    from kms_trio.rtc.stun import Address

MAX_REMOTE_CANDIDATES: Final = 100
"""More are refused: each one makes us send packets to an address of the peer's choice (section 19.5.1)."""


class RemoteCandidates:
    """What the peer has signalled, by address."""

    def __init__(self, statistics: IceStatistics) -> None:
        self._statistics = statistics
        self._by_address: dict[Address, Candidate] = {}

    def __len__(self) -> int:
        return len(self._by_address)

    def add(self, candidate: Candidate) -> bool:
        """Whether the candidate is new and is used; if not it is counted.

        TCP candidates and `.local` names are ignored: such a peer still reaches us, and its own checks tell us its
        address.
        """
        if not _is_usable(candidate):
            self._statistics.candidates_ignored += 1
            return False
        if candidate.address in self._by_address:
            return False
        if len(self._by_address) >= MAX_REMOTE_CANDIDATES:
            self._statistics.candidates_refused += 1
            return False
        self._by_address[candidate.address] = candidate
        return True

    def find(self, address: Address) -> Candidate | None:
        """The signalled candidate with this address."""
        return self._by_address.get(address)

    def all(self) -> tuple[Candidate, ...]:
        """Those that are used, in the order in which they came."""
        return tuple(self._by_address.values())

    def clear(self) -> None:
        """Forget all."""
        self._by_address.clear()


def _is_usable(candidate: Candidate) -> bool:
    """UDP, component 1, and a unicast IP address with a port."""
    if candidate.transport != "udp" or candidate.component != 1 or candidate.port == 0:
        return False
    address = ip_address(candidate.host)
    return not (
        address is None or address.is_unspecified or address.is_multicast or candidate.host == "255.255.255.255"
    )
