"""One peer's transport: drives an ICE agent and a DTLS association over the worker's sockets, and keys SRTP.

    socket ─ STUN ─→ IceAgent ─ usable pair ─→ route ─┐
           ─ DTLS ─→ DtlsLink ─ keys ─→ SRTP ─────────┴─→ listener.on_connected, legs may send

It has no task: datagrams come from the receive loops, turns to shake hands from `HandshakeTurns`, time from one timer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kms_trio.net.addresses import pack_sockaddr
from kms_trio.net.deadline_timer import DeadlineTimer
from kms_trio.net.dtls_link import DtlsLink
from kms_trio.net.gathering import IceServers
from kms_trio.net.ice_bases import IceBases
from kms_trio.net.send_arena import SLOT_BYTES
from kms_trio.net.syscalls import SOCKADDR_BYTES, address_of
from kms_trio.net.token_bucket import TokenBucket
from kms_trio.net.transport_listener import NobodyListens, TransportListener
from kms_trio.rtc.dtls import DtlsIdentity, DtlsRole, DtlsState, DtlsTransport
from kms_trio.rtc.ice import (
    Candidate,
    IceAgent,
    IceCredentials,
    IceRole,
    IceState,
    IceStateChanged,
    PairSelected,
    make_credentials,
)
from kms_trio.rtc.srtp import SrtpError, SrtpSession

if TYPE_CHECKING:
    from kms_trio.net.base import DatagramBase
    from kms_trio.net.rtp_session import RtpSession
    from kms_trio.net.send_arena import SendArena
    from kms_trio.net.service import NetworkService
    from kms_trio.net.udp_socket import UdpSocket

__all__ = ["STRANGERS_PER_S", "IceTransport"]

STRANGERS_PER_S = 200
"""STUN messages that are looked into of those that name us and come from addresses which have proved nothing yet; a
browser with ten addresses sends less than half.  Each costs as much as it takes to check a signature."""


class IceTransport:
    """ICE, DTLS and SRTP with one peer; a `LegRoute` once connected."""

    def __init__(
        self, service: NetworkService, listener: TransportListener, role: IceRole, *, dscp: int | None = None
    ) -> None:
        """`dscp` marks all that goes to the peer directly, checks of ICE excepted."""
        self._dscp = dscp
        self.credentials = make_credentials(service.random)
        self.session: RtpSession | None = None
        self.srtp_receive_context: Any = None
        self.srtp_context: Any = None
        self.srtp_overhead_bytes = 0
        self.early_media = 0
        """RTP packets that came before the keys."""
        self.undecryptable = 0
        """SRTP packets that were forged, replayed or protected with another key."""
        self.undecryptable_rtcp = 0
        self._strangers = TokenBucket(STRANGERS_PER_S, STRANGERS_PER_S)
        self._service = service
        self._listener: TransportListener = listener
        self._prefix = self._unused_prefix(service)
        self._agent = IceAgent(
            role=role,
            local=self.credentials,
            tie_breaker=service.random.getrandbits(64),
            random=service.random,
            transaction_prefix=self._prefix,
            may_pair=service.can_tell_apart,
        )
        self._dtls = DtlsLink(
            service.handshakes,
            send=self._send,
            on_state=self._dtls_state_changed,
            on_data=listener.on_application_data,
            on_step=self._schedule,
        )
        self._srtp = True
        self._inbound: SrtpSession | None = None
        self._outbound: SrtpSession | None = None
        self.bases = IceBases(
            service,
            self._agent,
            self._prefix,
            on_candidate=listener.on_local_candidate,
            on_done=listener.on_gathering_done,
            pump=self._pump,
        )
        self._base: DatagramBase | None = None
        self._remote: tuple[str, int] | None = None
        self._name = np.zeros(SOCKADDR_BYTES, np.uint8)
        self.name_address = address_of(self._name)
        """Where the peer's socket address lies; its contents change when the pair does."""
        self._timer = DeadlineTimer(service.timers, self._on_timer)
        self._closed = False
        service.transports_by_ufrag[self.credentials.ufrag] = self
        service.transports_by_prefix[self._prefix] = self

    @staticmethod
    def _unused_prefix(service: NetworkService) -> bytes:
        while (prefix := service.random.getrandbits(32).to_bytes(4, "big")) in service.transports_by_prefix:
            pass
        return prefix

    # A leg's route.

    @property
    def arena(self) -> SendArena:
        """Where packets to the peer are built."""
        assert self._base is not None, "a route exists from the first usable pair on"
        return self._base.arena_for(self._dscp)

    @property
    def namelen(self) -> int:
        """Length of the peer's socket address."""
        assert self._base is not None, "a route exists from the first usable pair on"
        return self._base.namelen

    # State.

    @property
    def remote_certificate(self) -> bytes:
        """The peer's certificate in DER; empty before DTLS is connected."""
        return self._dtls.remote_certificate

    @property
    def ice_state(self) -> IceState:
        """Where ICE stands."""
        return self._agent.state

    @property
    def agent(self) -> IceAgent:
        """For statistics; to be driven by nobody else."""
        return self._agent

    @property
    def dtls_state(self) -> DtlsState:
        """Where DTLS stands."""
        return self._dtls.state

    @property
    def connected(self) -> bool:
        """Whether media can flow."""
        return self.srtp_context is not None and not self._closed

    # Set-up.

    def gather(
        self,
        sockets: Sequence[UdpSocket],
        external: Mapping[int, str] | None = None,
        servers: IceServers | None = None,
        *,
        tcp: bool = False,
    ) -> None:
        """Look for candidates, see `IceBases.gather`; they are checked as soon as they are found."""
        self.bases.gather(sockets, external or {}, servers or IceServers(), tcp=tcp)
        self._pump(self._service.timers.now())

    def set_remote(
        self,
        credentials: IceCredentials,
        *,
        lite: bool,
        identity: DtlsIdentity,
        dtls_role: DtlsRole,
        fingerprints: list[tuple[str, str]],
        srtp: bool = True,
    ) -> None:
        """Take what the peer's description says.  DTLS flights that came before are answered once a pair works.

        Without `srtp` (data channels alone) no keys for media are asked for.
        """
        now = self._service.timers.now()
        self._srtp = srtp
        self._dtls.agree(DtlsTransport(identity, dtls_role, fingerprints, srtp_required=srtp))
        self._agent.set_remote_credentials(credentials, now, lite=lite)
        self._pump(now)

    def add_remote_candidate(self, candidate: Candidate) -> None:
        """Take a candidate of the peer; one of our own sockets' means that the peer is in this server too."""
        now = self._service.timers.now()
        self.bases.meet(candidate)
        self._agent.add_remote_candidate(candidate, now)
        self._pump(now)

    def end_of_candidates(self) -> None:
        """The peer will signal no more candidates."""
        now = self._service.timers.now()
        self._agent.end_of_candidates(now)
        self._pump(now)

    # Datagrams in.

    def hears_strangers(self, now: float) -> bool:
        """Whether STUN from an address that has proved nothing yet is to be looked into; to be asked once for each."""
        return self._strangers.take(now)

    def receive_stun(self, base: DatagramBase, data: bytes, remote: tuple[str, int], now: float) -> None:
        """Take a STUN message that names us, or an answer to one of ours."""
        if self.bases.receive(base, data, remote, now):
            return
        if self._agent.receive(data, local=base.address, remote=remote, now=now):
            self.bases.remember(self, base, remote)
        self._pump(now)

    def receive_dtls(self, data: bytes, now: float) -> None:
        """Take a datagram from an address that ICE has authenticated."""
        self._dtls.receive(data, now)

    def receive_media(self, data: bytes, now: float) -> bool:
        """Take SRTP or SRTCP that lies in no receive arena; whether `session` is to be flushed after this batch."""
        if self._inbound is None or self.session is None:
            self.early_media += 1
            return False
        if 192 <= data[1] <= 223:
            try:
                plain = self._inbound.unprotect_rtcp(data)
            except SrtpError:
                self.undecryptable_rtcp += 1
            else:
                self._service.receive_rtcp(self.session, plain, now)
            return False
        try:
            plain = self._inbound.unprotect(data)
        except SrtpError:
            self.undecryptable += 1
            return False
        return self.session.receive_rtp(memoryview(plain), len(plain), now)

    # Datagrams out.

    def send_rtcp(self, data: bytes) -> None:
        """Encrypt and send an RTCP datagram; dropped while not connected."""
        if self._outbound is None or self._base is None or self._remote is None or self._closed:
            return
        try:
            protected = self._outbound.protect_rtcp(data)
        except SrtpError:
            return
        self._base.send_to(protected, self._remote, self._dscp)

    def send_application_data(self, messages: Iterable[bytes]) -> None:
        """Send messages of the application (SCTP), a datagram each; dropped while not connected."""
        if self._base is None:
            return
        arena = self.arena
        for datagram in self._dtls.send_data(messages):
            slot = arena.take(1)
            start = slot * SLOT_BYTES
            arena.memory[start : start + len(datagram)] = datagram
            arena.lengths_memory[slot] = len(datagram)
            arena.queue_one(slot, self.name_address, self._base.namelen)
        arena.pushed()

    def close(self) -> None:
        """Say goodbye and forget the peer."""
        if self._closed:
            return
        self._dtls.close()
        self._closed = True
        self._agent.close()
        self._release()
        self.bases.let_go()
        self._timer.close()
        self._listener = NobodyListens()
        self._base = None

    # Driving the engines.

    def _pump(self, now: float) -> None:
        """Send what the engines have to send and tell what happened."""
        if self._closed:
            return
        for transmit in self._agent.transmits():
            self.bases.send(transmit)
        self._follow_pair(now)
        for event in self._agent.events():
            if isinstance(event, PairSelected):
                self._listener.on_pair_selected(event.local, event.remote)
            elif isinstance(event, IceStateChanged):
                self._listener.on_ice_state(event.old, event.new)
                if event.new is IceState.FAILED:
                    self._fail()
                    return
        self._schedule(now)

    def _follow_pair(self, now: float) -> None:
        """Use the pair that the agent says is usable."""
        pair = self._agent.usable_pair
        if pair is None:
            return
        base = self.bases.find(pair.local_address)
        remote = pair.remote.address
        if base is None or (base is self._base and remote == self._remote):
            return
        first, moved = self._remote is None, base is not self._base
        name = pack_sockaddr(*remote)
        self._name[: len(name)] = np.frombuffer(name, np.uint8)
        self._base, self._remote = base, remote
        self.bases.remember(self, base, remote)
        if first:
            self._dtls.start(f"{remote[0]} port {remote[1]}", now)
        elif moved and self.connected:  # before that there are no keys to send media with
            self._listener.on_rerouted()

    def _send(self, datagram: bytes) -> None:
        if self._base is not None and self._remote is not None:
            self._base.send_to(datagram, self._remote, self._dscp)

    def _dtls_state_changed(self, state: DtlsState) -> None:
        if state is DtlsState.CONNECTED and self._srtp:
            keys = self._dtls.srtp_keys()
            self._inbound = SrtpSession.inbound(keys.profile, keys.remote_master)
            self._outbound = SrtpSession.outbound(keys.profile, keys.local_master)
            self.srtp_receive_context = self._inbound.context
            self.srtp_context = self._outbound.context
            self.srtp_overhead_bytes = keys.profile.rtp_overhead_bytes
        self._listener.on_dtls_state(state)
        if state is DtlsState.CONNECTED:
            self._listener.on_connected()
        elif state in (DtlsState.CLOSED, DtlsState.FAILED):
            self._listener.on_disconnected()

    def _fail(self) -> None:
        """ICE has ended for good: the peer's address means nothing any more."""
        self._release()
        self._listener.on_disconnected()

    def _release(self) -> None:
        service = self._service
        service.transports_by_ufrag.pop(self.credentials.ufrag, None)
        service.transports_by_prefix.pop(self._prefix, None)
        self.bases.close(self)
        self._dtls.drop_held()
        self._timer.cancel()

    # Time.

    def _schedule(self, now: float) -> None:
        if self._closed:
            return
        deadline = self._agent.deadline
        if (remaining := self._dtls.timeout_s) is not None:
            dtls_at = now + remaining
            deadline = dtls_at if deadline is None else min(deadline, dtls_at)
        self._timer.set(deadline, now)

    def _on_timer(self, now: float) -> None:
        if self._closed:
            return
        self._agent.handle_timeout(now)
        if (remaining := self._dtls.timeout_s) is not None and remaining <= 0:
            self._dtls.handle_timeout(now)
        self._pump(now)
