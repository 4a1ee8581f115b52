"""The same server and frames as for WebRtcEndpoint, time that waits for all of them, and a journal of what is told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial

import pytest
import trio
import trio.testing

from kms_trio.app import Server, serve
from kms_trio.testing.rpc import RpcClient
from kms_trio.testing.virtual_time import VirtualClock, keep_time
from tests.elements.lifecycles.journal import Journal
from tests.elements.webrtc.conftest import client, vp8_frames
from tests.elements.webrtc.room import quiet_settings

__all__ = ["client", "vp8_frames"]


@pytest.fixture
def clock() -> trio.testing.MockClock:
    return trio.testing.MockClock()


@pytest.fixture
async def server(clock: trio.testing.MockClock) -> AsyncIterator[Server]:
    """A server whose time, and that of its peers, is virtual."""
    codecs_busy = [lambda: False]
    async with trio.open_nursery() as clockwork:
        clockwork.start_soon(keep_time, clock, lambda: codecs_busy[0]())
        async with trio.open_nursery() as nursery:
            listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
            running: Server = await nursery.start(
                partial(serve, quiet_settings(), clock=VirtualClock(clock), listeners=listeners)
            )
            codecs_busy[0] = lambda: not running.context.codecs.idle
            yield running
            nursery.cancel_scope.cancel()
        clockwork.cancel_scope.cancel()


@pytest.fixture
def journal(client: RpcClient) -> Journal:
    return Journal(client)
