"""Fixtures: one browser and one site for a test, and a real server beside them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.interop.harness.chromium import Chromium, open_chromium
from tests.interop.harness.site import serve_pages


@pytest.fixture
async def chromium() -> AsyncIterator[Chromium]:
    async with open_chromium() as browser:
        yield browser


@pytest.fixture
async def site() -> AsyncIterator[str]:
    async with serve_pages() as url:
        yield url
