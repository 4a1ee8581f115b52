"""Fixtures: one browser and one site for a test, and a real server beside them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kms_trio.media.frames import EncodedFrame
from tests.elements.webrtc.room import numbered_frames
from tests.interop.harness.chromium import Chromium, open_chromium
from tests.interop.harness.firefox import Firefox, open_firefox
from tests.interop.harness.server import RunningServer, run_server, serve_in_process
from tests.interop.harness.site import serve_pages


@pytest.fixture
async def chromium() -> AsyncIterator[Chromium]:
    async with open_chromium() as browser:
        yield browser


@pytest.fixture
async def firefox() -> AsyncIterator[Firefox]:
    async with open_firefox() as browser:
        yield browser


@pytest.fixture
async def site() -> AsyncIterator[str]:
    async with serve_pages() as url:
        yield url


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[RunningServer]:
    """A server process of its own, started by the command."""
    async with run_server(tmp_path) as running:
        yield running


@pytest.fixture
async def server_in_process() -> AsyncIterator[RunningServer]:
    """A server in this process."""
    async with serve_in_process() as running:
        yield running


@pytest.fixture(scope="session")
def vp8_frames(tmp_path_factory: pytest.TempPathFactory) -> list[EncodedFrame]:
    """Two seconds of numbered pictures for scripted peers."""
    return numbered_frames(tmp_path_factory.mktemp("clips"))
