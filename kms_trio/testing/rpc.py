"""A client of the Kurento protocol for tests, on Trio: requests, events, and a server to talk to."""

from __future__ import annotations

import contextlib
import itertools
import json
import ssl
from collections.abc import AsyncIterator, Callable
from typing import Any

import attrs
import trio
from trio_websocket import ConnectionClosed, WebSocketConnection

from kms_trio.errors import KurentoError
from kms_trio.rpc.client_socket import open_socket
from kms_trio.testing.patience import PATIENCE_S


@attrs.frozen
class Event:
    """An event as it came: its name, the id of its source, and its data."""

    name: str
    source_id: str
    data: dict[str, Any]


class RpcClient:
    """One connection. `request` returns results or raises KurentoError; events collect in `events`."""

    def __init__(self, websocket: WebSocketConnection) -> None:
        self.websocket = websocket
        self.session_id: str | None = None
        self.events: list[Event] = []
        #: Replies to nobody: those without an id, and texts that are no JSON.
        self.strays: list[Any] = []
        self._ids = itertools.count(1)
        self._replies: dict[Any, dict[str, Any]] = {}
        self._changed = trio.Condition()
        self._closed = False

    async def read(self) -> None:
        """Sort what comes in, until the connection closes. Runs beside the test."""
        try:
            while True:
                text = await self.websocket.get_message()
                async with self._changed:
                    self._sort(text)
                    self._changed.notify_all()
        except ConnectionClosed:
            async with self._changed:
                self._closed = True
                self._changed.notify_all()

    def _sort(self, text: str | bytes) -> None:
        try:
            message = json.loads(text)
        except ValueError:
            self.strays.append(text)
            return
        if message.get("method") == "onEvent":
            value = message["params"]["value"]
            self.events.append(Event(value["type"], value["object"], value["data"]))
        elif message.get("id") is None:
            self.strays.append(message)
        else:
            self._replies[message["id"]] = message

    async def send_text(self, text: str) -> None:
        """Send a frame as it is."""
        await self.websocket.send_message(text)

    async def request_raw(self, method: str, params: Any = None, *, request_id: Any = None) -> dict[str, Any]:
        """Send a request; return the whole reply, error or not."""
        request_id = next(self._ids) if request_id is None else request_id
        message: dict[str, Any] = {"jsonrpc": "2.0", "id": request_id, "method": method}
        if params is not None:
            message["params"] = params
        await self.send_text(json.dumps(message))
        return await self.reply(request_id)

    async def reply(self, request_id: Any) -> dict[str, Any]:
        """Wait for the reply with that id. Raises ConnectionError when the connection closes first."""
        with trio.fail_after(PATIENCE_S):
            async with self._changed:
                while request_id not in self._replies:
                    if self._closed:
                        raise ConnectionError(f"closed before the reply to {request_id}: {self.websocket.closed}")
                    await self._changed.wait()
        return self._replies.pop(request_id)

    async def request(self, method: str, params: Any = None) -> Any:
        """Send a request; return the result. Raises KurentoError for an error reply."""
        reply = await self.request_raw(method, params)
        if "error" in reply:
            error = reply["error"]
            data = error.get("data")
            data_type = data.get("type") if isinstance(data, dict) else None
            raise KurentoError(error["code"], error["message"], data_type=data_type)
        result = reply["result"]
        if isinstance(result, dict) and "sessionId" in result:
            self.session_id = result["sessionId"]
        return result

    async def create(self, type_name: str, **constructor_params: Any) -> str:
        """Create an object; return its id."""
        result = await self.request("create", {"type": type_name, "constructorParams": constructor_params})
        created: str = result["value"]
        return created

    async def invoke(self, object_id: str, operation: str, **operation_params: Any) -> Any:
        """Call an operation; return its value."""
        params: dict[str, Any] = {"object": object_id, "operation": operation}
        if operation_params:
            params["operationParams"] = operation_params
        return (await self.request("invoke", params))["value"]

    async def subscribe(self, object_id: str, *event_names: str) -> list[str]:
        """Subscribe to events of an object; return the subscription ids."""
        results = [await self.request("subscribe", {"object": object_id, "type": name}) for name in event_names]
        return [result["value"] for result in results]

    async def release(self, object_id: str) -> None:
        """Destroy an object."""
        await self.request("release", {"object": object_id})

    async def wait_closed(self) -> None:
        """Wait until the connection is closed."""
        with trio.fail_after(PATIENCE_S):
            async with self._changed:
                while not self._closed:
                    await self._changed.wait()

    async def expect(self, name: str, source_id: str | None = None, *, timeout_s: float = PATIENCE_S) -> Event:
        """Take the first event of that name (and source), waiting for it if need be. Raises trio.TooSlowError."""
        with trio.fail_after(timeout_s):
            async with self._changed:
                while True:
                    for event in self.events:
                        if event.name == name and source_id in (None, event.source_id):
                            self.events.remove(event)
                            return event
                    if self._closed:
                        raise ConnectionError(f"closed before the event {name}")
                    await self._changed.wait()

    async def take_until(self, satisfied: Callable[[list[Event]], bool]) -> None:
        """Hand over all events, at once and as they come, until it is enough. Raises trio.TooSlowError."""
        with trio.fail_after(PATIENCE_S):
            async with self._changed:
                while True:
                    taken, self.events = self.events, []
                    if satisfied(taken):
                        return
                    if self._closed:
                        raise ConnectionError("closed before the events that were waited for")
                    await self._changed.wait()

    async def settle(self) -> list[Event]:
        """Make sure that all events raised so far are here, and take them all.

        A ping goes behind them: the server sends replies and events of one connection in order.
        """
        await self.request_raw("ping")
        taken, self.events = self.events, []
        return taken


@contextlib.asynccontextmanager
async def open_client(url: str, *, ssl_context: ssl.SSLContext | None = None) -> AsyncIterator[RpcClient]:
    """Connect to a server for the length of the block."""
    async with open_socket(url, ssl_context=ssl_context, max_message_bytes=2**30) as websocket:
        client = RpcClient(websocket)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(client.read)
            try:
                yield client
            finally:
                nursery.cancel_scope.cancel()
