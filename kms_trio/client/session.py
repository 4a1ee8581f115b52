"""A session with a server, over one connection after the other.

Requests wait while there is no connection. When a new one takes the session up again, those without a reply are sent
once more where that is safe (`pending`), and fail with ConnectionLostError where it is not.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import math
import secrets
import ssl
from typing import Any, Final

import attrs
import trio
from trio_websocket import ConnectionClosed, HandshakeError, WebSocketConnection

from kms_trio.client.errors import ClientError, ConnectError, ConnectionLostError, ProtocolError, SessionLostError
from kms_trio.client.events import EventRouter
from kms_trio.client.pending import Pending, read_reply
from kms_trio.client.reconnection import Reconnection
from kms_trio.client.websocket import CLOSE_DEADLINE_S, WatchedStream, open_websocket
from kms_trio.errors import ErrorCode, KurentoError

#: How long a server may take to accept a connection when one was there before.
GREETING_DEADLINE_S: Final = 60.0

#: Methods after which the server knows the session: there is something to lose.
_HOLDING: Final = frozenset({"create", "describe", "invoke", "subscribe", "ref", "transaction"})


@attrs.frozen
class Options:
    """How a session connects and keeps its connection."""

    url: str
    ssl_context: ssl.SSLContext | None = None
    reconnection: Reconnection | None = attrs.field(factory=Reconnection)
    keep_alive_s: float = 60.0
    keep_session: bool = False


class Session:
    """Requests and events of one session. `run` does the work, in a task of its own."""

    def __init__(self, options: Options, session_id: str | None) -> None:
        self.session_id = session_id
        #: Tells one run of a server from another; None before the first connection.
        self.server_id: str | None = None
        self.events = EventRouter()
        #: How often the connection was lost and came back.
        self.reconnections = 0
        self._options = options
        # Ids are the session's: whoever takes one up must not use those of the client before, or is given its replies.
        self._ids = itertools.count(secrets.randbelow(2**32) << 16)
        self._pending: dict[int, Pending] = {}
        # What the writer of the present connection sends; None while there is none. Each entry has a task that waits
        # for its reply, so their number is bounded by the application's tasks.
        self._outbox: trio.MemorySendChannel[Pending] | None = None
        self._holds = session_id is not None
        self._heard_at = -math.inf
        self._end: Exception | None = None

    async def request(self, method: str, params: dict[str, Any]) -> Any:
        """Send a request and wait for its result. Raises KurentoError or ClientError."""
        if self._end is not None:
            raise self._end
        pending = Pending(next(self._ids), method, params)
        self._pending[pending.id] = pending
        try:
            if self._outbox is not None:
                self._outbox.send_nowait(pending)
            result = await pending.result()
        finally:
            self._pending.pop(pending.id, None)
        self._holds = self._holds or method in _HOLDING
        if method == "release":
            self.events.object_gone(params["object"])
        return result

    async def run(  # noqa: ASYNC128 - the first connection says that it has started
        self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
    ) -> None:
        """Connect, and again whenever the connection is lost, until cancelled. Raises ConnectError for the first."""
        try:
            await self._connection(task_status)
            while self._options.reconnection is not None:
                if not await self._reconnected(self._options.reconnection):
                    break
            self._finish(ConnectionLostError(f"the connection to {self._options.url} was lost"))
        finally:
            self._finish(ClientError("this client is closed"))

    async def close(self) -> None:
        """Tell the server that the session is over, unless it is to be kept."""
        if self._outbox is not None and not self._options.keep_session:
            with trio.move_on_after(CLOSE_DEADLINE_S, shield=True):
                # If this fails, the server closes it by itself after a while.
                with contextlib.suppress(ClientError, KurentoError):
                    await self.request("closeSession", {})

    async def _reconnected(self, reconnection: Reconnection) -> bool:
        """Whether there was a connection again, now lost."""
        with trio.move_on_after(reconnection.give_up_s) as patience:
            for delay_s in reconnection.delays_s():
                await trio.sleep(delay_s)
                try:
                    await self._connection(patience=patience)
                except ConnectError:
                    continue
                return True
        return False

    async def _connection(
        self,
        task_status: trio.TaskStatus[None] | None = None,
        patience: trio.CancelScope | None = None,
    ) -> None:
        """One connection from its beginning to its loss. Raises ConnectError when there is none."""
        greeted = False
        try:
            with trio.fail_after(math.inf if task_status else GREETING_DEADLINE_S) as deadline:
                async with open_websocket(self._options.url, self._options.ssl_context) as (websocket, stream):
                    await self._greet(websocket)
                    greeted = True
                    deadline.deadline = math.inf
                    if patience is not None:
                        patience.deadline = math.inf
                    if task_status is not None:
                        task_status.started()
                    await self._serve(websocket, stream)
        except (trio.TooSlowError, ConnectionClosed, HandshakeError, OSError, ValueError) as error:
            if not greeted:
                raise ConnectError(f"{self._options.url}: {_reason(error)}") from error

    async def _greet(self, websocket: WebSocketConnection) -> None:
        """Take the session up, or begin one; then see to the requests that wait."""
        try:
            result = await self._say_connect(websocket)
        except KurentoError as refusal:
            if refusal.code != ErrorCode.INVALID_SESSION or self.session_id is None:
                raise ConnectError(f"{self._options.url}: {refusal}") from refusal
            if self.server_id is None:
                raise SessionLostError(f"{self._options.url}: {refusal}") from refusal
            if self._holds:
                lost = SessionLostError(f"the server no longer knows the session {self.session_id}")
                self._fail_requests(lost)
                self.events.end_all(lost)
            self.session_id, self._holds = None, False
            result = await self._say_connect(websocket)
        if not isinstance(result, dict) or not isinstance(result.get("sessionId"), str):
            raise ConnectError(f"{self._options.url}: expected a session, found {result!r:.80}")
        self.session_id = result["sessionId"]
        if self.server_id is not None:
            self.reconnections += 1
            self.events.interrupted()
        self.server_id = str(result.get("serverId"))

    async def _say_connect(self, websocket: WebSocketConnection) -> Any:
        request = Pending(next(self._ids), "connect", {})
        await websocket.send_message(request.text(self.session_id))
        while True:
            message = self._sort(await websocket.get_message())
            if message is not None and message.get("id") == request.id:
                try:
                    return read_reply(message, "connect")
                except ProtocolError as error:
                    raise ConnectError(f"{self._options.url}: {error}") from error

    async def _serve(self, websocket: WebSocketConnection, stream: WatchedStream) -> None:
        """Send and receive until the connection is lost."""
        sender, receiver = trio.open_memory_channel[Pending](math.inf)
        now = trio.current_time()
        self._heard_at = now
        for pending in list(self._pending.values()):
            if pending.may_repeat(now):
                sender.send_nowait(pending)
            else:
                pending.fail(ConnectionLostError(f"the connection was lost before the reply to {pending.method} came"))
        self._outbox = sender
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._write, websocket, receiver)
                nursery.start_soon(self._keep_alive, stream)
                await self._read(websocket)
                nursery.cancel_scope.cancel()
        finally:
            self._outbox = None

    async def _write(self, websocket: WebSocketConnection, outbox: trio.MemoryReceiveChannel[Pending]) -> None:
        """A task of its own, so that giving a request up never leaves half a message behind."""
        try:
            async for pending in outbox:
                if pending.id in self._pending:
                    pending.sent_at = trio.current_time() if pending.sent_at is None else pending.sent_at
                    await websocket.send_message(pending.text(self.session_id))
        except ConnectionClosed:
            return  # the task that reads notices too, and ends the connection

    async def _read(self, websocket: WebSocketConnection) -> None:
        try:
            while True:
                text = await websocket.get_message()
                self._heard_at = trio.current_time()
                message = self._sort(text)
                pending = None if message is None else self._pending.get(message["id"])
                if pending is not None and message is not None:
                    pending.reply(message)
        except ConnectionClosed:
            return

    async def _keep_alive(self, stream: WatchedStream) -> None:
        """Ask for a sign of life now and then; a connection without one for that long again is cut."""
        interval_s = self._options.keep_alive_s
        while True:
            await trio.sleep(interval_s)
            asked_at = trio.current_time()
            with trio.move_on_after(interval_s):
                with contextlib.suppress(KurentoError):  # an answer, too
                    await self.request("ping", {"interval": int(interval_s * 1000)})
            if self._heard_at < asked_at:
                await trio.aclose_forcefully(stream)
                return

    def _sort(self, text: str | bytes) -> dict[str, Any] | None:
        """A message that has come: events go their way, replies are returned, the rest is nobody's."""
        try:
            message = json.loads(text)
        except (ValueError, RecursionError):
            return None
        if not isinstance(message, dict):
            return None
        if message.get("method") == "onEvent":
            params = message.get("params")
            value = params.get("value") if isinstance(params, dict) else None
            if isinstance(value, dict):
                self.events.route(str(value.get("object")), str(value.get("type")), value.get("data"))
            return None
        return message if type(message.get("id")) is int else None

    def _fail_requests(self, failure: Exception) -> None:
        for pending in self._pending.values():
            pending.fail(failure)

    def _finish(self, failure: Exception) -> None:
        """Nothing more can be asked; the first reason counts."""
        if self._end is None:
            self._end = failure
            self._fail_requests(failure)
            self.events.end_all(failure)


def _reason(error: Exception) -> str:
    if isinstance(error, trio.TooSlowError):
        return f"no answer within {GREETING_DEADLINE_S:.0f} s"
    if isinstance(error, ConnectionClosed):
        closed = error.reason
        reason = "without a reason" if closed is None else f"with {closed.code} {closed.reason or ''}"
        return f"closed {reason}".rstrip()
    cause = error.__cause__ or error.__context__
    return str(error) or (str(cause) if cause is not None else type(error).__name__)
