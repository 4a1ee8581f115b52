"""The network side of a media worker: its sockets, its receive loops and its timers.

All endpoints of a worker share one UDP port on each local address.  A datagram finds its transport by its source
address, or, while that is not known yet, by the user name fragment in its STUN message (RFC 8445 section 7.3).
"""

from __future__ import annotations

import contextlib
import logging
import random
from collections.abc import AsyncIterator

import attrs
import trio
from pylibsrtp._binding import lib

from kms_trio.clock import Clock
from kms_trio.net.addresses import LocalAddress, local_addresses, unpack_sockaddr
from kms_trio.net.ice_transport import IceTransport
from kms_trio.net.identities import DtlsIdentities
from kms_trio.net.rtp_session import RtpSession
from kms_trio.net.syscalls import Syscalls
from kms_trio.net.timers import WorkerTimers
from kms_trio.net.udp_socket import UdpSocket
from kms_trio.rtc.demux import PacketKind, classify
from kms_trio.rtc.stun import username_of

__all__ = ["NetworkService", "NetworkStatistics"]

logger = logging.getLogger("kms.network")

ROUNDS_BEFORE_YIELD = 16
"""Batches that one socket may drain before other tasks get their turn."""
PORT_ATTEMPTS = 200


@attrs.define
class NetworkStatistics:
    """Datagrams that belonged to nobody, by kind."""

    strangers_stun: int = 0
    strangers_dtls: int = 0
    strangers_media: int = 0
    garbage: int = 0
    receive_errors: int = 0


class NetworkService:
    """Use as ``async with NetworkService(clock).open(min_port, max_port)``."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.timers = WorkerTimers()
        self.random = random.SystemRandom()
        self.statistics = NetworkStatistics()
        self.identities = DtlsIdentities(clock)
        self.sockets: list[UdpSocket] = []
        self.transports_by_ufrag: dict[str, IceTransport] = {}
        self.transports_by_prefix: dict[bytes, IceTransport] = {}
        self._syscalls = Syscalls()
        self._dirty: list[RtpSession] = []
        self._warned: set[str] = set()

    @contextlib.asynccontextmanager
    async def open(self, min_port: int = 1024, max_port: int = 65535) -> AsyncIterator[NetworkService]:
        """Bind the sockets and run until the block is left.

        Raises OSError when no port of the range is free on every local address.
        """
        self.sockets = self._bind(local_addresses(), min_port, max_port)
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self.timers.run)
                for sock in self.sockets:
                    nursery.start_soon(self._receive_loop, sock)
                yield self
                nursery.cancel_scope.cancel()
        finally:
            for sock in self.sockets:
                sock.close()

    def _bind(self, addresses: list[LocalAddress], min_port: int, max_port: int) -> list[UdpSocket]:
        """The same port on every address, so that one rule in a firewall serves all."""
        ports = range(max(min_port, 1), max_port + 1)
        problem: OSError | None = None
        for port in self.random.sample(ports, min(PORT_ATTEMPTS, len(ports))):
            sockets: list[UdpSocket] = []
            try:
                for address in addresses:
                    sockets.append(UdpSocket(self._syscalls, address, port))
            except OSError as error:
                problem = error
                for sock in sockets:
                    sock.close()
            else:
                logger.info("UDP port %d on %s", port, ", ".join(address.host for address in addresses))
                return sockets
        raise OSError(f"no free UDP port from {min_port} to {max_port} on {[a.host for a in addresses]}") from problem

    def flush(self) -> None:
        """Send what has been queued on every socket."""
        for sock in self.sockets:
            if sock.send_arena.slot:
                sock.send_arena.flush()

    async def _receive_loop(self, sock: UdpSocket) -> None:
        fd = sock.socket.fileno()
        while True:
            await trio.lowlevel.wait_readable(fd)
            for _ in range(ROUNDS_BEFORE_YIELD):
                try:
                    lengths = sock.receive_arena.receive()
                except BlockingIOError:
                    break
                except OSError:
                    self.statistics.receive_errors += 1  # a queued ICMP error; the next call gets the data
                    continue
                self._dispatch(sock, lengths)

    def _dispatch(self, sock: UdpSocket, lengths: list[int]) -> None:
        """One batch: decrypt and parse packet by packet, then push stream by stream, then send."""
        arena = sock.receive_arena
        views, routes = arena.views, sock.routes
        now = trio.current_time()
        dirty = self._dirty
        for slot, length in enumerate(lengths):
            if length < 12:
                self.statistics.garbage += 1
                continue
            view = views[slot]
            name = arena.source(slot)
            transport = routes.get(name)
            if transport is None or not 128 <= view[0] <= 191 or 192 <= view[1] <= 223:
                self._dispatch_slowly(sock, transport, bytes(view[:length]), name, now)
                continue
            context = transport.srtp_receive_context
            if context is None:
                transport.early_media += 1
                continue
            arena.lengths[slot] = length
            if lib.srtp_unprotect(context, arena.pointers[slot], arena.length_pointers[slot]):
                transport.undecryptable += 1
                continue
            session = transport.session
            if session is not None and session.receive_rtp(view, int(arena.lengths[slot]), now):
                dirty.append(session)
        for session in dirty:
            try:
                session.flush(now)
            except Exception:  # named guard: one pipeline's elements must not end the receive loop of all
                logger.exception("media of %s could not be passed on", session)
        dirty.clear()
        self.flush()

    def _dispatch_slowly(
        self, sock: UdpSocket, transport: IceTransport | None, data: bytes, name: bytes, now: float
    ) -> None:
        """Everything but RTP of a known peer."""
        kind = classify(data[0], data[1])
        try:
            if kind is PacketKind.STUN:
                target = self._stun_target(data, transport)
                if target is not None:
                    target.receive_stun(sock, data, unpack_sockaddr(name), now)
                else:
                    self._count_stranger("strangers_stun", name)
            elif transport is None:
                self._count_stranger(
                    {PacketKind.DTLS: "strangers_dtls", PacketKind.UNKNOWN: "garbage"}.get(kind, "strangers_media"),
                    name,
                )
            elif kind is PacketKind.DTLS:
                transport.receive_dtls(data, now)
            elif kind is PacketKind.RTCP:
                transport.receive_rtcp(data, now)
            else:
                self.statistics.garbage += 1
        except Exception:  # named guard: one peer's datagram must not end the receive loop of all
            logger.exception("a datagram from %s could not be handled", unpack_sockaddr(name))

    def _stun_target(self, data: bytes, transport: IceTransport | None) -> IceTransport | None:
        """Requests name our user name fragment; responses repeat our transaction id, which begins with our prefix."""
        if data[0] & 0x01:  # class bit 8 of the message type: a response (RFC 8489 section 5)
            return self.transports_by_prefix.get(data[8:12])
        username = username_of(data)
        if username is None:
            return transport  # an indication (keep-alive) of a peer that we know
        return self.transports_by_ufrag.get(username.partition(":")[0])

    def _count_stranger(self, kind: str, name: bytes) -> None:
        setattr(self.statistics, kind, getattr(self.statistics, kind) + 1)
        if kind not in self._warned:
            self._warned.add(kind)
            host, port = unpack_sockaddr(name)
            logger.warning("%s: datagram from %s port %d belongs to no endpoint; counted from now on", kind, host, port)
