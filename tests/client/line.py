"""A TCP line to a server that can be cut, made deaf, and led to another server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import attrs
import trio


@attrs.define(eq=False)
class Line:
    """Forwards connections of one port of this machine to `target_port`."""

    target_port: int
    port: int = 0
    #: Connections accepted so far.
    accepted: int = 0
    #: Whether what the servers say is thrown away; connections made later hear all the same.
    _deaf_up_to: int = 0
    _streams: set[trio.SocketStream] = attrs.field(factory=set)

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/kurento"

    def deafen(self) -> None:
        """From now on nothing comes back on the connections that there are."""
        self._deaf_up_to = self.accepted

    async def cut(self) -> None:
        """Close every connection; new ones are accepted."""
        for stream in list(self._streams):
            await trio.aclose_forcefully(stream)

    async def _serve(self, client: trio.SocketStream) -> None:
        self.accepted += 1
        number = self.accepted
        try:
            server = await trio.open_tcp_stream("127.0.0.1", self.target_port)
        except OSError:
            return
        async with client, server, trio.open_nursery() as nursery:
            self._streams |= {client, server}
            nursery.start_soon(self._copy, client, server, 0)
            nursery.start_soon(self._copy, server, client, number)
        self._streams -= {client, server}

    async def _copy(self, source: trio.SocketStream, sink: trio.SocketStream, number: int) -> None:
        try:
            async for data in source:
                if not 0 < number <= self._deaf_up_to:
                    await sink.send_all(data)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            pass
        await trio.aclose_forcefully(source)
        await trio.aclose_forcefully(sink)


@asynccontextmanager
async def open_line(target_port: int) -> AsyncIterator[Line]:
    """A line on a free port of loopback."""
    line = Line(target_port)
    async with trio.open_nursery() as nursery:
        [listener] = await nursery.start(partial(trio.serve_tcp, line._serve, 0, host="127.0.0.1"))
        line.port = listener.socket.getsockname()[1]
        yield line
        nursery.cancel_scope.cancel()
