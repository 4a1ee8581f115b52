from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from kms_trio.testing.elements import Bench, open_bench


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with open_bench() as opened:
        yield opened
