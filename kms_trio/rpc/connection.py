"""One client's socket: requests are carried out one after the other, events are sent as they come.

Three tasks: one reads ahead, one carries out requests, one sends. Whoever raises an event never waits for a client, and
what was said in one turn of the event loop goes out in one piece. Only a reply that nothing waits in front of, or comes
behind, is sent by the task that made it: to wake another one would take a turn more.
"""

from __future__ import annotations

import contextlib
import logging
import math
import time
from typing import Final

import trio

from kms_trio.log.credentials import without_credentials
from kms_trio.rpc.handler import Handler
from kms_trio.rpc.inbox import Inbox
from kms_trio.rpc.outbox import CROWDED_MESSAGES, Outbox, OutboxFullError
from kms_trio.rpc.sessions import Sessions
from kms_trio.rpc.websocket import CLOSE_DEADLINE_S, ServerWebSocket, WebSocketClosedError

logger = logging.getLogger("KurentoWebSocketTransport")
event_logger = logging.getLogger("KurentoWebSocketEventHandler")

#: A client that lets a message wait this long is gone, or does not read.
SEND_DEADLINE_S: Final = 20.0

#: After so much work for one client media and other clients get their turn.
TURN_S: Final = 0.0005


class Connection:
    """A `Peer` of the sessions, over one WebSocket."""

    def __init__(self, websocket: ServerWebSocket, handler: Handler, sessions: Sessions) -> None:
        self.session_id: str | None = None
        self._websocket = websocket
        self._handler = handler
        self._sessions = sessions
        self._inbox = Inbox()
        self._outbox = Outbox()
        self._scope = trio.CancelScope()
        self._overfull = False
        # When what each of the two tasks is sending was begun, by Trio's clock; infinite while nothing is.
        self._replying_since = math.inf
        self._sending_since = math.inf

    async def run(self) -> None:
        """Serve until either side closes, or the client stops reading."""
        try:
            with self._scope:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(self._read_ahead)
                    nursery.start_soon(self._send_outbox)
                    await self._serve_requests()
                    nursery.cancel_scope.cancel()
        finally:
            self._sessions.unbind(self)
        if self._overfull:  # half a message may be on its way: there is nothing more to be said
            logger.warning("A client does not read its messages, closing its connection")

    def check(self, now: float) -> None:
        """Give the client up if it does not read; called every few seconds, as a deadline a message would cost more."""
        if now - min(self._replying_since, self._sending_since) > SEND_DEADLINE_S:
            self._give_up()

    async def say_goodbye(self, code: int, reason: str) -> None:
        """Send what waits, then close."""
        with trio.move_on_after(CLOSE_DEADLINE_S):
            await self._outbox.drained()
        await self._websocket.close(code, reason)

    def send_event(self, text: str) -> None:
        """Send an event without waiting."""
        event_logger.debug("Sending event: %s", text)
        self._enqueue(text)

    async def _read_ahead(self) -> None:
        inbox = self._inbox
        while messages := await self._websocket.receive():
            inbox.put(messages)
            await inbox.room()
        inbox.end()

    async def _serve_requests(self) -> None:
        """Also what was asked for by a client that has gone meanwhile."""
        inbox, outbox, handle, now = self._inbox, self._outbox, self._handler.handle, time.perf_counter
        told = logger.isEnabledFor(logging.DEBUG)
        while await inbox.wait():
            turn_ends = now() + TURN_S
            while inbox and now() < turn_ends:
                message = inbox.take()
                if told:
                    logger.debug("Message: >%s<", without_credentials(message))
                reply = await handle(message, self)
                if told:
                    logger.debug("Response: >%s<", without_credentials(reply))
                if inbox or outbox:
                    self._enqueue(reply)
                    await outbox.drained(to=CROWDED_MESSAGES)
                else:
                    self._replying_since = trio.current_time()
                    await self._send([reply])
                    self._replying_since = math.inf
            if inbox:
                await trio.lowlevel.checkpoint()

    async def _send_outbox(self) -> None:
        outbox = self._outbox
        while True:
            await outbox.wait()
            texts = outbox.batch()
            self._sending_since = trio.current_time()
            await self._send(texts)
            self._sending_since = math.inf
            outbox.sent(len(texts))

    async def _send(self, texts: list[str]) -> None:
        with contextlib.suppress(WebSocketClosedError):  # the task that reads notices too, and ends the connection
            await self._websocket.send(texts)

    def _enqueue(self, text: str) -> None:
        try:
            self._outbox.put(text)
        except OutboxFullError:
            self._give_up()

    def _give_up(self) -> None:
        self._overfull = True
        self._scope.cancel()
