"""One UDP socket of a worker, bound to one local address: shared by all endpoints that announce it, or of one media."""

from __future__ import annotations

import logging
import socket
from functools import partial
from typing import TYPE_CHECKING

from kms_trio.net.addresses import LocalAddress, pack_sockaddr
from kms_trio.net.feedback_socket import FeedbackSocket
from kms_trio.net.marked_arena import MarkedArena, ip_mark
from kms_trio.net.native import NativeForwarder, NativeIntake
from kms_trio.net.receive_arena import ReceiveArena
from kms_trio.net.send_arena import SLOTS, SendArena
from kms_trio.net.send_batch import SendBatch
from kms_trio.net.syscalls import Syscalls

if TYPE_CHECKING:
    from kms_trio.net.ice_transport import IceTransport

__all__ = ["UdpSocket"]

logger = logging.getLogger("kms.network")

BUFFER_BYTES = 4 << 20


class RouteTable(dict[bytes, "IceTransport"]):
    """Routes; what is known of an address is forgotten when it becomes another transport's, or nobody's."""

    def __init__(self, intake: NativeIntake | None) -> None:
        super().__init__()
        self._intake = intake

    def __setitem__(self, name: bytes, transport: IceTransport) -> None:
        self._forget(name)
        super().__setitem__(name, transport)

    def __delitem__(self, name: bytes) -> None:
        self._forget(name)
        super().__delitem__(name)

    def _forget(self, name: bytes) -> None:
        if self._intake is not None:
            self._intake.forget_name(name)


class UdpSocket:
    """`routes` says which transport a peer's address belongs to; keys are socket addresses as the kernel writes them.

    A socket of its own media needs no routes, and fewer `send_slots`.  `feedback` is where datagrams come that can
    wait, if that is asked for and the kernel can tell them apart.
    """

    def __init__(
        self,
        syscalls: Syscalls,
        local: LocalAddress,
        port: int,
        *,
        send_slots: int = SLOTS,
        batch: SendBatch | None = None,
        native: NativeForwarder | None = None,
        patient_feedback: bool = False,
    ) -> None:
        """Raises OSError when the port is taken."""
        self.local = local
        self.closed = False
        self.socket = socket.socket(local.family, socket.SOCK_DGRAM)
        try:
            self.socket.setblocking(False)
            if local.family is socket.AF_INET6:
                self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            self.socket.bind((local.host, port))
            for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
                self.socket.setsockopt(socket.SOL_SOCKET, option, BUFFER_BYTES)
        except OSError:
            self.socket.close()
            raise
        self.port: int = self.socket.getsockname()[1]
        self.address = (local.host, self.port)
        self.namelen = len(pack_sockaddr(*self.address))
        self.receive_arena = ReceiveArena(syscalls, self.socket.fileno(), self.namelen)
        if native is not None:
            self.receive_arena.intake = NativeIntake(native, self.receive_arena, self.namelen)
        self.routes: dict[bytes, IceTransport] = RouteTable(self.receive_arena.intake)
        self.send_arena = SendArena(syscalls, self.socket.fileno(), slots=send_slots, batch=batch, native=native)
        self._marked_arenas: dict[int, MarkedArena] = {}
        self._make_marked = partial(
            MarkedArena,
            syscalls,
            self.socket.fileno(),
            local.family,
            self.send_arena.statistics,
            batch=batch,
            native=native,
        )
        self.send_errors = 0
        self.feedback: FeedbackSocket | None = None
        if patient_feedback:
            try:
                self.feedback = FeedbackSocket(syscalls, self.socket, self.address, self.namelen)
            except OSError as problem:
                logger.info("feedback to port %d comes with everything else: %s", self.port, problem)

    def arena_for(self, dscp: int | None) -> SendArena:
        """Where packets with this mark are built (DSCP, 0 to 63; None: without)."""
        if dscp is None:
            return self.send_arena
        arena = self._marked_arenas.get(dscp)
        if arena is None:
            arena = self._marked_arenas[dscp] = self._make_marked(dscp=dscp)
        return arena

    def send_to(self, data: bytes, remote: tuple[str, int], dscp: int | None = None) -> None:
        """Send one datagram now; failures are counted, as the network may lose any of them."""
        marks = [] if dscp is None else [ip_mark(self.local.family, dscp)]
        try:
            self.socket.sendmsg([data], marks, 0, remote)
        except (OSError, ValueError):
            self.send_errors += 1

    def close(self) -> None:
        """Closing twice does nothing."""
        self.closed = True
        self.send_arena.close()
        for arena in self._marked_arenas.values():
            arena.close()
        if self.feedback is not None:
            self.feedback.close()
        self.socket.close()
