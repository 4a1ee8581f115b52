"""A TCP proxy that can drop its connections: what a client sees when a network breaks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

import attrs
import trio


@attrs.define(eq=False)
class Proxy:
    """Forwards to one port of this machine."""

    target_port: int
    port: int = 0
    _streams: set[trio.SocketStream] = attrs.field(factory=set)
    _from_server: bytearray = attrs.field(factory=bytearray)
    _changed: trio.Event = attrs.field(factory=trio.Event)

    async def heard(self, text: bytes, times: int) -> None:
        """Waits until the server has sent `text` so many times; what a client sends is masked, and not listened to."""
        while self._from_server.count(text) < times:
            await self._changed.wait()

    async def drop(self) -> None:
        """Closes every connection there is; new ones are accepted."""
        for stream in list(self._streams):
            await trio.aclose_forcefully(stream)

    async def _serve(self, client: trio.SocketStream) -> None:
        server = await trio.open_tcp_stream("127.0.0.1", self.target_port)
        async with client, server, trio.open_nursery() as nursery:
            self._streams |= {client, server}
            nursery.start_soon(self._copy, client, server)
            nursery.start_soon(self._copy, server, client, self._note)
        self._streams -= {client, server}

    def _note(self, data: bytes) -> None:
        self._from_server += data
        self._changed.set()
        self._changed = trio.Event()

    async def _copy(
        self, source: trio.SocketStream, sink: trio.SocketStream, note: Callable[[bytes], None] = lambda _: None
    ) -> None:
        try:
            async for data in source:
                note(bytes(data))
                await sink.send_all(data)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            pass
        await trio.aclose_forcefully(source)
        await trio.aclose_forcefully(sink)


@asynccontextmanager
async def open_proxy(target_port: int) -> AsyncIterator[Proxy]:
    """A proxy on a free port of loopback."""
    proxy = Proxy(target_port)
    async with trio.open_nursery() as nursery:
        serve = partial(trio.serve_tcp, proxy._serve, 0, host="127.0.0.1")
        [listener] = await nursery.start(serve)
        proxy.port = listener.socket.getsockname()[1]
        yield proxy
        nursery.cancel_scope.cancel()
