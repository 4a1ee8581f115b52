"""A client of WebDriver BiDi (W3C), as much of it as the tests need."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from typing import Any

import attrs
import trio
from trio_websocket import ConnectionClosed, WebSocketConnection

from tests.interop.harness.page import BrowserPage, PageError

__all__ = ["WebDriver", "WebDriverPage"]


@attrs.define(eq=False)
class WebDriver:
    """One socket to the browser, with one session."""

    socket: WebSocketConnection
    _ids: itertools.count[int] = attrs.field(factory=itertools.count)
    _replies: dict[int, trio.MemorySendChannel[dict[str, Any]]] = attrs.field(factory=dict)
    _logs: dict[str, Callable[[str], None]] = attrs.field(factory=dict)

    async def run(self) -> None:
        """Reads until the browser closes the socket."""
        try:
            while True:
                message = json.loads(await self.socket.get_message())
                if message.get("id") is not None:
                    self._replies.pop(message["id"]).send_nowait(message)
                elif message.get("method") == "log.entryAdded":
                    entry = message["params"]
                    if log := self._logs.get(entry["source"].get("context", "")):
                        log(f"{entry['level']}: {entry['text']}")
        except ConnectionClosed:
            for reply in self._replies.values():
                reply.close()

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Calls a method of the protocol.

        Raises:
            PageError: the browser refuses, or is gone.
        """
        request = {"id": next(self._ids), "method": method, "params": params}
        sender, receiver = trio.open_memory_channel[dict[str, Any]](1)
        self._replies[request["id"]] = sender
        try:
            await self.socket.send_message(json.dumps(request))
            reply = await receiver.receive()
        except (ConnectionClosed, trio.EndOfChannel) as error:
            raise PageError(f"{method}: the browser is gone") from error
        if reply["type"] == "error":
            raise PageError(f"{method}: {reply['error']}: {reply['message']}")
        result: dict[str, Any] = reply["result"]
        return result

    async def new_page(self) -> WebDriverPage:
        """A new tab. Its console is collected."""
        context = (await self.call("browsingContext.create", type="tab"))["context"]
        page = WebDriverPage(self, context)
        self._logs[context] = page.console.append
        return page


@attrs.define(eq=False)
class WebDriverPage(BrowserPage):
    """A browser tab."""

    driver: WebDriver
    context: str
    console: list[str] = attrs.field(factory=list)

    async def evaluate(self, expression: str, **values: Any) -> Any:
        names, literals = ", ".join(values), ", ".join(json.dumps(value) for value in values.values())
        # As JSON text: the protocol's own form of values spells out the type of each.
        answer = await self.driver.call(
            "script.evaluate",
            expression=f"(async ({names}) => ({expression}))({literals}).then((value) => JSON.stringify(value))",
            target={"context": self.context},
            awaitPromise=True,
            userActivation=True,
        )
        if answer["type"] == "exception":
            raise PageError(f"{expression}: {answer['exceptionDetails']['text']}; console: {self.console[-20:]}")
        text = answer["result"].get("value")
        return None if text is None else json.loads(text)

    async def goto(self, url: str) -> None:
        """Opens a URL and waits until its scripts have run."""
        await self.driver.call("browsingContext.navigate", context=self.context, url=url, wait="complete")
