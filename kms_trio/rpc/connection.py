"""One client's socket: requests are carried out one after the other, events are sent as they come.

A reply goes out straight from the task that made it while nothing else waits; events, and replies behind them, go
through the outbox, so that whoever raises an event never waits for a client. So do replies where the next request has
come already: it is carried out while they are sent, several by one write.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from typing import Final

import trio
from trio_websocket import ConnectionClosed, WebSocketConnection

from kms_trio.log.credentials import without_credentials
from kms_trio.rpc.handler import Handler
from kms_trio.rpc.outbox import Outbox, OutboxFullError
from kms_trio.rpc.send_together import send_together
from kms_trio.rpc.sessions import Sessions

logger = logging.getLogger("KurentoWebSocketTransport")
event_logger = logging.getLogger("KurentoWebSocketEventHandler")

#: A client that lets a message wait this long is gone, or does not read.
SEND_DEADLINE_S: Final = 20.0

#: Frames that one message may come in.
MAX_PIECES: Final = 50_000

#: How long closing may take.
CLOSE_DEADLINE_S: Final = 2.0

#: RFC 6455 section 7.4.1: a policy was violated.
CLOSE_POLICY_VIOLATION: Final = 1008


class Connection:
    """A `Peer` of the sessions, over one WebSocket. `on_request` is called at the first message."""

    def __init__(
        self,
        websocket: WebSocketConnection,
        handler: Handler,
        sessions: Sessions,
        on_request: Callable[[], None] = lambda: None,
    ) -> None:
        self.session_id: str | None = None
        self._websocket = websocket
        self._handler = handler
        self._sessions = sessions
        self._on_request = on_request
        self._outbox = Outbox()
        self._scope = trio.CancelScope()
        self._overfull = False
        # When the message that each of the two tasks is sending was begun, by Trio's clock; infinite while none is.
        self._replying_since = math.inf
        self._sending_since = math.inf

    async def run(self) -> None:
        """Serve until either side closes, or the client stops reading."""
        try:
            with self._scope:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(self._send_outbox)
                    await self._serve_requests()
                    nursery.cancel_scope.cancel()
        finally:
            self._sessions.unbind(self)
        if self._overfull:
            logger.warning("A client does not read its messages, closing its connection")
            await self._close(CLOSE_POLICY_VIOLATION, "Too many messages are waiting")

    def check(self, now: float) -> None:
        """Give the client up if it does not read, or sends one message in pieces without end.

        Called every few seconds, as a deadline a message would cost more.
        """
        if now - min(self._replying_since, self._sending_since) > SEND_DEADLINE_S:
            self._give_up()
        elif len(self._websocket._message_parts) > MAX_PIECES:  # the library bounds their length, which may be 0
            logger.warning("A client sends a message of more than %d pieces, closing its connection", MAX_PIECES)
            self._scope.cancel()

    async def say_goodbye(self, code: int, reason: str) -> None:
        """Send what waits, then close."""
        with trio.move_on_after(CLOSE_DEADLINE_S):
            await self._outbox.drained()
        await self._close(code, reason)

    async def _close(self, code: int, reason: str) -> None:
        """Close; a client that does not answer is not waited for."""
        with trio.move_on_after(CLOSE_DEADLINE_S):
            await self._websocket.aclose(code, reason)

    def send_event(self, text: str) -> None:
        """Send an event without waiting."""
        event_logger.debug("Sending event: %s", text)
        self._enqueue(text)

    async def _serve_requests(self) -> None:
        websocket, handle = self._websocket, self._handler.handle
        told = logger.isEnabledFor(logging.DEBUG)
        try:
            message = await websocket.get_message()
            self._on_request()
            while True:
                if told:
                    logger.debug("Message: >%s<", without_credentials(message))
                reply = await handle(message, self)
                if told:
                    logger.debug("Response: >%s<", without_credentials(reply))
                if self._outbox or self._another_waits():
                    self._outbox.put_reply(reply)
                    await self._outbox.room()
                else:
                    self._replying_since = trio.current_time()
                    await websocket.send_message(reply)
                    self._replying_since = math.inf
                message = await websocket.get_message()
        except ConnectionClosed:
            return

    def _another_waits(self) -> bool:
        """Whether the client has sent its next request already."""
        return bool(self._websocket._recv_channel.statistics().current_buffer_used)

    async def _send_outbox(self) -> None:
        outbox = self._outbox
        while True:
            await outbox.wait()
            try:
                while outbox:
                    self._sending_since = trio.current_time()
                    texts = outbox.first()
                    await send_together(self._websocket, texts)
                    self._sending_since = math.inf
                    outbox.sent(len(texts))
            except ConnectionClosed:
                outbox.abandon()
                return  # the task that reads notices too, and ends the connection

    def _enqueue(self, text: str) -> None:
        try:
            self._outbox.put(text)
        except OutboxFullError:
            self._give_up()

    def _give_up(self) -> None:
        self._overfull = True
        self._scope.cancel()
