"""A bad network between a browser and the server: a relay on loopback that each takes for the other."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import attrs
import trio

from tests.elements.webrtc.lossy import LossyLink


@attrs.frozen
class LossyRelay:
    """`port` is where the browser sends to; links lose nothing until they are made active."""

    port: int
    to_server: LossyLink
    to_browser: LossyLink


@asynccontextmanager
async def run_lossy_relay(server: tuple[str, int], loss: float) -> AsyncIterator[LossyRelay]:
    """Relay between whoever sends to it last and the server's UDP port, for the length of the block."""
    browser: list[tuple[str, int]] = []
    with (
        trio.socket.socket(type=trio.socket.SOCK_DGRAM) as near,
        trio.socket.socket(type=trio.socket.SOCK_DGRAM) as far,
    ):
        await near.bind(("127.0.0.1", 0))
        await far.bind((server[0], 0))
        relay = LossyRelay(
            near.getsockname()[1], LossyLink(loss, seed=1, active=False), LossyLink(loss, seed=2, active=False)
        )

        def came_from(address: tuple[str, int]) -> None:
            browser[:] = [address]

        async with trio.open_nursery() as nursery:
            nursery.start_soon(_pass_on, near, far, lambda: [server], relay.to_server, came_from)
            nursery.start_soon(_pass_on, far, near, lambda: browser, relay.to_browser, lambda address: None)
            yield relay
            nursery.cancel_scope.cancel()


async def _pass_on(
    source: trio.socket.SocketType,
    sink: trio.socket.SocketType,
    to: Callable[[], list[tuple[str, int]]],
    link: LossyLink,
    came_from: Callable[[tuple[str, int]], None],
) -> None:
    while True:
        data, address = await source.recvfrom(4096)
        came_from(address)
        for each in link.carry(data):
            for destination in to():
                await sink.sendto(each, destination)
