from __future__ import annotations

from collections.abc import AsyncIterator

import attrs
import pytest

from kms_trio.codecs.service import CodecService


@attrs.define
class Settings:
    """Encoder bounds as an element has them."""

    encoder_bitrate_bps: int = 300_000
    min_encoder_bitrate_bps: int = 0
    max_encoder_bitrate_bps: int = 0
    audio_bitrate_bps: int = 0


@pytest.fixture
def settings() -> Settings:
    return Settings()


@pytest.fixture
async def codecs() -> AsyncIterator[CodecService]:
    async with CodecService() as service:
        yield service
