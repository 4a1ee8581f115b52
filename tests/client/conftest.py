"""A server in this process, and clients of it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from kms_trio.client import Kurento, connect
from tests.interop.harness.proxy import Proxy, open_proxy
from tests.interop.harness.server import RunningServer, serve_in_process

#: For what takes a moment; a busy machine may need many.
PATIENCE_S = 60


@pytest.fixture
async def server() -> AsyncIterator[RunningServer]:
    async with serve_in_process() as running:
        yield running


@pytest.fixture
async def kurento(server: RunningServer) -> AsyncIterator[Kurento]:
    async with connect(server.ws_url) as connected:
        yield connected


@pytest.fixture
async def proxy(server: RunningServer) -> AsyncIterator[Proxy]:
    """A way to the server that can be cut."""
    async with open_proxy(server.port) as opened:
        yield opened


def url_of(proxy: Proxy) -> str:
    return f"ws://127.0.0.1:{proxy.port}/kurento"
