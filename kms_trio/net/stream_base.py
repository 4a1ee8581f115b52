"""A base of TCP candidates: connections on one local address, each with one peer at its end (RFC 6544).

Every datagram comes framed (RFC 4571).  A connection has to prove at once whose it is: its first frames must hold a
STUN message that some transport accepts, or it is closed.  From then on it is used like a socket.
"""

from __future__ import annotations

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

__all__ = ["StreamBase", "StreamStatistics"]

FIRST_FRAMES_S = 10.0
"""How long a connection may take to prove itself."""
SILENCE_S = 60.0
"""A peer that says nothing for this long is gone: it would ask for consent every few seconds."""
MAX_DATAGRAM_BYTES = 2048
"""What a slot of a UDP socket holds."""
READ_BYTES = 65_536


@attrs.define
class StreamStatistics:
    """What became of the connections of one base."""

    strangers: int = 0
    """Closed as they did not prove themselves."""
    dropped: int = 0
    """Datagrams to peers that are not connected, or do not read."""


class StreamBase:
    """What passive and active bases have in common; implements `DatagramBase`."""

    def __init__(self, service: NetworkService, address: tuple[str, int], statistics: StreamStatistics) -> None:
        self.address = address
        self.namelen = len(pack_sockaddr(*address))
        self.routes: dict[bytes, IceTransport] = {}
        self.unproven = 0
        """Connections that have yet to prove themselves."""
        self._service = service
        self._stream_statistics = statistics
        self._connections: dict[tuple[str, int], StreamOutbox] = {}
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
        """Send a datagram to a peer that is connected."""
        outbox = self._connections.get(remote)
        if outbox is None:
            self._stream_statistics.dropped += 1
            return
        before = outbox.dropped
        outbox.put(frame(data))
        self._stream_statistics.dropped += outbox.dropped - before

    async def converse(self, stream: trio.SocketStream, remote: tuple[str, int], first: bytes = b"") -> None:
        """Serve a connection until it ends, beginning with the datagram `first` if there is one.

        Raises trio.BrokenResourceError and FramingError.
        """
        stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connections[remote] = outbox = StreamOutbox()
        if first:
            outbox.put(frame(first))
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
            try:
                raise problem
            finally:
                del problem  # its traceback has this frame

    async def _read(self, stream: trio.SocketStream, remote: tuple[str, int]) -> None:
        """Pass datagrams on, until the peer has gone or nobody here wants to hear it (any more)."""
        name, reader, proven = pack_sockaddr(*remote), FrameReader(MAX_DATAGRAM_BYTES), False
        deadline = trio.current_time() + FIRST_FRAMES_S
        self.unproven += 1
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
                    self.unproven -= 1
        finally:
            if not proven:
                self.unproven -= 1
                self._stream_statistics.strangers += 1
