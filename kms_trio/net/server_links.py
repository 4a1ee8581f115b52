"""Connections to a TURN server: a UDP socket of our own, or a TCP or TLS connection (RFC 8656 section 3.1).

A link gives whole messages and takes whole messages; both directions end with `close` or with an error of the network.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

import trio

from kms_trio.media.callbacks import ignore
from kms_trio.net.addresses import pack_sockaddr
from kms_trio.net.stream_outbox import StreamOutbox
from kms_trio.rtc.turn import StreamReader, TurnError

if TYPE_CHECKING:
    from kms_trio.net.service import NetworkService
    from kms_trio.net.udp_socket import UdpSocket

__all__ = ["ServerLink", "StreamLink", "UdpLink", "resolve"]

RESOLVE_TIMEOUT_S = 5.0
CONNECT_TIMEOUT_S = 10.0
READ_BYTES = 65_536

MessageHandler = Callable[[list[bytes]], None]


class ServerLink(Protocol):
    """A connection to a server."""

    @property
    def dropped(self) -> int:
        """Messages that were not sent because the network was too slow or refused them."""

    def send(self, message: bytes) -> None:
        """Send a message now or soon."""

    def close(self) -> None:
        """End it; messages that wait are lost."""


async def resolve(host: str, port: int, kind: socket.SocketKind) -> list[tuple[str, int]]:
    """Addresses of a server, the best liked first; a literal address is its own.

    Raises OSError when the name is not known, or not found out in time.
    """
    try:
        with trio.fail_after(RESOLVE_TIMEOUT_S):
            found = await trio.socket.getaddrinfo(host, port, type=kind)
    except trio.TooSlowError:
        raise TimeoutError(f"the name is not resolved within {RESOLVE_TIMEOUT_S:g} s") from None
    return list(dict.fromkeys((str(entry[4][0]), port) for entry in found))


class UdpLink:
    """A socket of the worker's port range that talks to one server only."""

    def __init__(self, service: NetworkService, server: tuple[str, int], on_messages: MessageHandler) -> None:
        """Raises OSError when no port is free or the server cannot be reached from here."""
        self._server = pack_sockaddr(*server)
        self._remote = server
        self._on_messages = on_messages
        self._service = service
        (self._socket,) = service.open_private(["::" if ":" in server[0] else "0.0.0.0"], self._receive)

    @property
    def dropped(self) -> int:
        """Messages that the network refused."""
        return self._socket.send_errors

    def send(self, message: bytes) -> None:
        """Send a message now."""
        self._socket.send_to(message, self._remote)

    def close(self) -> None:
        """Closing twice does nothing."""
        self._on_messages = ignore
        self._service.close_socket(self._socket)

    def _receive(self, sock: UdpSocket, lengths: list[int], now: float) -> None:
        arena = sock.receive_arena
        messages = [
            bytes(arena.views[slot][:length])
            for slot, length in enumerate(lengths)
            if arena.source(slot)[:8] == self._server[:8] and arena.source(slot) == self._server
        ]
        self._on_messages(messages)


class StreamLink:
    """A TCP or TLS connection.  `run` opens it, calls `on_open`, and returns when the server has closed it."""

    def __init__(self, on_messages: MessageHandler) -> None:
        self._on_messages = on_messages
        self._outbox = StreamOutbox()
        self._scope = trio.CancelScope()

    @property
    def dropped(self) -> int:
        """Messages that did not fit into the outbox."""
        return self._outbox.dropped

    def send(self, message: bytes) -> None:
        """Queue a message; dropped when too much waits."""
        self._outbox.put(message)

    def close(self) -> None:
        """Have `run` return."""
        self._on_messages = ignore
        self._scope.cancel()

    async def run(self, host: str, port: int, tls: ssl.SSLContext | None, on_open: Callable[[], None]) -> None:
        """Connect (with TLS when a context is given) and pass messages on.

        Raises OSError, trio.BrokenResourceError (also for a failed TLS handshake) and TurnError.
        """
        with self._scope:
            try:
                with trio.fail_after(CONNECT_TIMEOUT_S):
                    stream = await _connect(host, port, tls)
            except trio.TooSlowError:
                raise TimeoutError(f"no connection within {CONNECT_TIMEOUT_S:g} s") from None
            problem: Exception | None = None
            async with stream, trio.open_nursery() as nursery:
                nursery.start_soon(self._outbox.write_to, stream)
                on_open()
                try:
                    await self._read(stream)
                except (trio.BrokenResourceError, TurnError) as error:
                    problem = error  # raised outside, or the nursery would wrap it
                nursery.cancel_scope.cancel()
            if problem is not None:
                try:
                    raise problem
                finally:
                    del problem  # its traceback has this frame

    async def _read(self, stream: trio.abc.Stream) -> None:
        reader = StreamReader()
        while data := await stream.receive_some(READ_BYTES):
            self._on_messages(reader.feed(bytes(data)))


async def _connect(host: str, port: int, tls: ssl.SSLContext | None) -> trio.abc.Stream:
    stream = await trio.open_tcp_stream(host, port)
    stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if tls is None:
        return stream
    secured = trio.SSLStream(stream, tls, server_hostname=host, https_compatible=True)
    try:
        await secured.do_handshake()
    except BaseException:
        await trio.aclose_forcefully(stream)
        raise
    return secured
