"""The fixtures `kms_server` and `kms_client`: real media through a real element, made and taken by the test."""

from __future__ import annotations

import numpy as np
import pytest

from kms_trio.api import KurentoError, MediaType
from kms_trio.testing.clips import numbered_picture, picture_number, pitch_hz
from kms_trio.testing.pictures import colour_bars, plain_picture, psnr_db
from kms_trio.testing.rpc import RpcClient
from kms_trio.testing.server import LocalServer


async def test_pictures(kms_server: LocalServer, kms_client: RpcClient) -> None:
    pipeline = await kms_client.create("MediaPipeline")
    camera, screen = [await kms_client.create("PassThrough", mediaPipeline=pipeline) for _ in range(2)]
    await kms_client.invoke(camera, "connect", sink=screen)
    source, seen = kms_server.feed(camera), kms_server.watch(screen)
    for picture in (colour_bars(), plain_picture(1, 2, 3)):
        source.show(picture)
        assert psnr_db(await seen.picture(), picture) > 35
    source.show(numbered_picture(77), after_s=1.0)
    frame = await seen.frame()
    assert (picture_number(frame), frame.time) == (77, pytest.approx(1.08))


async def test_sound(kms_server: LocalServer, kms_client: RpcClient) -> None:
    pipeline = await kms_client.create("MediaPipeline")
    speaker = await kms_client.create("PassThrough", mediaPipeline=pipeline)
    source, heard = kms_server.feed(speaker), kms_server.watch(speaker, MediaType.AUDIO)
    for _ in range(10):
        source.say(440.0)
    blocks = [(await heard.frame()).to_ndarray() for _ in range(10)]
    samples = np.concatenate(blocks, axis=1)[0][::2]
    assert pitch_hz(samples, 48_000) == pytest.approx(440, abs=6)


async def test_objects_that_give_no_media(kms_server: LocalServer, kms_client: RpcClient) -> None:
    pipeline = await kms_client.create("MediaPipeline")
    with pytest.raises(TypeError, match="expected a media element"):
        kms_server.feed(pipeline)
    with pytest.raises(KurentoError, match="not found"):
        kms_server.watch("nobody")


async def test_messages(kms_server: LocalServer, kms_client: RpcClient) -> None:
    pipeline = await kms_client.create("MediaPipeline")
    peer = await kms_client.create("PassThrough", mediaPipeline=pipeline)
    source, seen = kms_server.feed(peer), kms_server.watch(peer, MediaType.DATA)
    for message in ("text", b"\x00bytes"):
        source.send(message, "chat")
        assert await seen.message() == message
