"""Against DNS rebinding: a page from elsewhere whose own name, on second thoughts, leads to this machine.

A browser keeps pages of other origins from reading what a server on loopback answers; a name that an attacker makes
resolve to 127.0.0.1 is no other origin. So what listens on loopback answers to `localhost`, to addresses, and to the
names that the operator has given a proxy (`kmsTrio.http.hosts`). An HTTP side that listens publicly answers to all.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["HostCheck", "is_own_name"]


class HostCheck:
    """Refuses requests for foreign names with 421 (RFC 9110 section 15.5.20)."""

    def __init__(self, app: ASGIApp, address: str, names: Sequence[str]) -> None:
        """`address` is what the HTTP side listens on."""
        self._app = app
        self._on_loopback = ipaddress.ip_address(address).is_loopback
        self._names = frozenset(name.lower() for name in names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI entry point."""
        if scope["type"] == "http" and self._on_loopback:
            host = Headers(scope=scope).get("host", "")
            if not is_own_name(host, self._names):
                refusal = PlainTextResponse("This name is not among kmsTrio.http.hosts\n", 421)
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)


def is_own_name(host: str, names: frozenset[str]) -> bool:
    """Whether a `Host` field names this machine; an absent one does, as browsers always send it."""
    name, colon, port = host.rpartition(":")
    if not colon or not port.isdigit():
        name = host
    name = name.removesuffix(".").lower()
    if name in ("", "localhost") or name.endswith(".localhost") or name in names:
        return True
    try:
        ipaddress.ip_address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True
