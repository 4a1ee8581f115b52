"""One socket, two workers: objects, events, transactions and sessions across them."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
import trio

from kms_trio.app import Server
from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.objects.ids import MANAGER_ID
from kms_trio.testing.patience import PATIENCE_S
from kms_trio.testing.rpc import RpcClient, open_client
from tests.rpc.server_thread import ServerThread
from tests.rpc.test_transactions import operation, transact


@pytest.fixture
def worker_of(shared_server: ServerThread) -> Callable[[str], int]:
    """Tells the number of the worker that an object lives in."""

    def number(object_id: str) -> int:
        manager = shared_server.server.context.directory.get(MANAGER_ID)
        link = manager.tree.ledger.link_of(object_id)  # type: ignore[attr-defined]  # the manager of a server with workers
        assert link is not None
        return int(link.number)

    return number


async def two_pipelines(client: RpcClient, worker_of: Callable[[str], int]) -> tuple[str, str]:
    """One in each worker; placement spreads them, in whichever order load tells."""
    with trio.fail_after(PATIENCE_S):
        first = await client.create("MediaPipeline")
        while True:
            second = await client.create("MediaPipeline")
            if worker_of(second) != worker_of(first):
                return first, second


async def test_objects_and_events_of_both_on_one_socket(server: Server, worker_of: Callable[[str], int]) -> None:
    async with open_client(server.control_url) as client:
        for pipeline in await two_pipelines(client, worker_of):
            source = await client.create("PassThrough", mediaPipeline=pipeline)
            sink = await client.create("PassThrough", mediaPipeline=pipeline)
            hub = await client.create("Composite", mediaPipeline=pipeline)
            port = await client.create("HubPort", hub=hub)
            assert worker_of(port) == worker_of(pipeline)
            await client.subscribe(source, "ElementConnected")
            await client.invoke(source, "connect", sink=sink, mediaType="VIDEO")
            event = await client.expect("ElementConnected", source)
            assert event.data["sink"] == sink
            assert sorted(await client.invoke(pipeline, "getChildren")) == sorted([source, sink, hub])
            assert await client.invoke(port, "getMediaPipeline") == pipeline


async def test_what_belongs_to_two_pipelines_is_refused_as_ever(
    server: Server, worker_of: Callable[[str], int]
) -> None:
    async with open_client(server.control_url) as client:
        here, there = await two_pipelines(client, worker_of)
        source = await client.create("PassThrough", mediaPipeline=here)
        neighbour = await client.create("PassThrough", mediaPipeline=await client.create("MediaPipeline"))
        stranger = await client.create("PassThrough", mediaPipeline=there)
        for sink in (neighbour, stranger):
            with pytest.raises(KurentoError, match="Media elements do not share pipeline") as refused:
                await client.invoke(source, "connect", sink=sink)
            assert refused.value.code == ErrorCode.CONNECT_ERROR
        # An id is only a text where no object is asked for.
        await client.invoke(source, "addTag", key="other", value=stranger)
        assert await client.invoke(source, "getTag", key="other") == stranger
        await client.release(stranger)
        with pytest.raises(KurentoError, match=f"Object '{stranger}' not found") as gone:
            await client.invoke(source, "connect", sink=stranger)
        assert gone.value.code == ErrorCode.MEDIA_OBJECT_NOT_FOUND


async def test_a_transaction_over_both(server: Server, worker_of: Callable[[str], int]) -> None:
    async with open_client(server.control_url) as client:
        here, there = await two_pipelines(client, worker_of)
        replies = await transact(
            client,
            operation(0, "create", type="PassThrough", constructorParams={"mediaPipeline": here}),
            operation(1, "create", type="PassThrough", constructorParams={"mediaPipeline": there}),
            operation(2, "invoke", object="newref:0", operation="getParent"),
            operation(3, "invoke", object="newref:1", operation="getParent"),
            operation(4, "invoke", object="newref:0", operation="connect", operationParams={"sink": "newref:1"}),
            operation(5, "release", object="newref:0"),
        )
        assert [reply["result"]["value"] for reply in replies[2:4]] == [here, there]
        assert replies[4]["error"]["code"] == ErrorCode.CONNECT_ERROR
        assert len(replies) == 5


@pytest.mark.parametrize("object_id", ["nothing", "nothing/at/all", "", "newref:0"])
@pytest.mark.parametrize(
    ("method", "more"),
    [("describe", {}), ("invoke", {"operation": "getName"}), ("subscribe", {"type": "Error"}), ("ref", {})],
)
async def test_ids_of_nothing(server: Server, object_id: str, method: str, more: dict[str, str]) -> None:
    async with open_client(server.control_url) as client:
        await client.request("connect", {})
        with pytest.raises(KurentoError, match=f"Object '{object_id}' not found") as unknown:
            await client.request(method, {"object": object_id, "sessionId": client.session_id, **more})
        assert unknown.value.code == (40109 if object_id.startswith("newref") else 40101)
        for harmless in ("release", "unref"):
            await client.request(harmless, {"object": object_id, "sessionId": client.session_id})


async def test_one_manager_for_all(server: Server, worker_of: Callable[[str], int]) -> None:
    async with open_client(server.control_url) as one, open_client(server.control_url) as other:
        await other.subscribe(MANAGER_ID, "ObjectCreated", "ObjectDestroyed")
        await other.invoke(MANAGER_ID, "addTag", key="k", value="v")
        await other.invoke(MANAGER_ID, "setSendTagsInEvents", sendTagsInEvents=True)
        pipelines = await two_pipelines(one, worker_of)
        created = [await other.expect("ObjectCreated") for _ in pipelines]
        assert {event.source_id for event in created} == {MANAGER_ID}
        assert [tag["value"] for tag in created[0].data["tags"]] == ["v"]
        assert set(await other.invoke(MANAGER_ID, "getPipelines")) >= set(pipelines)
        memory_kib = await other.invoke(MANAGER_ID, "getUsedMemory")
        assert memory_kib > 3 * 10_000
        assert 0 <= await other.invoke(MANAGER_ID, "getUsedCpu", interval=50) <= 100
        assert await other.invoke(MANAGER_ID, "getCpuCount") == len(os.sched_getaffinity(0))
        await other.invoke(MANAGER_ID, "setSendTagsInEvents", sendTagsInEvents=False)
        await other.invoke(MANAGER_ID, "removeTag", key="k")
        # Whoever was told of the pipelines holds them.
        await one.request("closeSession", {"sessionId": one.session_id})
        for pipeline in pipelines:
            assert await other.invoke(pipeline, "getName") == pipeline
        await other.request("unref", {"object": pipelines[0], "sessionId": other.session_id})
        destroyed = (await other.expect("ObjectDestroyed")).data
        assert destroyed.pop("timestampMillis").isdigit()
        # As the ServerManager of one process raises it.
        assert destroyed == {"objectId": pipelines[0], "source": MANAGER_ID, "tags": []}
        assert created[0].data.keys() == {"object", "source", "tags", "timestampMillis"}


async def test_a_session_in_both_ends_in_both(server: Server, worker_of: Callable[[str], int]) -> None:
    async with open_client(server.control_url) as one, open_client(server.control_url) as other:
        here, there = await two_pipelines(one, worker_of)
        await other.request("describe", {"object": here})
        await other.subscribe(MANAGER_ID, "ObjectDestroyed")
        sessions = await other.invoke(MANAGER_ID, "getSessions")
        assert {one.session_id, other.session_id} <= set(sessions)
        await one.request("closeSession", {"sessionId": one.session_id})
        await other.take_until(lambda events: there in [event.data["objectId"] for event in events])
        assert one.session_id not in await other.invoke(MANAGER_ID, "getSessions")
        with pytest.raises(KurentoError, match="Invalid session"):
            await one.request("keepAlive", {"sessionId": one.session_id})
        assert await other.invoke(here, "getName") == here
        await other.request("closeSession", {"sessionId": other.session_id, "release": True})
        with pytest.raises(KurentoError, match="not found"):
            await other.invoke(here, "getName")


async def test_old_names_used_in_one_worker_are_spoken_by_the_other(
    server: Server, worker_of: Callable[[str], int]
) -> None:
    async with open_client(server.control_url) as client:
        here, there = await two_pipelines(client, worker_of)
        old = await client.create("WebRtcEndpoint", mediaPipeline=here)
        element = await client.create("PassThrough", mediaPipeline=there)
        await client.subscribe(element, "ElementConnected")
        await client.subscribe(old, "OnIceGatheringDone")
        await client.invoke(element, "connect", sink=element, mediaType="VIDEO")
        event = await client.expect("ElementConnected", element)
        assert event.data["timestamp"] == str(int(event.data["timestampMillis"]) // 1000)


async def test_a_session_keeps_its_events_when_another_socket_takes_it(
    server: Server, worker_of: Callable[[str], int]
) -> None:
    async with open_client(server.control_url) as old, open_client(server.control_url) as new:
        elements = []
        for pipeline in await two_pipelines(old, worker_of):
            elements.append(await old.create("PassThrough", mediaPipeline=pipeline))
            await old.subscribe(elements[-1], "ElementConnected")
        await new.request("connect", {"sessionId": old.session_id})
        for element in elements:
            connect = {"operation": "connect", "operationParams": {"sink": element, "mediaType": "AUDIO"}}
            # Ids of the session's own, or the cache would answer with what the first socket got.
            await new.request_raw("invoke", {"object": element, **connect}, request_id=f"connect {element}")
            await new.expect("ElementConnected", element)
        assert await old.settle() == []
