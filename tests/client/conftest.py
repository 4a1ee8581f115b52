"""A server in this process, clients of it, and a way to it that can be cut."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import trio

from kms_trio.client import Kurento, connect
from tests.client.line import Line, open_line
from tests.interop.harness.server import RunningServer, serve_in_process


@pytest.fixture
async def server() -> AsyncIterator[RunningServer]:
    async with serve_in_process() as running:
        yield running


@pytest.fixture
async def kurento(server: RunningServer) -> AsyncIterator[Kurento]:
    async with connect(server.ws_url) as connected:
        yield connected


@pytest.fixture
async def line(server: RunningServer) -> AsyncIterator[Line]:
    async with open_line(server.port) as opened:
        yield opened


@pytest.fixture
def nowhere() -> str:
    """The URL of a port that is taken, and on which nobody listens."""
    with trio.socket.socket() as unheard:
        port = unheard.fileno()
    return f"ws://127.0.0.1:{port}/kurento"
