"""The mtu of endpoints: the size of the packets that are made for their peers."""

from __future__ import annotations

from pathlib import Path

import pytest

from kms_trio.testing.clips import write_clip
from kms_trio.testing.patience import until
from kms_trio.testing.rpc import RpcClient
from tests.elements.webrtc.room import join

HEADER_BYTES = 40


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(
        tmp_path_factory.mktemp("clips") / "large.webm",
        audio=None,
        seconds=20.0,
        frames_per_second=10,
        size=(320, 240),
        key_frame_every=5,
    )


async def test_packets_are_cut_to_the_mtu_also_while_media_flows(client: RpcClient, clip: Path) -> None:
    pipeline = await client.create("MediaPipeline")
    player = await client.create("PlayerEndpoint", mediaPipeline=pipeline, uri=clip.as_uri())
    async with (
        join(client, pipeline, send=False, sources=[player]) as small,
        join(client, pipeline, send=False, sources=[player]) as usual,
    ):
        await client.invoke(small.endpoint, "setMtu", mtu=300)
        await client.invoke(player, "play")

        def sizes(track_from: int = 0) -> list[int]:
            track = small.peer.tracks.get("video")
            return [len(packet.payload) for packet in track.packets[track_from:]] if track else []

        await until(lambda: len(sizes()) > 40 and "video" in usual.peer.tracks)
        assert max(sizes()) <= 300 - HEADER_BYTES
        assert len([size for size in sizes() if size > 200]) > 5, "cut no smaller than asked for"
        assert max(len(packet.payload) for packet in usual.peer.tracks["video"].packets) > 300
        await client.invoke(small.endpoint, "setMtu", mtu=600)
        await until(lambda: max(sizes()) > 300)
        assert max(sizes()) <= 600 - HEADER_BYTES
        await client.invoke(small.endpoint, "setMtu", mtu=1)
        assert await client.invoke(small.endpoint, "getMtu") == 600
