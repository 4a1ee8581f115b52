"""A server in this process and a room with scripted peers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial

import pytest
import trio

from kms_trio.app import Server, serve
from kms_trio.media.frames import EncodedFrame
from kms_trio.settings import Settings
from kms_trio.testing.rpc import RpcClient, open_client
from tests.elements.webrtc.room import numbered_frames, quiet_settings


@pytest.fixture
async def server(nursery: trio.Nursery) -> AsyncIterator[Server]:
    settings: Settings = quiet_settings()
    with trio.CancelScope() as scope:
        async with trio.open_nursery() as inner:
            listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
            running: Server = await inner.start(partial(serve, settings, listeners=listeners))
            yield running
            scope.cancel()


@pytest.fixture
async def client(server: Server) -> AsyncIterator[RpcClient]:
    async with open_client(server.control_url) as client:
        yield client


@pytest.fixture(scope="session")
def vp8_frames(tmp_path_factory: pytest.TempPathFactory) -> list[EncodedFrame]:
    """Two seconds of numbered pictures at 30 fps, a key frame each second; pts at 90 kHz."""
    return numbered_frames(tmp_path_factory.mktemp("clips"))
