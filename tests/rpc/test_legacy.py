"""Clients of Kurento 6.x over the wire."""

from __future__ import annotations

import pytest

from kms_trio.app import Server
from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.testing.rpc import open_client


async def test_old_properties_read_and_write_those_of_today(server: Server) -> None:
    async with open_client(server.control_url) as client:
        pipeline = await client.create("MediaPipeline")
        element = await client.create("PassThrough", mediaPipeline=pipeline)
        await client.invoke(element, "setMaxOutputBitrate", maxOutputBitrate=700_000)
        await client.invoke(element, "setMinOuputBitrate", minOuputBitrate=200_000)
        await client.invoke(element, "setOutputBitrate", bitrate=400_000)
        today = [await client.invoke(element, f"get{name}EncoderBitrate") for name in ("Min", "", "Max")]
        assert today == [200_000, 400_000, 700_000]
        assert await client.invoke(element, "getMinOutputBitrate") == 200_000
        assert await client.invoke(element, "getMaxOuputBitrate") == 700_000
        assert await client.invoke(pipeline, "getChilds") == [element]


async def test_an_old_external_address_is_of_either_family(server: Server) -> None:
    async with open_client(server.control_url) as client:
        endpoint = await client.create("WebRtcEndpoint", mediaPipeline=await client.create("MediaPipeline"))
        for address, ipv4, ipv6 in (("198.51.100.1", "198.51.100.1", ""), ("2001:db8::1", "", "2001:db8::1")):
            await client.invoke(endpoint, "setExternalAddress", externalAddress=address)
            assert await client.invoke(endpoint, "getExternalAddress") == address
            assert await client.invoke(endpoint, "getExternalIPv4") == ipv4
            assert await client.invoke(endpoint, "getExternalIPv6") == ipv6


async def test_old_members_are_checked_like_others(server: Server) -> None:
    async with open_client(server.control_url) as client:
        pipeline = await client.create("MediaPipeline")
        element = await client.create("PassThrough", mediaPipeline=pipeline)
        with pytest.raises(KurentoError, match="'bitrate' parameter should be a integer") as wrong:
            await client.invoke(element, "setOutputBitrate", bitrate="fast")
        assert wrong.value.code == ErrorCode.MARSHALL_ERROR
        with pytest.raises(KurentoError, match="Method 'getMinOutputBitrate' with 0 parameters not found") as unknown:
            await client.invoke(pipeline, "getMinOutputBitrate")
        assert unknown.value.code == ErrorCode.MALFORMED_TRANSACTION
        with pytest.raises(KurentoError, match="Event 'OnIceCandidate' not supported"):
            await client.subscribe(element, "OnIceCandidate")


async def test_each_name_of_an_event_is_told_once_and_unsubscribed_alone(server: Server) -> None:
    async with open_client(server.control_url) as client:
        pipeline = await client.create("MediaPipeline")
        endpoint = await client.create("WebRtcEndpoint", mediaPipeline=pipeline)
        old, _, _ = await client.subscribe(endpoint, "OnIceGatheringDone", "OnIceGatheringDone", "IceGatheringDone")
        [again] = await client.subscribe(endpoint, "OnIceGatheringDone")
        await client.invoke(endpoint, "generateOffer")
        await client.invoke(endpoint, "gatherCandidates")
        assert sorted(event.name for event in await client.settle()) == ["IceGatheringDone", "OnIceGatheringDone"]

        second = await client.create("WebRtcEndpoint", mediaPipeline=pipeline)
        [old] = await client.subscribe(second, "OnIceGatheringDone")
        [again] = await client.subscribe(second, "OnIceGatheringDone")
        await client.subscribe(second, "IceGatheringDone")
        for subscription in (old, again):
            await client.request("unsubscribe", {"object": second, "subscription": subscription})
        await client.invoke(second, "generateOffer")
        await client.invoke(second, "gatherCandidates")
        assert [event.name for event in await client.settle()] == ["IceGatheringDone"]


async def test_only_sessions_that_use_old_names_get_old_fields(server: Server) -> None:
    async with open_client(server.control_url) as old, open_client(server.control_url) as new:
        pipeline = await new.create("MediaPipeline")
        endpoint = await new.create("WebRtcEndpoint", mediaPipeline=pipeline)
        await old.subscribe(endpoint, "OnIceComponentStateChanged", "MediaSessionStarted", "ElementConnected")
        await new.subscribe(endpoint, "IceComponentStateChanged", "ElementConnected")
        await new.invoke(endpoint, "connect", sink=endpoint, mediaType="VIDEO")
        connected = {client: await client.expect("ElementConnected", endpoint) for client in (old, new)}
        seconds = int(connected[old].data["timestampMillis"]) // 1000
        assert connected[old].data == {**connected[new].data, "timestamp": str(seconds)}

        await new.invoke(endpoint, "generateOffer")
        await new.invoke(endpoint, "gatherCandidates")
        before = await old.expect("OnIceComponentStateChanged", endpoint)
        today = await new.expect("IceComponentStateChanged", endpoint)
        assert before.data["type"] == "OnIceComponentStateChanged"
        assert {**before.data, "type": "IceComponentStateChanged"} == {
            **today.data,
            "timestamp": before.data["timestamp"],
        }

        await new.invoke(pipeline, "setLatencyStats", latencyStats=True)
        fields = {client: set((await client.invoke(endpoint, "getStats"))[endpoint]) for client in (old, new)}
        assert fields[old] - fields[new] == {
            "timestamp", "inputAudioLatency", "inputVideoLatency", "audioE2ELatency", "videoE2ELatency"
        }  # fmt: skip


async def test_a_closed_session_leaves_no_trace(server: Server) -> None:
    async with open_client(server.control_url) as client:
        pipeline = await client.create("MediaPipeline")
        await client.invoke(pipeline, "getChilds")
        first = client.session_id
        assert first in server.sessions._legacy_clients
        await client.request("closeSession", {"sessionId": first})
        assert first not in server.sessions._legacy_clients
