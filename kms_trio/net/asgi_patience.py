"""How long an HTTP client may keep a request waiting: one that stops in the middle of a body is given up.

Hypercorn ends connections whose request line or headers do not come, but waits for bodies for ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import trio

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["BODY_PATIENCE_S", "BodyPatience"]

BODY_PATIENCE_S: Final = 60.0
"""How long the next piece of a body may take. How long all of it may take is for a proxy to say: live media is
uploaded, too."""


class BodyPatience:
    """ASGI middleware: to the application a client that is given up has disconnected."""

    def __init__(self, app: ASGIApp, patience_s: float = BODY_PATIENCE_S) -> None:
        self._app = app
        self._patience_s = patience_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI entry point."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        more = True

        async def receive_in_time() -> Message:
            nonlocal more
            if not more:  # the end of the connection is waited for, while the answer is made
                return await receive()
            with trio.move_on_after(self._patience_s):
                message = await receive()
                more = message["type"] == "http.request" and message.get("more_body", False)
                return message
            more = False
            return {"type": "http.disconnect"}

        await self._app(scope, receive_in_time, send)
