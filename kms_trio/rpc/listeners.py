"""The TCP sockets that the protocol listens on, plain and with TLS."""

from __future__ import annotations

import errno
import logging
import socket
import ssl
from typing import TYPE_CHECKING, Final

import trio

from kms_trio.settings import SettingsError

if TYPE_CHECKING:
    from kms_trio.settings.server import SecureSettings, WebsocketSettings

logger = logging.getLogger("KurentoWebSocketTransport")

ANY_IPV6: Final = "::"
ANY_IPV4: Final = "0.0.0.0"

#: When a client of whom nothing came for so long is asked whether it is there (tcp(7)), how often and how many times. A
#: machine that lost its power says no goodbye, and an open connection keeps a session alive.
KEEP_ALIVE: Final = ((socket.TCP_KEEPIDLE, 60), (socket.TCP_KEEPINTVL, 15), (socket.TCP_KEEPCNT, 4))

Listener = trio.SocketListener | trio.SSLListener[trio.SocketStream]


async def open_listeners(settings: WebsocketSettings) -> list[Listener]:
    """Open what `settings` ask for. Raises OSError for a port that cannot be had, SettingsError for a bad certificate.

    Ports of 0 are off; with both off the list is empty.
    """
    listeners: list[Listener] = []
    try:
        if settings.port:
            listeners.append(await _listen(settings, settings.port, settings.address, "WebSocket server (ws://)"))
        else:
            logger.info("WebSocket server (ws://) not enabled")
        if settings.secure.port:
            context = tls_context(settings.secure)
            plain = await _listen(settings, settings.secure.port, None, "Secure WebSocket server (wss://)")
            listeners.append(trio.SSLListener(plain, context))
        else:
            logger.info("Secure WebSocket server (wss://) not enabled")
    except BaseException:
        for listener in listeners:
            await trio.aclose_forcefully(listener)
        raise
    return listeners


def tls_context(settings: SecureSettings) -> ssl.SSLContext:
    """Make a TLS context from one PEM file with chain and key. Raises SettingsError naming what is wrong."""
    if settings.certificate is None:
        raise SettingsError("Certificate file must be provided for Secure WebSocket")
    if not settings.certificate.exists():
        raise SettingsError(f"Certificate file doesn't exist: {settings.certificate}")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    locked = False

    # A function, so that OpenSSL never asks for the password at the terminal.
    def password() -> str:
        nonlocal locked
        locked = True
        return settings.password or ""

    try:
        context.load_cert_chain(settings.certificate, password=password)
    except (OSError, ssl.SSLError) as problem:
        wanted = "a certificate chain and its private key in PEM form"
        if locked:
            wanted += ", and the password of the key, which is encrypted, in `secure.password`"
        raise SettingsError(f"{settings.certificate}: expected {wanted}: {problem}") from problem
    return context


async def _listen(settings: WebsocketSettings, port: int, address: str | None, what: str) -> trio.SocketListener:
    """Bind to `address`, else to all of IPv6 and IPv4, else to all of IPv4."""
    if address is not None:
        candidates = [address]
    else:
        candidates = [ANY_IPV6, ANY_IPV4] if settings.ipv6 else [ANY_IPV4]
    for candidate in candidates:
        try:
            listener = await _bind(candidate, port, settings.connqueue)
        except OSError as problem:
            last = candidate == candidates[-1]
            if last or problem.errno not in (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL):
                text = (
                    "Error creating transport: Cannot open a WebSocket listener on the specified port (multiple KMS "
                    f"instances?): address '{candidate}', port {port}: {problem.strerror}"
                )
                raise OSError(problem.errno, text) from problem
        else:
            logger.info("%s listening on address '%s', port %d", what, candidate, port)
            return listener
    raise AssertionError("the loop returns or raises")


async def _bind(address: str, port: int, backlog: int) -> trio.SocketListener:
    family = trio.socket.AF_INET6 if ":" in address else trio.socket.AF_INET
    listening = trio.socket.socket(family, trio.socket.SOCK_STREAM)
    try:
        listening.setsockopt(trio.socket.SOL_SOCKET, trio.socket.SO_REUSEADDR, 1)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)  # accepted ones inherit it
        for option, value in KEEP_ALIVE:
            listening.setsockopt(socket.IPPROTO_TCP, option, value)
        if family == trio.socket.AF_INET6:
            listening.setsockopt(trio.socket.IPPROTO_IPV6, trio.socket.IPV6_V6ONLY, address != ANY_IPV6)
        await listening.bind((address, port))
        listening.listen(backlog)
    except BaseException:
        listening.close()
        raise
    return trio.SocketListener(listening)
