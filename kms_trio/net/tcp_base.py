"""Passive ICE-TCP: one listening socket on a local address, shared by all endpoints that announce it (RFC 6544)."""

from __future__ import annotations

import logging
import socket
from typing import TYPE_CHECKING

import attrs
import trio

from kms_trio.net.stream_base import StreamBase, StreamStatistics
from kms_trio.rtc.ice.tcp_framing import FramingError

if TYPE_CHECKING:
    from kms_trio.net.service import NetworkService

__all__ = ["TcpBase", "TcpStatistics"]

logger = logging.getLogger("kms.network")

MAX_STRANGERS = 100
"""Connections that have not proved themselves yet, on one address."""
BACKLOG = 128


@attrs.define
class TcpStatistics(StreamStatistics):
    """Connections of one listening socket."""

    accepted: int = 0
    refused: int = 0
    """Closed at once, as too many strangers were there."""


class TcpBase(StreamBase):
    """The base of passive TCP candidates on one local address.  `run` accepts until cancelled."""

    def __init__(self, service: NetworkService, host: str, port: int) -> None:
        """Raises OSError when the port is taken."""
        self.statistics = TcpStatistics()
        super().__init__(service, (host, port), self.statistics)
        self.port = port
        self._socket = trio.socket.from_stdlib_socket(_listen(host, port))

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
            if self.unproven >= MAX_STRANGERS:
                self.statistics.refused += 1
                return
            self.statistics.accepted += 1
            try:
                await self.converse(stream, stream.socket.getpeername()[:2])
            except (OSError, trio.BrokenResourceError, FramingError) as problem:
                logger.debug("a connection to %s port %d ends: %s", *self.address, problem)
            except Exception:  # named guard: one connection must not end those of others
                logger.exception("a connection to %s port %d could not be served", *self.address)


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
