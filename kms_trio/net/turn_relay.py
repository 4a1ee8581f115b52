"""A relayed base: an allocation on a TURN server and the connection to it (RFC 8656).

    IceTransport ─ send_to, legs ─→ Allocation ─ messages ─→ link ─→ server ─→ peer

It is used like a socket whose address is the relayed one.
"""

from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import Callable
from typing import TYPE_CHECKING

import trio

from kms_trio.media.callbacks import ignore
from kms_trio.net.deadline_timer import DeadlineTimer
from kms_trio.net.indirect_arena import IndirectArena
from kms_trio.net.server_links import ServerLink, StreamLink, UdpLink, resolve
from kms_trio.rtc.turn import Allocation, AllocationState, TurnError, TurnServer, TurnTransport

if TYPE_CHECKING:
    from kms_trio.net.ice_transport import IceTransport
    from kms_trio.net.service import NetworkService

__all__ = ["TurnRelay"]

logger = logging.getLogger("kms.webrtc.turn")

FIRST_BYTE_AFTER_STUN = 20
"""DTLS and media begin with this byte or a higher one (RFC 7983): from then on a channel is worth its request."""


class TurnRelay:
    """One allocation on `server`; `open` begins, `close` ends it.

    `on_ready()` is called once there is a relayed address, `on_lost(reason)` when there will be none or it is gone.
    """

    def __init__(
        self,
        service: NetworkService,
        server: TurnServer,
        *,
        verify_tls: bool,
        on_ready: Callable[[], None],
        on_lost: Callable[[str], None],
    ) -> None:
        self.server = server
        self.routes: dict[bytes, IceTransport] = {}
        self.allocation = Allocation(
            server.username, server.password, random=service.random, reliable=server.transport.is_stream
        )
        self._service = service
        self._verify_tls = verify_tls
        self._on_ready = on_ready
        self._on_lost = on_lost
        self._link: ServerLink | None = None
        self._timer = DeadlineTimer(service.timers, self._on_timer)
        self._arena: IndirectArena | None = None
        self._told = False
        self._closed = False

    # A base.

    @property
    def address(self) -> tuple[str, int]:
        """The relayed address."""
        assert self.allocation.relayed_address is not None, "a relay is a base from `on_ready` on"
        return self.allocation.relayed_address

    @property
    def namelen(self) -> int:
        """The relayed address decides of which IP version the peers are."""
        return 28 if ":" in self.address[0] else 16

    @property
    def send_arena(self) -> IndirectArena:
        """Made for the first leg."""
        if self._arena is None:
            self._arena = self._service.indirect_arena(self.namelen, self.send_to)
        return self._arena

    @property
    def dropped(self) -> int:
        """Datagrams that did not get as far as the server."""
        return self.allocation.dropped + (self._link.dropped if self._link is not None else 0)

    def arena_for(self, dscp: int | None) -> IndirectArena:
        """What goes to the relay carries no marks."""
        return self.send_arena

    def send_to(self, data: bytes, remote: tuple[str, int], dscp: int | None = None) -> None:
        """Have the server send a datagram to a peer."""
        now = self._service.timers.now()
        if data[0] >= FIRST_BYTE_AFTER_STUN:
            self.allocation.bind_channel(remote, now)
        self.allocation.send(data, remote, now)
        self._pump(now)

    # Its life.

    def open(self) -> None:
        """Connect and allocate, in a task of the service."""
        self._service.spawn(self._run, f"the TURN server {self.server.address}")

    def close(self) -> None:
        """Give the address back; nothing is called from here on."""
        self._on_ready = self._on_lost = ignore
        self._arena = None
        if self._closed:
            return
        self._closed = True
        now = self._service.timers.now()
        self.allocation.close(now)
        self._send()
        self._end()

    async def _run(self) -> None:
        reason = ""
        try:
            if self.server.transport.is_stream:
                await self._run_stream()
                reason = self.allocation.error or "the server has closed the connection"
            else:
                await self._open_udp()
        except (OSError, trio.BrokenResourceError, TurnError) as problem:
            reason = _reason(problem)
        if reason:
            self._lose(reason)

    async def _open_udp(self) -> None:
        addresses = await resolve(self.server.host, self.server.port, socket.SOCK_DGRAM)
        if not self._closed:
            # What is relayed is IPv4, so a server that has both is asked the same way.
            address = min(addresses, key=lambda each: ":" in each[0])
            self._link = UdpLink(self._service, address, self._receive)
            self._start()

    async def _run_stream(self) -> None:
        link = self._link = StreamLink(self._receive)
        context = None
        if self.server.transport is TurnTransport.TLS:
            context = await trio.to_thread.run_sync(_tls_context, self._verify_tls)
        if not self._closed:
            await link.run(self.server.host, self.server.port, context, self._start)

    def _start(self) -> None:
        now = self._service.timers.now()
        self.allocation.start(now)
        self._pump(now)

    def _receive(self, messages: list[bytes]) -> None:
        now = self._service.timers.now()
        datagrams = []
        for message in messages:
            datagram = self.allocation.receive(message, now)
            if datagram is not None:
                datagrams.append(datagram)
        self._pump(now)
        if datagrams:
            self._service.receive_datagrams(self, datagrams, now)

    def _on_timer(self, now: float) -> None:
        self.allocation.handle_timeout(now)
        self._pump(now)

    def _pump(self, now: float) -> None:
        """Send what the allocation has to send, and tell when its state has changed."""
        self._send()
        if self._closed:
            return
        self._timer.set(self.allocation.deadline, now)
        if self.allocation.state is AllocationState.ALLOCATED and not self._told:
            self._told = True
            self._on_ready()
        elif self.allocation.state is AllocationState.FAILED:
            self._lose(self.allocation.error)

    def _send(self) -> None:
        for message in self.allocation.transmits():
            if self._link is not None:
                self._link.send(message)

    def _lose(self, reason: str) -> None:
        if self._closed:
            return
        self._closed = True
        self._end()
        self._on_lost(reason)

    def _end(self) -> None:
        self._timer.close()
        if self._link is not None:
            self._link.close()


def _reason(problem: BaseException) -> str:
    """What really happened: Trio wraps the reasons of failed connections and TLS handshakes."""
    cause = problem.__cause__ or problem
    while isinstance(cause, BaseExceptionGroup):
        cause = cause.exceptions[0]
    return str(cause) or type(cause).__name__


def _tls_context(verify: bool) -> ssl.SSLContext:
    """Reading the machine's certificate authorities takes some 20 ms."""
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
