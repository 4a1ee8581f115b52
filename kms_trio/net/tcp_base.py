"""Passive ICE-TCP: one listening socket on a local address, shared by all endpoints that announce it (RFC 6544).

Peers connect, and every datagram comes framed (RFC 4571).  A connection has to prove at once whose it is: its first
frames must hold a check that some transport accepts, or it is closed.  From then on it is used like a socket.
"""

from __future__ import annotations

import logging
import socket
from typing import TYPE_CHECKING

import attrs
import trio

from kms_trio.net.addresses import pack_sockaddr
from kms_trio.net.indirect_arena import IndirectArena
from kms_trio.net.stream_outbox import StreamOutbox
from kms_trio.rtc.ice.tcp_framing import FrameReader, FramingError, frame

if TYPE_CHECKING:
    from kms_trio.net.ice_transport import IceTransport
    from kms_trio.net.service import NetworkService

__all__ = ["TcpBase", "TcpStatistics"]

logger = logging.getLogger("kms.network")

FIRST_FRAMES_S = 10.0
"""How long a connection may take to prove itself."""
SILENCE_S = 60.0
"""A peer that says nothing for this long is gone: it would ask for consent every few seconds."""
MAX_STRANGERS = 100
"""Connections that have not proved themselves yet, on one address."""
MAX_DATAGRAM_BYTES = 2048
"""What a slot of a UDP socket holds."""
BACKLOG = 128
READ_BYTES = 65_536


@attrs.define
class TcpStatistics:
    """Connections of one listening socket."""

    accepted: int = 0
    refused: int = 0
    """Closed at once, as too many strangers were there."""
    strangers: int = 0
    """Closed as they did not prove themselves."""
    dropped: int = 0
    """Datagrams to peers that are not connected, or do not read."""


class TcpBase:
    """The base of passive TCP candidates on one local address.  `run` accepts until cancelled."""

    def __init__(self, service: NetworkService, host: str, port: int) -> None:
        """Raises OSError when the port is taken."""
        self.statistics = TcpStatistics()
        self.routes: dict[bytes, IceTransport] = {}
        self._service = service
        self._connections: dict[tuple[str, int], StreamOutbox] = {}
        self._strangers = 0
        self._socket = trio.socket.from_stdlib_socket(_listen(host, port))
        self.address: tuple[str, int] = (host, port)
        self.namelen = len(pack_sockaddr(*self.address))
        self._arena: IndirectArena | None = None

    @property
    def send_arena(self) -> IndirectArena:
        """Made for the first leg."""
        if self._arena is None:
            self._arena = self._service.indirect_arena(self.namelen, self.send_to)
        return self._arena

    def arena_for(self, dscp: int | None) -> IndirectArena:
        """Connections carry no marks: they are shared by what is urgent and what is not."""
        return self.send_arena

    def send_to(self, data: bytes, remote: tuple[str, int], dscp: int | None = None) -> None:
        """Send a datagram to a peer that has connected."""
        outbox = self._connections.get(remote)
        if outbox is None:
            self.statistics.dropped += 1
            return
        before = outbox.dropped
        outbox.put(frame(data))
        self.statistics.dropped += outbox.dropped - before

    async def run(self) -> None:
        """Accept connections; one that fails ends no other."""
        listener = trio.SocketListener(self._socket)
        async with trio.open_nursery() as connections:
            await trio.serve_listeners(self._serve, [listener], handler_nursery=connections)

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()

    async def _serve(self, stream: trio.SocketStream) -> None:
        async with stream:
            if self._strangers >= MAX_STRANGERS:
                self.statistics.refused += 1
                return
            self.statistics.accepted += 1
            try:
                await self._converse(stream)
            except (OSError, trio.BrokenResourceError, FramingError) as problem:
                logger.debug("a connection to %s port %d ends: %s", *self.address, problem)
            except Exception:  # named guard: one connection must not end those of others
                logger.exception("a connection to %s port %d could not be served", *self.address)

    async def _converse(self, stream: trio.SocketStream) -> None:
        stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        remote: tuple[str, int] = stream.socket.getpeername()[:2]
        self._connections[remote] = outbox = StreamOutbox()
        problem: Exception | None = None
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(outbox.write_to, stream)
                try:
                    await self._read(stream, remote)
                except (trio.BrokenResourceError, FramingError) as error:
                    problem = error  # raised outside, or the nursery would wrap it
                nursery.cancel_scope.cancel()
        finally:
            del self._connections[remote]
            self.routes.pop(pack_sockaddr(*remote), None)
        if problem is not None:
            raise problem

    async def _read(self, stream: trio.SocketStream, remote: tuple[str, int]) -> None:
        """Pass datagrams on, until the peer has gone or nobody here wants to hear it (any more)."""
        name, reader, proven = pack_sockaddr(*remote), FrameReader(MAX_DATAGRAM_BYTES), False
        deadline = trio.current_time() + FIRST_FRAMES_S
        self._strangers += 1
        try:
            while True:
                with trio.move_on_at(deadline) as waiting:
                    data = await stream.receive_some(READ_BYTES)
                if waiting.cancelled_caught or not data:
                    return
                datagrams = reader.feed(bytes(data))
                now = trio.current_time()
                self._service.receive_datagrams(self, [(remote, datagram) for datagram in datagrams], now)
                if not datagrams:
                    continue
                if name not in self.routes:
                    return
                deadline = now + SILENCE_S
                if not proven:
                    proven = True
                    self._strangers -= 1
        finally:
            if not proven:
                self._strangers -= 1
                self.statistics.strangers += 1


def _listen(host: str, port: int) -> socket.socket:
    sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        if sock.family is socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind((host, port))
        sock.listen(BACKLOG)
    except OSError:
        sock.close()
        raise
    return sock
