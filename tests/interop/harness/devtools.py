"""A client of the Chrome DevTools Protocol, as much of it as the tests need."""

from __future__ import annotations

import base64
import itertools
import json
from collections.abc import Callable
from typing import Any

import attrs
import trio
from trio_websocket import ConnectionClosed, WebSocketConnection

from tests.interop.harness.page import BrowserPage, PageError

__all__ = ["MAX_MESSAGE_BYTES", "DevTools", "Page", "PageError"]

#: Screenshots come as one message.
MAX_MESSAGE_BYTES = 32 * 2**20


@attrs.define(eq=False)
class DevTools:
    """One socket to the browser; pages are sessions on it."""

    socket: WebSocketConnection
    _ids: itertools.count[int] = attrs.field(factory=itertools.count)
    _replies: dict[int, trio.MemorySendChannel[dict[str, Any]]] = attrs.field(factory=dict)
    _listeners: dict[tuple[str, str], Callable[[dict[str, Any]], None]] = attrs.field(factory=dict)

    def listen(self, session: str, event: str, listener: Callable[[dict[str, Any]], None]) -> None:
        """Calls `listener` with the params of each such event of that session."""
        self._listeners[session, event] = listener

    async def run(self) -> None:
        """Reads until the browser closes the socket."""
        try:
            while True:
                message = json.loads(await self.socket.get_message())
                if "id" in message:
                    self._replies.pop(message["id"]).send_nowait(message)
                elif listener := self._listeners.get((message.get("sessionId", ""), message["method"])):
                    listener(message["params"])
        except ConnectionClosed:
            for reply in self._replies.values():
                reply.close()

    async def call(self, method: str, session: str = "", **params: Any) -> dict[str, Any]:
        """Calls a method of the protocol.

        Raises:
            PageError: the browser refuses, or is gone.
        """
        request: dict[str, Any] = {"id": next(self._ids), "method": method, "params": params}
        if session:
            request["sessionId"] = session
        sender, receiver = trio.open_memory_channel[dict[str, Any]](1)
        self._replies[request["id"]] = sender
        try:
            await self.socket.send_message(json.dumps(request))
            reply = await receiver.receive()
        except (ConnectionClosed, trio.EndOfChannel) as error:
            raise PageError(f"{method}: the browser is gone") from error
        if "error" in reply:
            raise PageError(f"{method}: {reply['error']['message']}")
        result: dict[str, Any] = reply["result"]
        return result


@attrs.define(eq=False)
class Page(BrowserPage):
    """A browser tab."""

    devtools: DevTools
    target: str
    session: str
    #: What the page wrote to its console, and what it failed to catch.
    console: list[str] = attrs.field(factory=list)

    async def enable(self) -> None:
        """Starts to collect the console."""
        self.devtools.listen(self.session, "Runtime.consoleAPICalled", self._log)
        self.devtools.listen(self.session, "Runtime.exceptionThrown", self._exception)
        for domain in ("Runtime", "Page"):
            await self.call(f"{domain}.enable")

    def _log(self, params: dict[str, Any]) -> None:
        parts = [str(item.get("value", item.get("description", ""))) for item in params["args"]]
        self.console.append(f"{params['type']}: {' '.join(parts)}")

    def _exception(self, params: dict[str, Any]) -> None:
        details = params["exceptionDetails"]
        self.console.append(f"uncaught: {details.get('exception', {}).get('description', details['text'])}")

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """A DevTools method in this page's session."""
        return await self.devtools.call(method, self.session, **params)

    async def evaluate(self, expression: str, **values: Any) -> Any:
        names, literals = ", ".join(values), ", ".join(json.dumps(value) for value in values.values())
        answer = await self.call(
            "Runtime.evaluate",
            expression=f"(async ({names}) => ({expression}))({literals})",
            awaitPromise=True,
            returnByValue=True,
            userGesture=True,
        )
        if details := answer.get("exceptionDetails"):
            text = details.get("exception", {}).get("description", details["text"])
            raise PageError(f"{expression}: {text}; console: {self.console[-20:]}")
        return answer["result"].get("value")

    async def goto(self, url: str) -> None:
        """Opens a URL and waits until its scripts have run."""
        answer = await self.call("Page.navigate", url=url)
        if "errorText" in answer:
            raise PageError(f"{url}: {answer['errorText']}")
        await self.wait_for("location.href !== 'about:blank' && document.readyState === 'complete'")

    async def screenshot(self, name: str, *, width: int = 1280, height: int = 900, dark: bool = False) -> bytes:
        """A PNG of the page at this size."""
        await self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self.call("Emulation.setEmulatedMedia", features=[scheme])
        answer = await self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        return base64.b64decode(answer["data"])

    async def close(self) -> None:
        """Closes the tab as its user would: `pagehide` runs."""
        await self.call("Page.close")
