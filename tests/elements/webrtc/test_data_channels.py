"""Data channels of WebRtcEndpoints with scripted peers."""

from __future__ import annotations

import random

import pytest
import trio

from kms_trio.errors import KurentoError
from kms_trio.testing.data_peer import DataPeer
from kms_trio.testing.patience import until
from kms_trio.testing.rpc import RpcClient
from tests.elements.webrtc.room import Participant, join

DEFAULTS: dict[str, object] = {"ordered": True, "maxPacketLifeTime": -1, "maxRetransmits": -1, "protocol": ""}
LARGE = random.Random(1).randbytes(1 << 18)


def data(participant: Participant) -> DataPeer:
    peer = participant.peer.data
    assert peer is not None
    return peer


def events(client: RpcClient, name: str, endpoint: str) -> list[int]:
    return [event.data["channelId"] for event in client.events if event.name == name and event.source_id == endpoint]


async def open_by_server(client: RpcClient, participant: Participant, label: str, **given: object) -> None:
    # Kurento reads optional parameters up to the first that is missing.
    await client.invoke(participant.endpoint, "createDataChannel", label=label, **(DEFAULTS | given if given else {}))
    await until(lambda: any(channel.label == label for channel in data(participant).opened))


async def test_loopback_of_text_and_binary(client: RpcClient) -> None:
    pipeline = await client.create("MediaPipeline")
    async with join(client, pipeline, sources=["self"], data_channels=True) as me:
        peer = data(me)
        peer.association.open_channel("chat", "protocol")
        await until(lambda: len(peer.opened) == 1)
        sent: list[str | bytes] = ["hello", "", b"", "\N{SNOWMAN}", b"\0\1", LARGE, "x" * 100_000]
        peer.send("chat", *sent)
        await until(lambda: len(peer.messages) == len(sent))
        assert peer.messages == [("chat", each) for each in sent]
        stats = await client.invoke(me.endpoint, "getStats", mediaType="DATA")
        [channel] = [entry for entry in stats.values() if entry["type"] == "datachannel"]
        size = sum(len(each.encode() if isinstance(each, str) else each) for each in sent)
        wanted = {
            "label": "chat",
            "protocol": "protocol",
            "state": "open",
            "datachannelid": peer.opened[0].id,
            "messagesSent": len(sent),
            "bytesSent": size,
            "messagesReceived": len(sent),
            "bytesReceived": size,
        }
        assert {name: channel[name] for name in wanted} == wanted
        [session] = [entry for entry in stats.values() if entry["type"] == "session"]
        assert (session["dataChannelsOpened"], session["dataChannelsClosed"]) == (1, 0)
        every = await client.invoke(me.endpoint, "getStats")
        assert {channel["id"], session["id"]} < set(every)
        video = await client.invoke(me.endpoint, "getStats", mediaType="VIDEO")
        assert not {"datachannel", "session"} & {entry["type"] for entry in video.values()}


async def test_channels_of_the_server(client: RpcClient) -> None:
    pipeline = await client.create("MediaPipeline")
    async with join(client, pipeline, data_channels=True) as me:
        await open_by_server(client, me, "first", protocol="p", ordered=False, maxRetransmits=70_000)
        await open_by_server(client, me, "second", maxPacketLifeTime=100_000)
        await open_by_server(client, me, "third")
        first, second, third = data(me).opened
        assert (first.label, first.protocol, first.ordered, first.max_retransmits) == ("first", "p", False, 65535)
        assert (second.max_packet_life_time_ms, second.ordered) == (65535, True)
        assert (third.max_packet_life_time_ms, third.max_retransmits) == (None, None)
        ids = [channel.id for channel in data(me).opened]
        assert ids == [1, 3, 5], "the server is the DTLS server: its ids are odd"
        await until(lambda: events(client, "DataChannelOpened", me.endpoint) == ids)

        await client.invoke(me.endpoint, "closeDataChannel", channelId=3)
        await client.invoke(me.endpoint, "closeDataChannel", channelId=99)
        data(me).association.close_channel(third)
        await until(lambda: len(events(client, "DataChannelClosed", me.endpoint)) == 2)
        await until(lambda: set(data(me).closed) == {second, third})
        stats = await client.invoke(me.endpoint, "getStats", mediaType="DATA")
        assert sorted(entry["type"] for entry in stats.values()) == ["datachannel", "session"]
        await client.invoke(me.endpoint, "getName")  # whatever came twice would be here by now
        assert sorted(events(client, "DataChannelClosed", me.endpoint)) == [3, 5]
        assert events(client, "DataChannelOpened", me.endpoint) == ids


async def test_refusals(client: RpcClient) -> None:
    pipeline = await client.create("MediaPipeline")
    plain = await client.create("WebRtcEndpoint", mediaPipeline=pipeline)
    early = await client.create("WebRtcEndpoint", mediaPipeline=pipeline, useDataChannels=True)
    for endpoint in (plain, early):
        for call, arguments in (("createDataChannel", {"label": "x"}), ("closeDataChannel", {"channelId": 5})):
            with pytest.raises(KurentoError) as refused:
                await client.invoke(endpoint, call, **arguments)
            assert (refused.value.code, refused.value.message) == (40111, "Data channels are not supported")
    async with join(client, pipeline, data_channels=True) as me:
        with pytest.raises(KurentoError) as refused:
            await client.invoke(
                me.endpoint, "createDataChannel", label="", ordered=True, maxPacketLifeTime=0, maxRetransmits=0
            )
        assert (refused.value.code, refused.value.message) == (40107, "Syntax error")
        for _ in range(512):
            await client.invoke(me.endpoint, "createDataChannel")
        with pytest.raises(KurentoError, match="Cannot create data channel") as refused:
            await client.invoke(me.endpoint, "createDataChannel")
        assert refused.value.code == 40003


async def test_a_channel_may_be_asked_for_before_the_peer_is_there(client: RpcClient) -> None:
    pipeline = await client.create("MediaPipeline")
    async with join(client, pipeline, data_channels=True) as me:
        await client.invoke(me.endpoint, "createDataChannel", label="early")
        await until(lambda: [channel.label for channel in data(me).opened] == ["early"])


async def test_data_alone(client: RpcClient) -> None:
    pipeline = await client.create("MediaPipeline")
    async with join(client, pipeline, codecs=(), sources=["self"], data_channels=True) as me:
        assert me.peer._negotiated is not None
        assert [media.kind for media in me.peer._negotiated.accepted] == ["application"]
        await open_by_server(client, me, "x")
        data(me).send("x", "alone")
        await until(lambda: data(me).messages == [("x", "alone")])
        assert await client.invoke(me.endpoint, "getConnectionState") == "CONNECTED"


async def test_one_to_many_by_label_and_through_a_pass_through(client: RpcClient) -> None:
    pipeline = await client.create("MediaPipeline")
    middle = await client.create("PassThrough", mediaPipeline=pipeline)
    async with (
        join(client, pipeline, data_channels=True) as source,
        join(client, pipeline, data_channels=True, sources=[source.endpoint]) as near,
        join(client, pipeline, data_channels=True, sources=[middle]) as far,
        join(client, pipeline, sources=[source.endpoint]) as without,
    ):
        await client.invoke(source.endpoint, "connect", sink=middle)
        for each, labels in ((source, "abc"), (near, "ba"), (far, "b")):
            for label in labels:
                await open_by_server(client, each, label)
        data(source).send("a", "on a")
        data(source).send("b", b"on b")
        data(source).send("c", "on c")
        await until(lambda: len(data(near).messages) == len(data(far).messages) == 3)
        assert sorted(data(near).messages, key=str) == [("a", "on a"), ("b", "on c"), ("b", b"on b")]
        assert [label for label, _ in data(far).messages] == ["b", "b", "b"]
        assert data(source).messages == []
        assert without.peer.data is None
        await client.invoke(source.endpoint, "disconnect", sink=near.endpoint, mediaType="DATA")
        data(source).send("a", "later")
        await until(lambda: len(data(far).messages) == 4)
        assert len(data(near).messages) == 3


async def test_nothing_is_lost_when_the_receiver_is_slower(client: RpcClient, nursery: trio.Nursery) -> None:
    pipeline = await client.create("MediaPipeline")
    async with (
        join(client, pipeline, data_channels=True) as sender,
        join(client, pipeline, data_channels=True, sources=[sender.endpoint]) as receiver,
    ):
        await open_by_server(client, sender, "file")
        await open_by_server(client, receiver, "file")
        blocks = [number.to_bytes(2, "big") * 50_000 for number in range(150)]
        data(receiver).deaf = True
        nursery.start_soon(data(sender).send_all, "file", *blocks)
        await until(lambda: data(sender).association.buffered_bytes > 3_000_000)
        data(receiver).deaf = False
        await until(lambda: len(data(receiver).messages) == len(blocks))
        assert [block for _, block in data(receiver).messages] == blocks


@pytest.mark.slow  # it is given some seconds to change its mind
async def test_a_peer_that_takes_nothing_does_not_stop_the_others(client: RpcClient, nursery: trio.Nursery) -> None:
    pipeline = await client.create("MediaPipeline")
    async with (
        join(client, pipeline, data_channels=True) as sender,
        join(client, pipeline, data_channels=True, sources=[sender.endpoint]) as good,
        join(client, pipeline, data_channels=True, sources=[sender.endpoint]) as stuck,
    ):
        for each in (sender, good, stuck):
            await open_by_server(client, each, "x")
        data(stuck).deaf = True
        blocks = [number.to_bytes(2, "big") * 50_000 for number in range(60)]
        nursery.start_soon(data(sender).send_all, "x", *blocks)
        await until(lambda: len(data(good).messages) == len(blocks))
        assert [block for _, block in data(good).messages] == blocks
        data(stuck).deaf = False
        await until(lambda: len(data(stuck).messages) > 5)
        taken = len(data(stuck).messages)
        assert [block for _, block in data(stuck).messages] == blocks[:taken]


async def test_releasing_says_goodbye(client: RpcClient) -> None:
    pipeline = await client.create("MediaPipeline")
    async with join(client, pipeline, data_channels=True) as me:
        await open_by_server(client, me, "x")
        await client.release(me.endpoint)
        await until(lambda: data(me).closed == data(me).opened)


async def test_a_peer_that_leaves(client: RpcClient) -> None:
    pipeline = await client.create("MediaPipeline")
    async with join(client, pipeline, data_channels=True) as me:
        await open_by_server(client, me, "x")
        data(me).association.close()
        await until(lambda: events(client, "DataChannelClosed", me.endpoint) == [1])
        stats = await client.invoke(me.endpoint, "getStats", mediaType="DATA")
        assert [entry["type"] for entry in stats.values()] == ["session"]


async def test_between_two_endpoints_of_the_server(client: RpcClient) -> None:
    pipeline = await client.create("MediaPipeline")
    trunk = [await client.create("WebRtcEndpoint", mediaPipeline=pipeline, useDataChannels=True) for _ in range(2)]
    for each in trunk:
        await client.subscribe(each, "ConnectionStateChanged", "DataChannelOpened", "DataChannelClosed")
        await client.invoke(each, "gatherCandidates")
    offer = await client.invoke(trunk[0], "generateOffer")
    answer = await client.invoke(trunk[1], "processOffer", offer=offer)
    await client.invoke(trunk[0], "processAnswer", answer=answer)
    for each in trunk:
        await client.expect("ConnectionStateChanged", each)

    await client.invoke(trunk[0], "createDataChannel", label="trunk")
    opened = [(await client.expect("DataChannelOpened", each)).data["channelId"] for each in trunk]
    assert opened == [0, 0], "who offers is the DTLS client: its ids are even"
    async with join(client, pipeline, data_channels=True, sources=[trunk[1]]) as me:
        await client.invoke(me.endpoint, "connect", sink=trunk[0])
        await open_by_server(client, me, "x")
        data(me).send("x", "round", LARGE)
        await until(lambda: data(me).messages == [("x", "round"), ("x", LARGE)])
    await client.invoke(trunk[1], "closeDataChannel", channelId=0)
    for each in trunk:
        assert (await client.expect("DataChannelClosed", each)).data["channelId"] == 0
