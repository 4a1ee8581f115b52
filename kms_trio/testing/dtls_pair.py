"""Two DTLS engines with a wire between them, in memory."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from kms_trio.rtc.dtls import DtlsIdentity, DtlsRole, DtlsTransport

Wire = Callable[[DtlsRole, int, bytes], list[bytes]]
"""What arrives of a datagram, by who sends it, how many were sent before and what it holds."""


def perfect_wire(sender: DtlsRole, index: int, datagram: bytes) -> list[bytes]:
    """Loses nothing."""
    return [datagram]


@attrs.define
class DtlsPair:
    """A client and a server, started."""

    client: DtlsTransport
    server: DtlsTransport
    wire: Wire = perfect_wire
    log: list[tuple[DtlsRole, bytes]] = attrs.Factory(list)
    """All that was sent, lost or not."""

    @classmethod
    def of(cls, client: DtlsIdentity, server: DtlsIdentity, wire: Wire = perfect_wire) -> DtlsPair:
        """A pair in which each knows the other's fingerprint."""
        pair = cls(
            DtlsTransport(client, DtlsRole.CLIENT, [("sha-256", server.fingerprint())]),
            DtlsTransport(server, DtlsRole.SERVER, [("sha-256", client.fingerprint())]),
            wire,
        )
        pair.server.start()
        pair.client.start()
        return pair

    def pump(self) -> None:
        """Move datagrams until both are silent."""
        moved = True
        while moved:
            moved = False
            for sender, receiver in ((self.client, self.server), (self.server, self.client)):
                for datagram in sender.datagrams():
                    moved = True
                    index = sum(role is sender.role for role, _ in self.log)
                    self.log.append((sender.role, datagram))
                    for arrived in self.wire(sender.role, index, datagram):
                        receiver.receive(arrived)
