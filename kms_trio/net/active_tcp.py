"""Active ICE-TCP: connections that we open to a peer's passive candidates (RFC 6544 section 7.1).

To whom is for ICE to say (`rtc.ice.search`: only when UDP has failed, a bounded number for each agent).  Here is what
keeps a peer from making a port scanner of the server: one connection to an address, which has to be there soon and to
prove with its first bytes that the peer is at its end, and a pace for all endpoints of a worker together.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

import attrs
import trio

from kms_trio.media.callbacks import ignore
from kms_trio.net.stream_base import StreamBase, StreamStatistics
from kms_trio.net.token_bucket import TokenBucket
from kms_trio.rtc.ice import DISCARD_PORT
from kms_trio.rtc.ice.tcp_framing import FramingError

if TYPE_CHECKING:
    from kms_trio.net.service import NetworkService

__all__ = ["ActiveTcpBase", "OutgoingConnections"]

logger = logging.getLogger("kms.network")

CONNECT_TIMEOUT_S = 5.0
SYN_REPETITIONS = 1
"""The least that Linux takes: a lost packet must not look like a closed port."""
BURST = 20
PER_S = 10.0
MAX_CONNECTING = 100


class OutgoingConnections:
    """How many connections a worker opens: `PER_S` in the long run, `MAX_CONNECTING` at a time."""

    def __init__(self) -> None:
        self.opened = 0
        """Attempts so far."""
        self.connecting = 0
        """Attempts under way."""
        self._bucket = TokenBucket(BURST, PER_S)

    def take(self, now: float) -> bool:
        """Whether another one may be opened now; `connecting` is to be lowered when it is open or has failed."""
        if self.connecting >= MAX_CONNECTING or not self._bucket.take(now):
            return False
        self.opened += 1
        self.connecting += 1
        return True


@attrs.define(eq=False)
class _Connection:
    """One that was begun, whatever has become of it."""

    scope: trio.CancelScope = attrs.field(factory=trio.CancelScope)
    first: bytes = b""
    """The latest datagram that waits for it."""


class ActiveTcpBase(StreamBase):
    """The base of one transport's active candidate on one local address.

    The first datagram to a peer opens the connection.  `on_lost(base, remote)` is called when there is none to be had,
    or no more.  A datagram that comes when no connection may be opened just now is dropped: ICE repeats its checks.
    """

    def __init__(
        self,
        service: NetworkService,
        host: str,
        on_lost: Callable[[ActiveTcpBase, tuple[str, int]], None],
    ) -> None:
        self.statistics = StreamStatistics()
        super().__init__(service, (host, DISCARD_PORT), self.statistics)
        self._on_lost = on_lost
        self._begun: dict[tuple[str, int], _Connection] = {}
        self._closed = False

    def send_to(self, data: bytes, remote: tuple[str, int], dscp: int | None = None) -> None:
        """Send a datagram to a peer, connecting to it first."""
        if remote in self._connections or self._closed:
            super().send_to(data, remote)
        elif remote in self._begun:
            self._begun[remote].first = data
        elif self._service.outgoing_connections.take(self._service.timers.now()):
            self._begun[remote] = connection = _Connection(first=data)
            self._service.spawn(lambda: self._run(remote, connection), f"the peer at {remote[0]} TCP port {remote[1]}")
        else:
            self.statistics.dropped += 1

    def close(self) -> None:
        """End all connections; nothing is called from here on."""
        self._closed = True
        self._on_lost = ignore
        self._arena = None
        for connection in self._begun.values():
            connection.scope.cancel()

    async def _run(self, remote: tuple[str, int], connection: _Connection) -> None:
        with connection.scope:
            try:
                async with await self._connect(remote) as stream:
                    await self.converse(stream, remote, connection.first)
                logger.debug("the connection to %s port %d has ended", *remote)
            except (OSError, trio.BrokenResourceError, trio.TooSlowError, FramingError) as problem:
                logger.debug("no connection to %s port %d (any more): %s", *remote, str(problem) or "it took too long")
        if not self._closed:
            self._on_lost(self, remote)

    async def _connect(self, remote: tuple[str, int]) -> trio.SocketStream:
        """Raises OSError and trio.TooSlowError."""
        host = self.address[0]
        try:
            sock = trio.socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
            try:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_SYNCNT, SYN_REPETITIONS)
                await sock.bind((host, 0))
                with trio.fail_after(CONNECT_TIMEOUT_S):
                    await sock.connect(remote)
            except BaseException:
                sock.close()
                raise
        finally:
            self._service.outgoing_connections.connecting -= 1
        return trio.SocketStream(sock)
