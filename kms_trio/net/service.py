"""The network side of a media worker: its sockets, its receive loops and its timers.

All WebRTC endpoints of a worker share one UDP port on each local address; `dispatcher` finds out whose a datagram is.
A media without ICE has sockets of its own, opened and closed while the worker runs.
"""

from __future__ import annotations

import contextlib
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import reduce

import trio

from kms_trio.clock import Clock
from kms_trio.net.active_tcp import OutgoingConnections
from kms_trio.net.addresses import LocalAddress, local_addresses
from kms_trio.net.dispatcher import Dispatcher, NetworkStatistics
from kms_trio.net.feedback_intake import FeedbackIntake
from kms_trio.net.handshake_turns import HandshakeTurns
from kms_trio.net.identities import DtlsIdentities
from kms_trio.net.indirect_arena import IndirectArena
from kms_trio.net.native import NativeForwarder, load_forwarder
from kms_trio.net.overload_guard import OverloadGuard, ProcessLoad
from kms_trio.net.receive_arena import BATCH
from kms_trio.net.send_arena import SendStatistics
from kms_trio.net.send_batch import SendBatch
from kms_trio.net.syscalls import Syscalls
from kms_trio.net.tcp_base import TcpBase
from kms_trio.net.timers import WorkerTimers
from kms_trio.net.udp_socket import UdpSocket

__all__ = ["BatchHandler", "NetworkService", "NetworkStatistics"]

logger = logging.getLogger("kms.network")

ROUNDS_BEFORE_YIELD = 16
"""Batches that one socket may drain before other tasks get their turn..."""
TURN_S = 0.01
"""...unless they take longer than this, so that clients are answered whatever traffic there is."""
PORT_ATTEMPTS = 200
OWN_SOCKET_SLOTS = 256
"""Packets in flight on a socket that serves one media: what a forwarding group builds at once."""

BatchHandler = Callable[[UdpSocket, list[int], float], None]


class NetworkService:
    """Use as ``async with NetworkService(clock).open(min_port, max_port)``."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.timers = WorkerTimers()
        self.random = random.SystemRandom()
        self.identities = DtlsIdentities(clock)
        self.handshakes = HandshakeTurns()
        self.sockets: list[UdpSocket] = []
        self._open_sockets: set[UdpSocket] = set()
        self._sent_before = SendStatistics()
        self._syscalls = Syscalls()
        self._send_batch = SendBatch()
        self._dispatcher = dispatcher = Dispatcher(self.timers, self._send_batch)
        self.statistics = dispatcher.statistics
        self.transports_by_ufrag = dispatcher.transports_by_ufrag
        self.transports_by_prefix = dispatcher.transports_by_prefix
        self.push = dispatcher.push
        self.receive_rtcp = dispatcher.receive_rtcp
        self.receive_datagrams = dispatcher.receive_datagrams
        self._feedback = FeedbackIntake(self._receive_feedback)
        self.overload = OverloadGuard(ProcessLoad(lambda: self._open_sockets, lambda: dispatcher.statistics.foreign))
        self._native: NativeForwarder | None = None
        self._ports = range(0)
        self._tcp_bases: dict[str, TcpBase] = {}
        self.outgoing_connections = OutgoingConnections()
        self._own_addresses: dict[tuple[tuple[str, int], str], tuple[str, int]] = {}
        self._nursery: trio.Nursery | None = None

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
                nursery.start_soon(self._feedback.run)
                nursery.start_soon(self.handshakes.run)
                nursery.start_soon(self.overload.run)
                for sock in self.sockets:
                    nursery.start_soon(self._receive_loop, sock, self._dispatch)
                    if sock.feedback is not None:
                        nursery.start_soon(self._feedback.watch, sock)
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
                        UdpSocket(
                            self._syscalls,
                            address,
                            port,
                            batch=self._send_batch,
                            native=self._native,
                            patient_feedback=True,
                        )
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

    @property
    def sent(self) -> SendStatistics:
        """What became of all packets that went to sockets, closed ones included."""
        return reduce(
            SendStatistics.plus, [sock.send_arena.statistics for sock in self._open_sockets], self._sent_before
        )

    def indirect_arena(self, namelen: int, hand_over: Callable[[bytes, tuple[str, int]], None]) -> IndirectArena:
        """An arena for legs to peers that no socket of ours reaches."""
        return IndirectArena(self._syscalls, namelen, hand_over, batch=self._send_batch)

    def spawn(self, task: Callable[[], Awaitable[None]], what: str) -> None:
        """Run a task beside the receive loops; what it raises is logged and ends nothing else."""
        assert self._nursery is not None, "tasks are started while the service runs"
        self._nursery.start_soon(_guarded, task, what)

    async def _receive_loop(self, sock: UdpSocket, on_batch: BatchHandler) -> None:
        self._open_sockets.add(sock)
        try:
            while not sock.closed:
                await trio.lowlevel.wait_readable(sock.socket)
                turn_ends = trio.current_time() + TURN_S
                for _ in range(ROUNDS_BEFORE_YIELD):
                    if not self._receive(sock, on_batch) or trio.current_time() > turn_ends:
                        break
                self._feedback.media_came(trio.current_time())
        except trio.ClosedResourceError:
            return
        finally:
            sock.close()
            self._open_sockets.discard(sock)
            self._sent_before = self._sent_before.plus(sock.send_arena.statistics)

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

    def _receive_feedback(self, sock: UdpSocket) -> bool:
        """Handle what waits on the feedback socket; whether there is likely more than is taken at once."""
        assert sock.feedback is not None
        arena = sock.feedback.receive_arena
        for _ in range(ROUNDS_BEFORE_YIELD):
            if sock.closed:
                return False
            try:
                lengths = arena.receive()
            except BlockingIOError:
                return False
            except OSError:
                self.statistics.receive_errors += 1
                continue
            self.statistics.patient += len(lengths)
            try:
                self._dispatcher.dispatch(sock, arena, lengths, trio.current_time(), arena.ages_s(len(lengths)))
            except Exception:  # named guard, as above
                logger.exception("datagrams to port %d could not be handled", sock.port)
            if len(lengths) < BATCH:
                return False
        return True

    def _dispatch(self, sock: UdpSocket, lengths: list[int], now: float) -> None:
        self._dispatcher.dispatch(sock, sock.receive_arena, lengths, now)


async def _guarded(task: Callable[[], Awaitable[None]], what: str) -> None:
    try:
        await task()
    except Exception:  # named guard: one endpoint's task must not end the receive loops of all
        logger.exception("a task that talked to %s failed", what)
