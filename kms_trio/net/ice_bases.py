"""The bases of one transport's candidates: the worker's sockets, sockets of its own, a relayed address.

A transport whose peer is in this server too gets sockets of its own: on the shared ones every datagram between the two
would go from our port to our port, and nobody could tell for which of them it is.
"""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import attrs

from kms_trio.media.callbacks import ignore
from kms_trio.net.active_tcp import ActiveTcpBase
from kms_trio.net.addresses import pack_sockaddr
from kms_trio.net.gathering import Gathering, IceServers
from kms_trio.rtc.ice import Candidate, IceAgent, Transmit, host_candidate, tcp_host_candidate

if TYPE_CHECKING:
    from kms_trio.net.base import DatagramBase
    from kms_trio.net.ice_transport import IceTransport
    from kms_trio.net.service import NetworkService
    from kms_trio.net.udp_socket import UdpSocket

__all__ = ["IceBases"]

logger = logging.getLogger("kms.webrtc.gathering")

MAX_ROUTES = 128
"""Addresses that one peer may have proved to be its own; of more the oldest is forgotten, until it is proved anew."""


class IceBases:
    """What one transport sends from and receives at.

    `on_candidate` gets each candidate as the peer is to be told, `on_done` is called when no more are looked for.  The
    agent is given new candidates; `pump` is called when it has to send on account of one that came late.
    """

    def __init__(
        self,
        service: NetworkService,
        agent: IceAgent,
        transaction_prefix: bytes,
        *,
        on_candidate: Callable[[Candidate], None],
        on_done: Callable[[], None],
        pump: Callable[[float], None],
    ) -> None:
        self.private_sockets: list[UdpSocket] = []
        """Beside the shared ones, when the peer is in this server too."""
        self._service = service
        self._agent = agent
        self._on_candidate = on_candidate
        self._pump = pump
        self._gathering = Gathering(
            service,
            transaction_prefix,
            send=self.send,
            on_reflexive=self._add_reflexive,
            on_relayed=self._add_relayed,
            on_done=on_done,
        )
        self._bases: dict[tuple[str, int], DatagramBase] = {}
        self._active: list[ActiveTcpBase] = []
        self._routes: dict[tuple[DatagramBase, bytes], None] = {}  # a set that keeps its order
        self._shared: Sequence[UdpSocket] = ()
        self._external: Mapping[int, str] = {}
        self._peered = False

    def find(self, address: tuple[str, int]) -> DatagramBase | None:
        """The base with this address."""
        return self._bases.get(address)

    def send(self, transmit: Transmit) -> None:
        """Send a datagram from one of the bases."""
        base = self._bases.get(transmit.local)
        if base is not None:
            base.send_to(transmit.data, transmit.remote)

    def receive(self, base: DatagramBase, data: bytes, remote: tuple[str, int], now: float) -> bool:
        """Take a STUN message; whether it was a server's answer to a question of ours."""
        return self._gathering.receive(data, local=base.address, remote=remote, now=now)

    def remember(self, transport: IceTransport, base: DatagramBase, remote: tuple[str, int]) -> None:
        """From now on what comes from this address is the transport's; the latest to prove itself has it."""
        name = pack_sockaddr(*remote)
        if base.routes.get(name) is not transport:
            base.routes[name] = transport
            self._routes[base, name] = None
            if len(self._routes) > MAX_ROUTES:
                self._forget_route(transport, *next(iter(self._routes)))

    def _forget_route(self, transport: IceTransport, base: DatagramBase, name: bytes) -> None:
        self._routes.pop((base, name), None)
        if base.routes.get(name) is transport:
            del base.routes[name]

    def close(self, transport: IceTransport) -> None:
        """Forget routes, end the search, give back what was the transport's own."""
        for active in self._active:
            active.close()
        for base, name in tuple(self._routes):
            self._forget_route(transport, base, name)
        self._gathering.close()
        for sock in self.private_sockets:
            self._service.close_socket(sock)

    def let_go(self) -> None:
        """The transport is gone; to be called after `close`."""
        self._on_candidate = self._pump = ignore
        self._bases.clear()
        self._active.clear()
        self.private_sockets = []

    # Candidates.

    def gather(
        self, sockets: Sequence[UdpSocket], external: Mapping[int, str], servers: IceServers, *, tcp: bool
    ) -> None:
        """Make host candidates of shared sockets, the best liked first, and ask servers for more.

        `external` gives, by IP version, the address that the peer is told in place of our own.  With `tcp` peers may
        also connect to the same addresses by TCP, and we to theirs.
        """
        self._shared, self._external = sockets, external
        hosts = [self._make_host(sock) for sock in sockets]
        found = list(hosts)
        if self._peered:
            found += self._open_private()
        if tcp:
            found += self._open_tcp()
        self._agent.add_local_candidates(found, self._service.timers.now())
        self._gathering.start(hosts, servers)

    def meet(self, candidate: Candidate) -> None:
        """A candidate of the peer has come: one of a shared socket means that the peer is in this server too."""
        if not self._peered and self._service.is_own(candidate.address):
            self._peered = True
            if self._shared:
                self._agent.add_local_candidates(self._open_private(), self._service.timers.now())

    def _open_private(self) -> list[Candidate]:
        try:
            self.private_sockets = self._service.open_private([sock.local.host for sock in self._shared])
        except OSError as problem:
            logger.error("two endpoints of this server cannot reach each other: %s", problem)
        return [self._make_host(sock) for sock in self.private_sockets]

    def _make_host(self, sock: UdpSocket) -> Candidate:
        """Make a socket a base and tell its candidate, which the agent is still to be given."""
        candidate = host_candidate(*sock.address, local_preference=0xFFFF - len(self._bases))
        self._bases[sock.address] = sock
        announced = self._announce(candidate)
        if sock in self._shared:
            self._service.know_as(sock.address, "external", announced.address)
        return candidate

    def _open_tcp(self) -> list[Candidate]:
        """Bases for TCP, active and passive; the agent is still to be given their candidates."""
        found: list[Candidate] = []
        try:
            bases = self._service.tcp_bases([sock.local.host for sock in self._shared])
        except OSError as problem:
            logger.error("no candidates for TCP: %s", problem)
            return found
        for place, passive in enumerate(bases):
            active = ActiveTcpBase(self._service, passive.address[0], self._connection_lost)
            self._active.append(active)
            for base in (active, passive):
                candidate = tcp_host_candidate(*base.address, local_preference=0x1FFF - place)
                self._bases[base.address] = base
                found.append(candidate)
                self._announce(candidate)
        return found

    def _connection_lost(self, base: ActiveTcpBase, remote: tuple[str, int]) -> None:
        now = self._service.timers.now()
        self._agent.connection_lost(base.address, remote, now)
        self._pump(now)

    def _announce(self, candidate: Candidate) -> Candidate:
        """Tell a host candidate, with the external address if there is one; what was told."""
        announced = candidate
        if self._external and (external := self._external.get(ipaddress.ip_address(candidate.host).version)):
            announced = attrs.evolve(candidate, host=external)
        self._on_candidate(announced)
        return announced

    def _add_reflexive(self, candidate: Candidate) -> None:
        assert candidate.related_address is not None, "its base"
        base = (candidate.related_address, candidate.related_port or 0)
        self._service.know_as(base, candidate.foundation, candidate.address)
        self._agent.add_local_candidate(candidate, self._service.timers.now())
        self._on_candidate(candidate)

    def _add_relayed(self, candidate: Candidate, relay: DatagramBase) -> None:
        now = self._service.timers.now()
        self._bases[candidate.address] = relay
        self._agent.add_local_candidate(candidate, now)
        self._on_candidate(candidate)
        self._pump(now)
