from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import av
import pytest

from kms_trio.app import Server
from kms_trio.media.frames import EncodedFrame
from kms_trio.testing.clips import write_clip
from kms_trio.testing.rpc import RpcClient, open_client


@pytest.fixture(scope="session")
def encoded_numbers(tmp_path_factory: pytest.TempPathFactory) -> list[EncodedFrame]:
    """Ten numbered pictures, 160x120, as VP8, the first one a key frame; pts at 90 kHz."""
    path: Path = write_clip(
        tmp_path_factory.mktemp("clips") / "numbers.webm", audio=None, seconds=0.4, frames_per_second=25
    )
    with av.open(str(path)) as container:
        return [
            EncodedFrame(bytes(packet), number * 3600, packet.is_keyframe)
            for number, packet in enumerate(container.demux(video=0))
            if packet.size
        ]


@pytest.fixture
async def client(server: Server) -> AsyncIterator[RpcClient]:
    async with open_client(server.control_url) as connected:
        yield connected
