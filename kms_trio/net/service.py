"""The network side of a media worker: its sockets, the tasks that serve them and its timers.

All WebRTC endpoints of a worker share one UDP port on each local address; `dispatcher` finds out whose a datagram is.
A media without ICE has sockets of its own, opened and closed while the worker runs.
"""

from __future__ import annotations

import contextlib
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import partial

import trio

from kms_trio.clock import Clock
from kms_trio.net.active_tcp import OutgoingConnections
from kms_trio.net.addresses import LocalAddress, local_addresses
from kms_trio.net.dispatcher import Dispatcher, NetworkStatistics
from kms_trio.net.handshake_turns import HandshakeTurns
from kms_trio.net.identities import DtlsIdentities
from kms_trio.net.indirect_arena import IndirectArena
from kms_trio.net.native import NativeForwarder, load_forwarder
from kms_trio.net.overload_guard import OverloadGuard, ProcessLoad
from kms_trio.net.ports import PortRange
from kms_trio.net.send_arena import SendStatistics
from kms_trio.net.send_batch import SendBatch
from kms_trio.net.socket_reader import BatchHandler, SocketReader
from kms_trio.net.syscalls import Syscalls
from kms_trio.net.tcp_base import TcpBase
from kms_trio.net.timers import WorkerTimers
from kms_trio.net.udp_socket import UdpSocket

__all__ = ["BatchHandler", "NetworkService", "NetworkStatistics"]

logger = logging.getLogger("kms.network")

OWN_SOCKET_SLOTS = 256
"""Packets in flight on a socket that serves one media: what a forwarding group builds at once."""


class NetworkService:
    """Use as ``async with NetworkService(clock).open(min_port, max_port)``."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.timers = WorkerTimers()
        self.random = random.SystemRandom()
        self.identities = DtlsIdentities(clock)
        self.handshakes = HandshakeTurns()
        self.sockets: list[UdpSocket] = []
        self._syscalls = Syscalls()
        self._send_batch = SendBatch()
        self._dispatcher = dispatcher = Dispatcher(self.timers, self._send_batch)
        self.statistics = dispatcher.statistics
        self.transports_by_ufrag = dispatcher.transports_by_ufrag
        self.transports_by_prefix = dispatcher.transports_by_prefix
        self.push = dispatcher.push
        self.receive_rtcp = dispatcher.receive_rtcp
        self.receive_datagrams = dispatcher.receive_datagrams
        self._reader = reader = SocketReader(dispatcher)
        self.overload = OverloadGuard(ProcessLoad(lambda: reader.sockets, lambda: dispatcher.statistics.foreign))
        self._native: NativeForwarder | None = None
        self._ports = PortRange(1, 0)
        self._tcp_bases: dict[str, TcpBase] = {}
        self.outgoing_connections = OutgoingConnections()
        self._own_addresses: dict[tuple[tuple[str, int], str], tuple[str, int]] = {}
        self._nursery: trio.Nursery | None = None

    @contextlib.asynccontextmanager
    async def open(self, min_port: int = 1024, max_port: int = 65535) -> AsyncIterator[NetworkService]:
        """Bind the sockets and run until the block is left.

        Raises OSError when no port of the range is free on every local address.
        """
        self._ports = PortRange(min_port, max_port)
        self._native = load_forwarder()
        self.sockets = self._bind(local_addresses())
        for sock in self.sockets:
            self.know_as(sock.address, "", sock.address)
        try:
            async with trio.open_nursery() as nursery:
                self._nursery = nursery
                nursery.start_soon(self.timers.run)
                nursery.start_soon(self._reader.run)
                nursery.start_soon(self.handshakes.run)
                nursery.start_soon(self.overload.run)
                for sock in self.sockets:
                    nursery.start_soon(self._reader.read, sock)
                    if sock.feedback is not None:
                        nursery.start_soon(self._reader.watch_feedback, sock)
                yield self
                nursery.cancel_scope.cancel()
        finally:
            self._nursery = None
            for sock in self.sockets:
                sock.close()
            for base in self._tcp_bases.values():
                base.close()

    def _bind(self, addresses: list[LocalAddress]) -> list[UdpSocket]:
        by_host = {address.host: address for address in addresses}
        sockets = self._ports.bind(
            list(by_host),
            lambda host, port: UdpSocket(
                self._syscalls,
                by_host[host],
                port,
                batch=self._send_batch,
                native=self._native,
                patient_feedback=True,
            ),
            UdpSocket.close,
        )
        logger.info("UDP port %d on %s", sockets[0].port, ", ".join(by_host))
        return sockets

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
        return self._ports.bind(
            hosts,
            lambda host, port: self.open_socket(host, port, on_batch),
            self.close_socket,
            without={base.port for base in self._tcp_bases.values()},
        )

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
        (base,) = self._ports.bind(
            [host],
            partial(TcpBase, self),
            TcpBase.close,
            transport="TCP",
            first={base.port for base in self._tcp_bases.values()},
            without={sock.port for sock in self.sockets},
        )
        self._tcp_bases[host] = base
        self.spawn(base.run, f"ICE-TCP on {host} port {base.port}")
        logger.info("TCP port %d on %s", base.port, host)
        return base

    def open_socket(self, host: str, port: int, on_batch: BatchHandler | None) -> UdpSocket:
        """A socket of one media's own, bound to `host` (a wildcard is allowed) until `close_socket`.

        `on_batch(socket, lengths, now)` gets what arrives, in the slots of its receive arena; what it raises is logged.
        Without it what arrives is dispatched like on the shared ones.
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
        self._nursery.start_soon(self._reader.read, sock, on_batch)
        return sock

    def close_socket(self, sock: UdpSocket) -> None:
        """End a socket that `open_socket` made; closing twice does nothing."""
        if not sock.closed:
            trio.lowlevel.notify_closing(sock.socket)
            sock.close()

    @property
    def sent(self) -> SendStatistics:
        """What became of all packets that went to sockets, closed ones included."""
        return self._reader.sent

    def indirect_arena(self, namelen: int, hand_over: Callable[[bytes, tuple[str, int]], None]) -> IndirectArena:
        """An arena for legs to peers that no socket of ours reaches."""
        return IndirectArena(self._syscalls, namelen, hand_over, batch=self._send_batch)

    def spawn(self, task: Callable[[], Awaitable[None]], what: str) -> None:
        """Run a task beside the receive loops; what it raises is logged and ends nothing else."""
        assert self._nursery is not None, "tasks are started while the service runs"
        self._nursery.start_soon(_guarded, task, what)


async def _guarded(task: Callable[[], Awaitable[None]], what: str) -> None:
    try:
        await task()
    except Exception:  # named guard: one endpoint's task must not end the receive loops of all
        logger.exception("a task that talked to %s failed", what)
