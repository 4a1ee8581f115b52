"""getStats of a WebRtcEndpoint beyond what Kurento fills: codecs, pictures, transport, candidates, certificates."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from typing import Any

import trio

from kms_trio.media.frames import EncodedFrame
from kms_trio.rtc.rtcp import ReceiverEstimatedMaximumBitrate
from kms_trio.testing.patience import until
from kms_trio.testing.rpc import RpcClient
from tests.elements.webrtc.room import Publisher, join
from tests.rpc.inventory import inventory

Entries = list[dict[str, Any]]


def of(stats: dict[str, dict[str, Any]], type_name: str) -> Entries:
    return [entry for entry in stats.values() if entry["__type__"] == type_name]


async def test_entries_lead_to_each_other(client: RpcClient, vp8_frames: Sequence[EncodedFrame]) -> None:
    pipeline = await client.create("MediaPipeline")
    async with join(client, pipeline, sources=["self"]) as me, trio.open_nursery() as nursery:
        nursery.start_soon(Publisher(me.peer, vp8_frames).run)
        await until(lambda: len(me.peer.tracks) == 2 and len(me.peer.tracks["video"].frames) > 20)
        await me.peer.send_rtcp([ReceiverEstimatedMaximumBitrate(1, 1_500_000, (me.peer.tracks["video"].ssrc,))])
        stats = await client.invoke(me.endpoint, "getStats")
        while not any(entry["availableOutgoingBitrate"] for entry in of(stats, "RTCIceCandidatePairStats")):
            stats = await client.invoke(me.endpoint, "getStats")  # asking again takes the time that it takes
        assert list(inventory().misfits(stats, "Stats<>")) == []

        [transport] = of(stats, "RTCTransportStats")
        assert transport["activeConnection"] is True
        assert transport["bytesSent"] > 0 < transport["bytesReceived"]
        streams = of(stats, "RTCInboundRTPStreamStats") + of(stats, "RTCOutboundRTPStreamStats")
        assert len(streams) == 4
        assert {stream["transportId"] for stream in streams} == {transport["id"]}
        assert sorted(stats[stream["codecId"]]["codec"] for stream in streams) == [
            "audio/OPUS", "audio/OPUS", "video/VP8", "video/VP8",
        ]  # fmt: skip
        assert {(codec["clockRate"], codec["channels"]) for codec in of(stats, "RTCCodec")} == {(48000, 2), (90000, 0)}

        pair = stats[transport["selectedCandidatePairId"]]
        assert (pair["state"], pair["nominated"], pair["writable"]) == ("succeeded", True, True)
        assert pair["transportId"] == transport["id"]
        assert pair["availableOutgoingBitrate"] == 1_500_000
        local, remote = stats[pair["localCandidateId"]], stats[pair["remoteCandidateId"]]
        assert (local["type"], remote["type"]) == ("localcandidate", "remotecandidate")
        assert (remote["ipAddress"], remote["portNumber"]) == me.peer._address
        assert (local["transport"], local["candidateType"], local["addressSourceUrl"]) == ("udp", "host", "")

        for name, fingerprint in (
            ("localCertificateId", None),
            ("remoteCertificateId", me.peer._identity.fingerprint("sha-256")),
        ):
            certificate = stats[transport[name]]
            der = base64.b64decode(certificate["base64Certificate"])
            assert certificate["fingerprint"] == hashlib.sha256(der).digest().hex(":").upper()
            assert certificate["fingerprint"] == fingerprint or fingerprint is None

        [pictures] = of(stats, "RTCMediaStreamTrackStats")
        assert pictures["framesReceived"] >= 20
        assert 0 < pictures["framesPerSecond"] < 1000
        assert pictures["ssrcIds"] == [str(me.peer.ssrcs["video"])]

        again = await client.invoke(me.endpoint, "getStats")
        lasting = {transport["id"], pair["id"], pictures["id"], *(stream["id"] for stream in streams)}
        assert lasting <= set(again), "ids stay from call to call"
        video = await client.invoke(me.endpoint, "getStats", mediaType="VIDEO")
        assert sorted(entry["type"] for entry in video.values()) == ["inboundrtp", "outboundrtp"]
        nursery.cancel_scope.cancel()
