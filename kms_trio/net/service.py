"""The network side of a media worker: its sockets, its receive loops and its timers.

All WebRTC endpoints of a worker share one UDP port on each local address.  A datagram finds its transport by its source
address, or, while that is not known yet, by the user name fragment in its STUN message (RFC 8445 section 7.3).  A media
without ICE has sockets of its own, opened and closed while the worker runs.
"""

from __future__ import annotations

import contextlib
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence

import attrs
import trio
from pylibsrtp._binding import lib

from kms_trio.clock import Clock
from kms_trio.net.addresses import LocalAddress, local_addresses, pack_sockaddr, unpack_sockaddr
from kms_trio.net.base import DatagramBase
from kms_trio.net.ice_transport import IceTransport
from kms_trio.net.identities import DtlsIdentities
from kms_trio.net.indirect_arena import IndirectArena
from kms_trio.net.native import NativeForwarder, load_forwarder
from kms_trio.net.receive_arena import BATCH
from kms_trio.net.rtp_session import RtpSession
from kms_trio.net.send_batch import SendBatch
from kms_trio.net.syscalls import Syscalls
from kms_trio.net.tcp_base import TcpBase
from kms_trio.net.timers import WorkerTimers
from kms_trio.net.udp_socket import UdpSocket
from kms_trio.rtc.demux import PacketKind, classify
from kms_trio.rtc.stun import username_of

__all__ = ["BatchHandler", "NetworkService", "NetworkStatistics"]

logger = logging.getLogger("kms.network")

ROUNDS_BEFORE_YIELD = 16
"""Batches that one socket may drain before other tasks get their turn."""
PORT_ATTEMPTS = 200
OWN_SOCKET_SLOTS = 256
"""Packets in flight on a socket that serves one media: what a forwarding group builds at once."""

BatchHandler = Callable[[UdpSocket, list[int], float], None]


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
        self._send_batch = SendBatch()
        self._native: NativeForwarder | None = None
        self._ports = range(0)
        self._tcp_bases: dict[str, TcpBase] = {}
        self._own_addresses: dict[tuple[tuple[str, int], str], tuple[str, int]] = {}
        self._nursery: trio.Nursery | None = None
        self._dirty: list[RtpSession] = []
        self._warned: set[str] = set()

    @contextlib.asynccontextmanager
    async def open(self, min_port: int = 1024, max_port: int = 65535) -> AsyncIterator[NetworkService]:
        """Bind the sockets and run until the block is left.

        Raises OSError when no port of the range is free on every local address.
        """
        self._ports = range(max(min_port, 1), max_port + 1)
        self._native = load_forwarder()
        self.sockets = self._bind(local_addresses())
        for sock in self.sockets:
            self.know_as(sock.address, "", sock.address)
        try:
            async with trio.open_nursery() as nursery:
                self._nursery = nursery
                nursery.start_soon(self.timers.run)
                for sock in self.sockets:
                    nursery.start_soon(self._receive_loop, sock, self._dispatch)
                yield self
                nursery.cancel_scope.cancel()
        finally:
            self._nursery = None
            for sock in self.sockets:
                sock.close()
            for base in self._tcp_bases.values():
                base.close()

    def _bind(self, addresses: list[LocalAddress]) -> list[UdpSocket]:
        """The same port on every address, so that one rule in a firewall serves all."""
        hosts = [address.host for address in addresses]
        problem: OSError | None = None
        for port in self._random_ports():
            sockets: list[UdpSocket] = []
            try:
                for address in addresses:
                    sockets.append(
                        UdpSocket(self._syscalls, address, port, batch=self._send_batch, native=self._native)
                    )
            except OSError as error:
                problem = error
                for sock in sockets:
                    sock.close()
            else:
                logger.info("UDP port %d on %s", port, ", ".join(hosts))
                return sockets
        raise self._no_free_port(hosts) from problem

    def know_as(self, base: tuple[str, int], how: str, address: tuple[str, int]) -> None:
        """Note an address that a shared socket is known under: its own, the one that is announced, the one of a NAT."""
        self._own_addresses[base, how] = address

    def is_own(self, address: tuple[str, int]) -> bool:
        """Whether an address leads to one of the shared sockets."""
        return address in self._own_addresses.values()

    def can_tell_apart(self, local: tuple[str, int], remote: tuple[str, int]) -> bool:
        """Whether what comes over this path shows whose it is: not when both ends are shared by all transports."""
        return not (self.is_own(local) and self.is_own(remote))

    def open_private(self, hosts: Sequence[str], on_batch: BatchHandler | None = None) -> list[UdpSocket]:
        """Sockets for one transport, on one port of the range, until `close_socket`.

        What arrives is dispatched like on the shared ones unless `on_batch` takes it, see `open_socket`.
        Raises OSError when no port of the range is free on every one of `hosts`.
        """
        problem: OSError | None = None
        for port in self._random_ports():
            sockets: list[UdpSocket] = []
            try:
                for host in hosts:
                    sockets.append(self.open_socket(host, port, on_batch or self._dispatch))
            except OSError as error:
                problem = error
                for sock in sockets:
                    self.close_socket(sock)
            else:
                return sockets
        raise self._no_free_port(hosts) from problem

    def tcp_bases(self, hosts: Sequence[str]) -> list[TcpBase]:
        """Listening sockets for ICE-TCP on local addresses, opened when the first transport wants them.

        They have one port of the range in common if it can be had, which is not the port for UDP: an address and a port
        tell a base.  Raises OSError when no port is free.
        """
        return [self._tcp_bases.get(host) or self._open_tcp(host) for host in hosts]

    @property
    def open_tcp_bases(self) -> tuple[TcpBase, ...]:
        """Those that some transport wanted so far."""
        return tuple(self._tcp_bases.values())

    def _open_tcp(self, host: str) -> TcpBase:
        problem: OSError | None = None
        in_use = {sock.port for sock in self.sockets}
        for port in [*{base.address[1] for base in self._tcp_bases.values()}, *self._random_ports()]:
            if port in in_use:
                continue
            try:
                base = self._tcp_bases[host] = TcpBase(self, host, port)
            except OSError as error:
                problem = error
                continue
            self.spawn(base.run, f"ICE-TCP on {host} port {port}")
            logger.info("TCP port %d on %s", port, host)
            return base
        raise self._no_free_port([host]) from problem

    def _random_ports(self) -> list[int]:
        """Some of the range, in any order, without those that mean ICE-TCP."""
        tcp = {base.address[1] for base in self._tcp_bases.values()}
        return [
            port for port in self.random.sample(self._ports, min(PORT_ATTEMPTS, len(self._ports))) if port not in tcp
        ]

    def _no_free_port(self, hosts: Sequence[str]) -> OSError:
        ports = self._ports
        return OSError(f"no free UDP port from {ports.start} to {ports.stop - 1} on {', '.join(hosts)}")

    def open_socket(self, host: str, port: int, on_batch: BatchHandler) -> UdpSocket:
        """A socket of one media's own, bound to `host` (a wildcard is allowed) until `close_socket`.

        `on_batch(socket, lengths, now)` gets what arrives, in the slots of its receive arena; what it raises is logged.
        Raises OSError when the port is taken or the address is not of this machine.
        """
        assert self._nursery is not None, "sockets are opened while the service runs"
        sock = UdpSocket(
            self._syscalls,
            LocalAddress(host, ""),
            port,
            send_slots=OWN_SOCKET_SLOTS,
            batch=self._send_batch,
            native=self._native,
        )
        self._nursery.start_soon(self._receive_loop, sock, on_batch)
        return sock

    def close_socket(self, sock: UdpSocket) -> None:
        """End a socket that `open_socket` made; closing twice does nothing."""
        if not sock.closed:
            trio.lowlevel.notify_closing(sock.socket)
            sock.close()

    def indirect_arena(self, namelen: int, hand_over: Callable[[bytes, tuple[str, int]], None]) -> IndirectArena:
        """An arena for legs to peers that no socket of ours reaches."""
        return IndirectArena(self._syscalls, namelen, hand_over, batch=self._send_batch)

    def spawn(self, task: Callable[[], Awaitable[None]], what: str) -> None:
        """Run a task beside the receive loops; what it raises is logged and ends nothing else."""
        assert self._nursery is not None, "tasks are started while the service runs"
        self._nursery.start_soon(_guarded, task, what)

    async def _receive_loop(self, sock: UdpSocket, on_batch: BatchHandler) -> None:
        try:
            while not sock.closed:
                await trio.lowlevel.wait_readable(sock.socket)
                for _ in range(ROUNDS_BEFORE_YIELD):
                    if not self._receive(sock, on_batch):
                        break
        except trio.ClosedResourceError:
            return
        finally:
            sock.close()

    def _receive(self, sock: UdpSocket, on_batch: BatchHandler) -> bool:
        """Handle one batch; whether there is likely more.

        A batch that is not full has emptied the socket.  What has come since, which is one time in twenty, is cheaper
        to be woken for than to be asked for each time.
        """
        try:
            lengths = sock.receive_arena.receive()
        except BlockingIOError:
            return False
        except OSError:
            self.statistics.receive_errors += 1  # a queued ICMP error; the next call gets the data
            return True
        try:
            on_batch(sock, lengths, trio.current_time())
        except Exception:  # named guard: what one element does with its first packet must not end the worker
            logger.exception("datagrams to port %d could not be handled", sock.port)
        return len(lengths) == BATCH and not sock.closed

    def _dispatch(self, sock: UdpSocket, lengths: list[int], now: float) -> None:
        """One batch: decrypt and parse packet by packet, then push stream by stream, then send."""
        arena = sock.receive_arena
        views, routes, plain_lengths = arena.views, sock.routes, arena.plain_lengths
        dirty = self._dirty
        for slot, length in enumerate(lengths):
            if length < 12:
                self.statistics.garbage += 1
                continue
            view = views[slot]
            name = arena.source(slot)
            transport = routes.get(name)
            if transport is None or not 128 <= view[0] <= 191:
                self._dispatch_slowly(sock, transport, bytes(view[:length]), name, now)
                continue
            context, session = transport.srtp_receive_context, transport.session
            if context is None or session is None:
                transport.early_media += 1
                continue
            plain_lengths[slot] = length
            if 192 <= view[1] <= 223:  # RTCP (RFC 5761 section 4)
                if lib.srtp_unprotect_rtcp(context, arena.pointers[slot], arena.length_pointers[slot]):
                    transport.undecryptable_rtcp += 1
                else:
                    self.receive_rtcp(session, bytes(view[: plain_lengths[slot]]), now)
            elif lib.srtp_unprotect(context, arena.pointers[slot], arena.length_pointers[slot]):
                transport.undecryptable += 1
            elif session.receive_rtp(view, plain_lengths[slot], now):
                dirty.append(session)
        self.push(dirty, now)
        dirty.clear()

    def receive_datagrams(
        self, base: DatagramBase, datagrams: Iterable[tuple[tuple[str, int], bytes]], now: float
    ) -> None:
        """Take one batch, as (sender, datagram), that came by no socket of ours but through a relay."""
        dirty = []
        for remote, data in datagrams:
            name = pack_sockaddr(*remote)
            transport = base.routes.get(name)
            if len(data) < 12:
                self.statistics.garbage += 1
            elif transport is None or not 128 <= data[0] <= 191:
                self._dispatch_slowly(base, transport, data, name, now)
            elif transport.session is not None and transport.receive_media(data, now):
                dirty.append(transport.session)
        self.push(dirty, now)

    def push(self, sessions: Iterable[RtpSession], now: float) -> None:
        """Have sessions push what they received in one batch, then send what came of it."""
        self._send_batch.begin()
        for session in sessions:
            try:
                session.flush(now)
            except Exception:  # named guard: one pipeline's elements must not end the receive loop of all
                logger.exception("media of %s could not be passed on", session)
        self._send_batch.end()
        self.timers.fire_due(now)

    def _dispatch_slowly(
        self, base: DatagramBase, transport: IceTransport | None, data: bytes, name: bytes, now: float
    ) -> None:
        """Everything but media of a known peer."""
        kind = classify(data[0], data[1])
        try:
            if kind is PacketKind.STUN:
                target = self._stun_target(data, transport)
                if target is not None:
                    target.receive_stun(base, data, unpack_sockaddr(name), now)
                else:
                    self._count_stranger("strangers_stun", name)
            elif transport is None:
                self._count_stranger(
                    {PacketKind.DTLS: "strangers_dtls", PacketKind.UNKNOWN: "garbage"}.get(kind, "strangers_media"),
                    name,
                )
            elif kind is PacketKind.DTLS:
                transport.receive_dtls(data, now)
            else:
                self.statistics.garbage += 1
        except Exception:  # named guard: one peer's datagram must not end the receive loop of all
            logger.exception("a datagram from %s could not be handled", unpack_sockaddr(name))

    def receive_rtcp(self, session: RtpSession, data: bytes, now: float) -> None:
        """Hand decrypted RTCP to a session; what goes wrong there is logged."""
        try:
            session.receive_rtcp(data, now)
        except Exception:  # named guard, as above
            logger.exception("RTCP of %s could not be handled", session)

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


async def _guarded(task: Callable[[], Awaitable[None]], what: str) -> None:
    try:
        await task()
    except Exception:  # named guard: one endpoint's task must not end the receive loops of all
        logger.exception("a task that talked to %s failed", what)
