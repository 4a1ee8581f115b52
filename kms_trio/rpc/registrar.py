"""Telling a registrar where this server listens: the server as a client.

The notification `register` goes out at each connect; what the registrar answers is only logged.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

import trio
from trio_websocket import ConnectionClosed, HandshakeError

from kms_trio.rpc.client_socket import open_socket
from kms_trio.rpc.json_text import encode

if TYPE_CHECKING:
    from kms_trio.settings.server import WebsocketSettings

logger = logging.getLogger("KurentoWebSocketRegistrar")

FIRST_RETRY_S: Final = 0.1
LONGEST_RETRY_S: Final = 10.0

#: RFC 6455 section 7.4.1: this side goes away.
_CLOSE_GOING_AWAY: Final = 1001


def own_url(settings: WebsocketSettings) -> str:
    """The URL that clients of the registrar should use."""
    host = settings.registrar.local_address
    if settings.secure.port:
        return f"wss://{host}:{settings.secure.port}/{settings.path}"
    return f"ws://{host}:{settings.port}/{settings.path}"


async def stay_registered(settings: WebsocketSettings) -> None:
    """Keep a connection to the registrar, for ever; returns at once when none is configured."""
    if not settings.registrar.address:
        return
    message = encode({"jsonrpc": "2.0", "method": "register", "params": {"ws": own_url(settings)}})
    wait_s = FIRST_RETRY_S
    while True:
        try:
            async with open_socket(settings.registrar.address) as websocket:
                await websocket.send_message(message)
                logger.info("Registered at %s", settings.registrar.address)
                wait_s = FIRST_RETRY_S
                try:
                    while True:
                        logger.debug("Registrar answers: %s", await websocket.get_message())
                finally:
                    with trio.move_on_after(1, shield=True):
                        await websocket.aclose(_CLOSE_GOING_AWAY, "terminating")
        except (OSError, ConnectionClosed, HandshakeError, trio.BrokenResourceError, ValueError) as problem:
            logger.warning("Registrar %s: %s; trying again in %.1f s", settings.registrar.address, problem, wait_s)
        await trio.sleep(wait_s)
        wait_s = min(2 * wait_s, LONGEST_RETRY_S)
