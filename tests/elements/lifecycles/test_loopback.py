"""A WebRTC peer that sees itself, then vanishes: the events of a recorded Kurento 7.3.0, and what is read meanwhile."""

from __future__ import annotations

import re
from collections.abc import Sequence

import trio
from trio.testing import MockClock

from kms_trio.media.frames import EncodedFrame
from kms_trio.testing.patience import until
from kms_trio.testing.rpc import RpcClient
from kms_trio.testing.webrtc_peer import open_peer
from tests.elements.lifecycles.journal import Journal, connected, each_media, gathered, negotiated, transport_up
from tests.elements.webrtc.room import Publisher

#: What is raised one after the other while a peer connects.
TRANSPORT = (
    "webrtc IceComponentStateChanged 1 CONNECTING",
    {"webrtc IceComponentStateChanged 1 CONNECTED", "webrtc NewCandidatePairSelected"},
    "webrtc IceComponentStateChanged 1 READY",
)


async def test_loopback(
    clock: MockClock, client: RpcClient, journal: Journal, vp8_frames: Sequence[EncodedFrame], nursery: trio.Nursery
) -> None:
    pipeline = await journal.watch(await client.create("MediaPipeline"), "pipeline")
    webrtc = await journal.watch(await client.create("WebRtcEndpoint", mediaPipeline=pipeline), "webrtc")
    async with open_peer() as peer:
        await client.invoke(webrtc, "connect", sink=webrtc)
        await journal.expect(*connected("webrtc", "webrtc"))
        answer = await client.invoke(webrtc, "processOffer", offer=peer.offer())
        await journal.expect(*negotiated("webrtc"))

        await client.invoke(webrtc, "gatherCandidates")
        peer.take_answer(answer)
        await journal.expect(*gathered("webrtc"), *transport_up("webrtc"))
        journal.in_order(*gathered("webrtc"), *TRANSPORT)
        texts = [candidate["candidate"] for candidate in journal.candidates]
        lines = [(candidate["sdpMid"], candidate["sdpMLineIndex"]) for candidate in journal.candidates]
        assert texts == [text for text in dict.fromkeys(texts) for _ in range(2)], "each candidate twice"
        assert set(lines) == {("audio0", 0), ("video0", 1)}

        publisher = Publisher(peer, vp8_frames)
        async with trio.open_nursery() as publishing:
            publishing.start_soon(publisher.run)
            await journal.expect(
                *each_media(
                    "webrtc MediaFlowOutStateChanged * FLOWING",
                    "webrtc MediaFlowInStateChanged * FLOWING",
                    "webrtc MediaTranscodingStateChanged * NOT_TRANSCODING",
                ),
            )
            for media_type in ("AUDIO", "VIDEO"):
                journal.in_order(
                    f"webrtc MediaFlowOutStateChanged {media_type} FLOWING",
                    f"webrtc MediaTranscodingStateChanged {media_type} NOT_TRANSCODING",
                )
            bin_name = journal.data["webrtc MediaTranscodingStateChanged VIDEO NOT_TRANSCODING"]["binName"]
            assert re.fullmatch(r"kmswebrtcendpoint\d+_kmsagnosticbin2-\d+", bin_name)
            await until(lambda: len(peer.tracks["video"].frames) > 30)
            await check_states(client, webrtc)
            publishing.cancel_scope.cancel()

        began_s = trio.current_time()
        peer.vanish()
        silent = each_media(
            "webrtc MediaFlowInStateChanged * NOT_FLOWING", "webrtc MediaFlowOutStateChanged * NOT_FLOWING"
        )
        await journal.expect(*silent)
        assert all(2.0 <= journal.time_of(each) - began_s <= 4.0 for each in silent)
        await journal.expect("webrtc MediaStateChanged DISCONNECTED")
        assert 7.0 <= journal.time_of("webrtc MediaStateChanged DISCONNECTED") - began_s <= 9.0
        assert await client.invoke(webrtc, "getMediaState") == "DISCONNECTED"
        assert await client.invoke(webrtc, "getConnectionState") == "CONNECTED"
        for direction in ("In", "Out"):
            assert not await client.invoke(webrtc, f"isMediaFlowing{direction}", mediaType="VIDEO")

        # Kurento would say nothing more; consent to send expires (RFC 7675) 30 s after the last answer.
        lost = ["webrtc IceComponentStateChanged 1 DISCONNECTED", "webrtc IceComponentStateChanged 1 FAILED"]
        await journal.expect(*lost, "webrtc ConnectionStateChanged DISCONNECTED")
        journal.in_order(*lost)
        assert 30.0 - 6.0 <= journal.time_of(lost[0]) - began_s <= 31.0, "they had been up to 6 s apart"

        await client.release(webrtc)
        await client.release(pipeline)
        await journal.nothing_but()


async def check_states(client: RpcClient, webrtc: str) -> None:
    """What can be asked while media flows."""
    assert await client.invoke(webrtc, "getMediaState") == "CONNECTED"
    assert await client.invoke(webrtc, "getConnectionState") == "CONNECTED"
    [ice] = await client.invoke(webrtc, "getIceConnectionState")
    assert ice == {
        "__module__": "kurento",
        "__type__": "IceConnection",
        "streamId": "1",
        "componentId": 1,
        "state": "READY",
    }
    [pair] = await client.invoke(webrtc, "getICECandidatePairs")
    assert (pair["streamId"], pair["componentId"]) == ("1", 1)
    assert pair["localCandidate"].startswith("candidate:")
    dtls = await client.invoke(webrtc, "getDtlsConnectionState")
    assert {each["state"] for each in dtls} == {"CONNECTED"}
    assert len(dtls) == 2
    for media_type in ("AUDIO", "VIDEO"):
        assert await client.invoke(webrtc, "isMediaFlowingIn", mediaType=media_type)
        assert await client.invoke(webrtc, "isMediaFlowingOut", mediaType=media_type)
        assert not await client.invoke(webrtc, "isMediaTranscoding", mediaType=media_type)
