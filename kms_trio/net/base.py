"""What a transport sends from and receives at: the base of a candidate (RFC 8445 section 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from kms_trio.net.ice_transport import IceTransport
    from kms_trio.net.send_arena import SendArena

__all__ = ["DatagramBase"]


class DatagramBase(Protocol):
    """A socket of this machine, or a relayed address on a TURN server."""

    @property
    def address(self) -> tuple[str, int]:
        """Under which the ICE agent knows it."""

    @property
    def namelen(self) -> int:
        """Size of the socket addresses of its peers."""

    @property
    def routes(self) -> dict[bytes, IceTransport]:
        """Which transport a peer's address belongs to; keys are socket addresses as the kernel writes them."""

    @property
    def send_arena(self) -> SendArena:
        """Where media for its peers is built."""

    def arena_for(self, dscp: int | None) -> SendArena:
        """Where media for those of its peers is built whose packets are to carry this mark."""

    def send_to(self, data: bytes, remote: tuple[str, int], dscp: int | None = None) -> None:
        """Send one datagram, with this mark where that is possible; what cannot be sent is counted."""
