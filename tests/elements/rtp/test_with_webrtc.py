"""A browser-like peer and a plain RTP peer in one pipeline: nothing is transcoded, feedback crosses over."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import trio

from kms_trio.media.frames import EncodedFrame
from kms_trio.rtc.rtcp import PictureLossIndication, ReceiverReport
from kms_trio.testing.patience import until
from kms_trio.testing.rpc import RpcClient
from tests.elements.rtp.peer import negotiate, open_peer
from tests.elements.webrtc.room import Publisher, join, numbers

SUITE = "AES_CM_128_HMAC_SHA1_80"


@pytest.mark.parametrize("encrypted", [False, True], ids=["rtp", "srtp"])
async def test_webrtc_to_rtp(client: RpcClient, vp8_frames: Sequence[EncodedFrame], *, encrypted: bool) -> None:
    pipeline = await client.create("MediaPipeline")
    crypto = {"crypto": "AES_128_CM_HMAC_SHA1_80"} if encrypted else {}
    endpoint = await client.create("RtpEndpoint", mediaPipeline=pipeline, crypto=crypto)
    async with (
        join(client, pipeline, receive=False) as presenter,
        join(client, pipeline, send=False, sources=[presenter.endpoint]) as viewer,
        open_peer(suite=SUITE if encrypted else "") as peer,
        trio.open_nursery() as nursery,
    ):
        await negotiate(client, endpoint, peer, "recvonly")
        await client.invoke(presenter.endpoint, "connect", sink=endpoint)
        publisher = Publisher(presenter.peer, vp8_frames)
        nursery.start_soon(publisher.run)
        await until(lambda: len(peer.frames) > 40)
        await until(lambda: "video" in viewer.peer.tracks and len(viewer.peer.tracks["video"].frames) > 40)
        shown = [frame.data for frame in peer.frames]
        first = publisher.sent.index(shown[0])
        assert shown in [publisher.sent[i : i + len(shown)] for i in range(first, len(publisher.sent) - len(shown) + 1)]
        assert None not in numbers(peer.frames)
        before = presenter.peer.key_frame_requests
        await peer.send_rtcp([ReceiverReport(1, ()), PictureLossIndication(1, peer.packets[0].ssrc)])
        await until(lambda: presenter.peer.key_frame_requests > before)
        nursery.cancel_scope.cancel()


async def test_rtp_to_webrtc(client: RpcClient, vp8_frames: Sequence[EncodedFrame]) -> None:
    pipeline = await client.create("MediaPipeline")
    endpoint = await client.create("RtpEndpoint", mediaPipeline=pipeline)
    async with (
        open_peer() as peer,
        join(client, pipeline, send=False, sources=[endpoint]) as viewer,
        trio.open_nursery() as nursery,
    ):
        await negotiate(client, endpoint, peer, "sendonly")
        nursery.start_soon(peer.publish, vp8_frames)
        await until(lambda: "video" in viewer.peer.tracks and len(viewer.peer.tracks["video"].frames) > 40)
        track = viewer.peer.tracks["video"]
        assert track.frames[0].key_frame
        assert None not in numbers(track.frames)
        assert track.statistics.packets_lost == 0
        assert await client.invoke(endpoint, "isMediaTranscoding", mediaType="VIDEO") is False
        await client.invoke(viewer.endpoint, "requestKeyframe")
        await until(lambda: any(isinstance(each, PictureLossIndication) for each in peer.rtcp))
        nursery.cancel_scope.cancel()
