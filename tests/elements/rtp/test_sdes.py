"""SRTP with keys in the SDP: the four suites, given and random keys, and those that are refused."""

from __future__ import annotations

import base64
from collections.abc import Sequence

import pytest
import trio

from kms_elements.rtp import key_watch
from kms_elements.rtp.endpoint import RtpEndpoint
from kms_trio.app import Server
from kms_trio.errors import KurentoError
from kms_trio.media.frames import EncodedFrame
from kms_trio.rtc.rtcp import SenderReport
from kms_trio.rtc.sdp import parse
from kms_trio.testing.patience import until
from kms_trio.testing.rpc import RpcClient
from tests.elements.rtp.peer import negotiate, offer_of, open_peer
from tests.elements.webrtc.room import numbers

KEY_30 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ1234"
KEY_46 = KEY_30 + "5678901234567890"


def _base64(key: str) -> str:
    return base64.b64encode(key.encode()).decode()


@pytest.mark.parametrize(
    ("crypto", "suite", "inline"),
    [
        ({"crypto": "AES_128_CM_HMAC_SHA1_80", "key": KEY_30}, "AES_CM_128_HMAC_SHA1_80", _base64(KEY_30)),
        (
            {"crypto": "AES_128_CM_HMAC_SHA1_32", "keyBase64": _base64(KEY_30)},
            "AES_CM_128_HMAC_SHA1_32",
            _base64(KEY_30),
        ),
        ({"crypto": "AES_256_CM_HMAC_SHA1_80", "key": KEY_46}, "AES_256_CM_HMAC_SHA1_80", _base64(KEY_46)),
        ({"crypto": "AES_256_CM_HMAC_SHA1_32"}, "AES_256_CM_HMAC_SHA1_32", ""),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_media_both_ways(
    client: RpcClient,
    vp8_frames: Sequence[EncodedFrame],
    crypto: dict[str, str],
    suite: str,
    inline: str,
) -> None:
    pipeline = await client.create("MediaPipeline")
    endpoint = await client.create("RtpEndpoint", mediaPipeline=pipeline, crypto=crypto)
    async with open_peer(suite=suite) as peer, trio.open_nursery() as nursery:
        answer = await negotiate(client, endpoint, peer, "sendrecv", profile="AVPF")
        assert f"a=crypto:1 {suite} inline:{inline}" in answer
        assert "RTP/SAVPF" in answer
        await client.invoke(endpoint, "connect", sink=endpoint)
        nursery.start_soon(peer.publish, vp8_frames)
        await until(lambda: len(peer.frames) > 20 and any(isinstance(each, SenderReport) for each in peer.rtcp))
        assert peer.undecryptable == 0
        assert None not in numbers(peer.frames)
        nursery.cancel_scope.cancel()


async def test_a_key_that_was_used_long_enough(
    client: RpcClient, vp8_frames: Sequence[EncodedFrame], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The event comes once, for the media that flows; nothing else changes."""
    monkeypatch.setattr(RtpEndpoint, "key_limit_packets", 50)
    monkeypatch.setattr(key_watch, "INTERVAL_S", 0.05)
    pipeline = await client.create("MediaPipeline")
    secured = {"crypto": "AES_128_CM_HMAC_SHA1_80"}
    endpoint = await client.create("RtpEndpoint", mediaPipeline=pipeline, crypto=secured)
    await client.subscribe(endpoint, "OnKeySoftLimit")
    async with open_peer(suite="AES_CM_128_HMAC_SHA1_80") as peer, trio.open_nursery() as nursery:
        await negotiate(client, endpoint, peer, "sendrecv", profile="AVPF")
        nursery.start_soon(peer.publish, vp8_frames)
        event = await client.expect("OnKeySoftLimit", endpoint)
        assert event.data["mediaType"] == "VIDEO"

        async def received() -> int:
            entries = (await client.invoke(endpoint, "getStats", mediaType="VIDEO")).values()
            return sum(entry["packetsReceived"] for entry in entries if entry["type"] == "inboundrtp")

        later = await received() + 100
        assert later >= 150
        while await received() < later:
            pass  # asking again takes the time that it takes
        assert not [each for each in client.events if each.name == "OnKeySoftLimit"], "once is enough"
        nursery.cancel_scope.cancel()


async def test_each_endpoint_has_its_own_random_key(client: RpcClient) -> None:
    pipeline = await client.create("MediaPipeline")
    keys = []
    for _ in range(2):
        crypto = {"crypto": "AES_128_CM_HMAC_SHA1_32"}
        endpoint = await client.create("RtpEndpoint", mediaPipeline=pipeline, crypto=crypto)
        offer = parse(await client.invoke(endpoint, "generateOffer"))
        [audio], [video] = (media.crypto for media in offer.medias)
        assert audio == video
        assert all(media.protocol == "RTP/SAVPF" for media in offer.medias)
        assert audio.master is not None
        assert len(audio.master) == 30
        keys.append(audio.master)
    assert keys[0] != keys[1]


@pytest.mark.parametrize(
    ("crypto", "message"),
    [
        ({"crypto": "AES_128_CM_HMAC_SHA1_80", "keyBase64": "not Base64!"}, "Master key is not valid Base64"),
        ({"crypto": "AES_128_CM_HMAC_SHA1_80", "keyBase64": "clé"}, "Master key is not valid Base64"),
        ({"crypto": "AES_128_CM_HMAC_SHA1_80", "key": "short"}, "Master key size is wrong"),
        ({"crypto": "AES_128_CM_HMAC_SHA1_80", "key": ""}, "Master key size is wrong"),
        ({"crypto": "AES_256_CM_HMAC_SHA1_80", "key": KEY_30}, "Master key size is wrong"),
        ({"crypto": "AES_128_CM_HMAC_SHA1_32", "keyBase64": _base64(KEY_46)}, "Master key size is wrong"),
    ],
)
async def test_bad_keys(client: RpcClient, crypto: dict[str, str], message: str) -> None:
    pipeline = await client.create("MediaPipeline")
    with pytest.raises(KurentoError) as refused:
        await client.create("RtpEndpoint", mediaPipeline=pipeline, crypto=crypto)
    assert (refused.value.code, refused.value.message) == (40107, message)
    assert refused.value.data_type == "MEDIA_OBJECT_ILLEGAL_PARAM_ERROR"
    assert await client.invoke(pipeline, "getChildren") == []


async def test_a_key_without_a_suite_means_plain_rtp(client: RpcClient) -> None:
    pipeline = await client.create("MediaPipeline")
    for crypto in ({"key": KEY_30}, {"keyBase64": "!"}, {}):
        endpoint = await client.create("RtpEndpoint", mediaPipeline=pipeline, crypto=crypto)
        offer = await client.invoke(endpoint, "generateOffer")
        assert "RTP/AVPF" in offer
        assert "crypto" not in offer


@pytest.mark.parametrize(
    ("ours", "lines"),
    [
        ({}, "RTP/SAVPF"),
        ({"crypto": "AES_128_CM_HMAC_SHA1_80"}, "RTP/AVPF"),
        ({"crypto": "AES_128_CM_HMAC_SHA1_80"}, "RTP/SAVPF"),
    ],
)
async def test_protection_must_be_the_same_on_both_sides(
    client: RpcClient, server: Server, ours: dict[str, str], lines: str
) -> None:
    """Encrypted offers need an encrypting endpoint, an encrypting endpoint the same suite."""
    pipeline = await client.create("MediaPipeline")
    endpoint = await client.create("RtpEndpoint", mediaPipeline=pipeline, crypto=ours)
    key = _base64(KEY_30)
    offer = offer_of(
        f"m=video 5002 {lines} 97\r\na=rtpmap:97 VP8/90000\r\na=crypto:1 AES_CM_128_HMAC_SHA1_32 inline:{key}\r\n"
    )
    answer = parse(await client.invoke(endpoint, "processOffer", offer=offer))
    assert [media.port for media in answer.medias] == [0]
