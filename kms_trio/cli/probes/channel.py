"""Request and response with a server, over UDP with repetitions or over a stream of STUN messages.

Repetitions follow RFC 8489 section 6.2.1: 0.5 s, then twice as long each time. On a stream a message says its own
length in its third and fourth bytes (RFC 8489 section 7.2.2).
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final, Protocol

import trio

from kms_trio.cli.probes.errors import ProbeError

FIRST_WAIT_S: Final = 0.5
PATIENCE_S: Final = 4.0

_HEADER_BYTES: Final = 20
_LARGEST_DATAGRAM_BYTES: Final = 65_535


class Channel(Protocol):
    """Where requests go."""

    async def ask(self, request: bytes, accept: Callable[[bytes], bool]) -> bytes:
        """Send `request` and return the first message that `accept` takes for its response. Raises ProbeError."""
        ...


@asynccontextmanager
async def open_channel(
    host: str, port: int, transport: str = "udp", *, verify_tls: bool = True
) -> AsyncIterator[Channel]:
    """Connect to a server by name or address; `transport` is `udp`, `tcp` or `tls`. Raises ProbeError."""
    where = f"{host} port {port} ({transport})"
    try:
        if transport == "udp":
            async with _udp_socket(host, port) as connected:
                yield _Datagrams(connected, where)
        else:
            context = _tls_context(verify_tls) if transport == "tls" else None
            async with _stream(host, port, context) as stream:
                yield _Messages(stream, where)
    except OSError as error:
        raise ProbeError(f"{where}: {_reason(error)}") from error
    except trio.TooSlowError as error:
        raise ProbeError(f"{where}: no connection within {PATIENCE_S:.0f} s") from error
    except trio.BrokenResourceError as error:
        cause = error.__cause__
        text = f"TLS fails: {cause.reason or cause}" if isinstance(cause, ssl.SSLError) else f"it broke: {cause}"
        raise ProbeError(f"{where}: {text}") from error


def _reason(error: OSError) -> str:
    """The system's words; Trio's own error for TCP has them in its cause."""
    cause = error.__cause__
    if isinstance(cause, ExceptionGroup):
        cause = cause.exceptions[0]
    inner = cause if isinstance(cause, OSError) and error.strerror is None else error
    return inner.strerror or str(inner)


def _tls_context(verify: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


@asynccontextmanager
async def _stream(host: str, port: int, context: ssl.SSLContext | None) -> AsyncIterator[trio.abc.Stream]:
    with trio.fail_after(PATIENCE_S):
        stream: trio.abc.Stream = await trio.open_tcp_stream(host, port)
    try:
        if context is not None:
            secured = trio.SSLStream(stream, context, server_hostname=host)
            with trio.fail_after(PATIENCE_S):
                await secured.do_handshake()
            yield secured
        else:
            yield stream
    finally:
        await trio.aclose_forcefully(stream)


@asynccontextmanager
async def _udp_socket(host: str, port: int) -> AsyncIterator[trio.socket.SocketType]:
    found = await trio.socket.getaddrinfo(host, port, type=trio.socket.SOCK_DGRAM)
    family, kind, protocol, _, address = found[0]
    with trio.socket.socket(family, kind, protocol) as connected:
        await connected.connect(address)
        yield connected


class _Datagrams:
    def __init__(self, connected: trio.socket.SocketType, where: str) -> None:
        self._socket = connected
        self._where = where

    async def ask(self, request: bytes, accept: Callable[[bytes], bool]) -> bytes:
        wait_s = FIRST_WAIT_S
        with trio.move_on_after(PATIENCE_S):
            while True:
                await self._socket.send(request)
                with trio.move_on_after(wait_s):
                    while True:
                        response = await self._socket.recv(_LARGEST_DATAGRAM_BYTES)
                        if accept(response):
                            return response
                wait_s *= 2
        raise ProbeError(f"{self._where}: no answer within {PATIENCE_S:.0f} s")


class _Messages:
    def __init__(self, stream: trio.abc.Stream, where: str) -> None:
        self._stream = stream
        self._where = where
        self._received = b""

    async def ask(self, request: bytes, accept: Callable[[bytes], bool]) -> bytes:
        with trio.move_on_after(PATIENCE_S):
            await self._stream.send_all(request)
            while True:
                head = await self._take(_HEADER_BYTES)
                message = head + await self._take(int.from_bytes(head[2:4]))
                if accept(message):
                    return message
        raise ProbeError(f"{self._where}: no answer within {PATIENCE_S:.0f} s")

    async def _take(self, size: int) -> bytes:
        while len(self._received) < size:
            more = await self._stream.receive_some()
            if not more:
                raise ProbeError(f"{self._where}: the server closed the connection")
            self._received += more
        taken, self._received = self._received[:size], self._received[size:]
        return taken
