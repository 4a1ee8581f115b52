"""Sessions over the wire: who hears events, what outlives a socket, what dies with the last holder."""

from __future__ import annotations

import json

import pytest
import trio

from kms_trio.app import Server
from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.objects.ids import MANAGER_ID
from kms_trio.testing.patience import PATIENCE_S
from kms_trio.testing.rpc import open_client


async def test_one_delivery_for_two_subscriptions(server: Server) -> None:
    async with open_client(server.control_url) as client:
        pipeline = await client.create("MediaPipeline")
        source = await client.create("PassThrough", mediaPipeline=pipeline)
        sink = await client.create("PassThrough", mediaPipeline=pipeline)
        first, second = [(await client.subscribe(source, "ElementConnected"))[0] for _ in range(2)]
        assert first != second
        await client.invoke(source, "connect", sink=sink, mediaType="VIDEO")
        assert [event.name for event in await client.settle()] == ["ElementConnected"]

        await client.request("unsubscribe", {"object": source, "subscription": first})
        await client.invoke(source, "connect", sink=sink, mediaType="AUDIO")
        assert [event.data["mediaType"] for event in await client.settle()] == ["AUDIO"]

        await client.request("unsubscribe", {"object": source, "subscription": second})
        await client.invoke(source, "connect", sink=sink, mediaType="DATA")
        assert await client.settle() == []


async def test_event_has_the_recorded_shape(server: Server) -> None:
    async with open_client(server.control_url) as client:
        pipeline = await client.create("MediaPipeline")
        source = await client.create("PassThrough", mediaPipeline=pipeline)
        await client.invoke(source, "addTag", key="k", value="v")
        await client.invoke(source, "setSendTagsInEvents", sendTagsInEvents=True)
        await client.subscribe(source, "ElementConnected")
        await client.invoke(source, "connect", sink=source, mediaType="VIDEO")
        event = await client.expect("ElementConnected", source)
    stamp = event.data.pop("timestampMillis")
    assert stamp.isdecimal()
    assert len(stamp) == 13
    assert event.data == {
        "mediaType": "VIDEO",
        "sink": source,
        "sinkMediaDescription": "default",
        "source": source,
        "sourceMediaDescription": "default",
        "tags": [{"__module__": "kurento", "__type__": "Tag", "key": "k", "value": "v"}],
        "type": "ElementConnected",
    }


async def test_newest_socket_takes_the_session_and_its_events(server: Server) -> None:
    async with open_client(server.control_url) as old, open_client(server.control_url) as new:
        await old.subscribe(MANAGER_ID, "ObjectCreated")
        await new.request("connect", {"sessionId": old.session_id})
        pipeline = await new.create("MediaPipeline")
        assert (await new.expect("ObjectCreated")).data["object"] == pipeline
        assert await old.settle() == []


async def test_session_outlives_its_socket(server: Server) -> None:
    async with open_client(server.control_url) as client:
        pipeline = await client.create("MediaPipeline")
        session_id = client.session_id
    async with open_client(server.control_url) as client:
        assert (await client.request("connect", {"sessionId": session_id}))["sessionId"] == session_id
        assert await client.invoke(pipeline, "getName") == pipeline


async def test_object_dies_with_its_last_holder(server: Server) -> None:
    async with open_client(server.control_url) as one, open_client(server.control_url) as other:
        await one.subscribe(MANAGER_ID, "ObjectDestroyed")
        pipeline = await one.create("MediaPipeline")
        element = await one.create("PassThrough", mediaPipeline=pipeline)
        await other.request("describe", {"object": element})
        await one.request("unref", {"object": pipeline, "sessionId": one.session_id})
        assert await other.invoke(element, "getName") == element
        await other.request("closeSession", {"sessionId": other.session_id})
        destroyed = [event.data["objectId"] for event in await one.settle()]
    assert destroyed == [element, pipeline]


async def test_sessions_that_hold_the_parent_hold_the_child(server: Server) -> None:
    async with open_client(server.control_url) as one, open_client(server.control_url) as other:
        pipeline = await one.create("MediaPipeline")
        await other.request("describe", {"object": pipeline})
        element = await one.create("PassThrough", mediaPipeline=pipeline)
        await one.request("closeSession", {"sessionId": one.session_id})
        assert await other.invoke(element, "getParent") == pipeline


async def test_get_pipelines_makes_the_caller_a_holder(server: Server) -> None:
    async with open_client(server.control_url) as one, open_client(server.control_url) as other:
        pipeline = await one.create("MediaPipeline")
        assert await other.invoke(MANAGER_ID, "getPipelines") == [pipeline]
        await one.request("closeSession", {"sessionId": one.session_id})
        assert await other.invoke(pipeline, "getName") == pipeline


async def test_get_sessions_lists_sessions_and_nothing_else(server: Server) -> None:
    async with open_client(server.control_url) as one, open_client(server.control_url) as other:
        await one.create("MediaPipeline")
        assert await other.invoke(MANAGER_ID, "getSessions") == [one.session_id, other.session_id]


async def test_repeated_request_is_answered_from_the_cache(server: Server) -> None:
    async with open_client(server.control_url) as client:
        await client.request("connect", {})
        frame = json.dumps({"jsonrpc": "2.0", "id": 77, "method": "create", "params": {"type": "MediaPipeline"}})
        await client.send_text(frame)
        first = await client.reply(77)
        await client.send_text(frame)
        assert await client.reply(77) == first
        assert await client.invoke(MANAGER_ID, "getPipelines") == [first["result"]["value"]]


async def test_wrong_parent_is_told_by_name(server: Server) -> None:
    async with open_client(server.control_url) as client:
        pipeline = await client.create("MediaPipeline")
        element = await client.create("PassThrough", mediaPipeline=pipeline)
        with pytest.raises(KurentoError) as refused:
            await client.create("PassThrough", mediaPipeline=element)
        assert refused.value.code == ErrorCode.MEDIA_OBJECT_ILLEGAL_PARAM_ERROR
        assert refused.value.message == f"Object '{element}' is not a MediaPipeline"
        with pytest.raises(KurentoError) as refused:
            await client.invoke(element, "connect", sink=pipeline)
        assert refused.value.message == f"Object '{pipeline}' is not a MediaElement"


async def test_slow_request_of_one_client_holds_up_no_other(server: Server) -> None:
    async with open_client(server.control_url) as patient, open_client(server.control_url) as quick:
        await patient.send_text(
            json.dumps(
                {
                    "jsonrpc": "2.0",
                    "id": "slow",
                    "method": "invoke",
                    "params": {
                        "object": MANAGER_ID,
                        "operation": "getUsedCpu",
                        "operationParams": {"interval": 60_000},
                    },
                }
            )
        )
        with trio.fail_after(PATIENCE_S):
            assert await quick.request("ping") == {"value": "pong"}
