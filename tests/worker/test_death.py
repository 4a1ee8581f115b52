"""Workers that die, while others go on."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from pathlib import Path

import pytest
import trio

from kms_trio.app import Server
from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.media.frames import EncodedFrame
from kms_trio.objects.ids import MANAGER_ID
from kms_trio.testing.patience import until
from kms_trio.testing.rpc import Event, RpcClient, open_client
from kms_trio.worker.link import WorkerLink
from tests.elements.webrtc.room import Publisher, join, numbered_frames, numbers


@pytest.fixture
def vp8_frames(tmp_path: Path) -> Sequence[EncodedFrame]:
    return numbered_frames(tmp_path)


def link_of(server: Server, object_id: str) -> WorkerLink:
    manager = server.context.directory.get(MANAGER_ID)
    link: WorkerLink | None = manager.tree.ledger.link_of(object_id)  # type: ignore[attr-defined]  # of a server with workers
    assert link is not None
    return link


async def pipelines_apart(server: Server, client: RpcClient) -> tuple[str, str]:
    first = await client.create("MediaPipeline")
    while True:
        second = await client.create("MediaPipeline")
        if link_of(server, first) is not link_of(server, second):
            return first, second


async def test_viewers_of_the_other_worker_lose_nothing(
    fresh_server: Server, vp8_frames: Sequence[EncodedFrame], caplog: pytest.LogCaptureFixture
) -> None:
    server = fresh_server
    async with open_client(server.control_url) as victim, open_client(server.control_url) as other:
        doomed, safe = await pipelines_apart(server, victim)
        await other.request("describe", {"object": safe})
        async with (
            join(victim, doomed, sources=["self"]) as lost,
            join(other, safe, receive=False) as presenter,
            join(other, safe, send=False, sources=[presenter.endpoint]) as viewer,
            trio.open_nursery() as nursery,
        ):
            await victim.subscribe(doomed, "Error")
            await victim.subscribe(lost.endpoint, "Error")
            await other.subscribe(presenter.endpoint, "Error")
            publisher = Publisher(presenter.peer, vp8_frames)
            nursery.start_soon(publisher.run)
            nursery.start_soon(Publisher(lost.peer, vp8_frames).run)
            await until(lambda: "video" in viewer.peer.tracks and len(viewer.peer.tracks["video"].frames) > 10)
            await until(lambda: "video" in lost.peer.tracks)
            dead = link_of(server, doomed)
            dead._process.signal(signal.SIGSEGV)
            for object_id in (doomed, lost.endpoint):
                event = await victim.expect("Error", object_id)
                assert event.data["type"] == "MEDIA_WORKER_LOST"
                assert "was ended by SIGSEGV" in event.data["description"]
            with pytest.raises(KurentoError, match=f"Object '{doomed}' not found"):
                await victim.invoke(doomed, "getName")
            at = len(viewer.peer.tracks["video"].frames)
            await until(lambda: len(viewer.peer.tracks["video"].frames) > at + 30)
            frames = viewer.peer.tracks["video"].frames
            shown = [frame.data for frame in frames]
            first = publisher.sent.index(shown[0])
            assert shown == publisher.sent[first : first + len(shown)]
            assert None not in numbers(frames)
            assert viewer.peer.tracks["video"].statistics.packets_lost == 0
            assert [event for event in await other.settle() if event.name == "Error"] == []
            await until(lambda: all(status.up for status in server.workers))
            replaced, _ = await pipelines_apart(server, victim)
            async with join(victim, replaced, sources=["self"]):
                assert link_of(server, replaced) is not dead
            nursery.cancel_scope.cancel()
    [crash] = [record for record in caplog.records if "died; its pipelines are lost" in record.getMessage()]
    assert crash.exc_info is not None
    assert "was ended by SIGSEGV" in str(crash.exc_info[1])


async def test_pending_requests_are_answered_and_objects_are_told_dead(fresh_server: Server) -> None:
    async with open_client(fresh_server.control_url) as client, open_client(fresh_server.control_url) as watcher:
        pipeline = await client.create("MediaPipeline")
        element = await client.create("PassThrough", mediaPipeline=pipeline)
        await watcher.subscribe(MANAGER_ID, "ObjectDestroyed")
        link = link_of(fresh_server, pipeline)
        link._process.signal(signal.SIGSTOP)
        failures: list[KurentoError] = []

        async def ask() -> None:
            with pytest.raises(KurentoError) as failure:
                await client.invoke(element, "getName")
            failures.append(failure.value)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(ask)
            await until(lambda: link._pending)
            link._process.signal(signal.SIGKILL)
        assert failures[0].code == ErrorCode.UNEXPECTED_ERROR
        assert "media worker that the request was sent to was ended by SIGKILL" in failures[0].message
        assert [(await watcher.expect("ObjectDestroyed")).data["objectId"] for _ in range(2)] == [element, pipeline]
        assert await client.invoke(MANAGER_ID, "getPipelines") == []
        assert client.session_id in await watcher.invoke(MANAGER_ID, "getSessions")
        await client.request("keepAlive", {"sessionId": client.session_id})


async def test_a_reply_that_nobody_waits_for_holds_up_no_event(fresh_server: Server) -> None:
    async with open_client(fresh_server.control_url) as client:
        pipeline = await client.create("MediaPipeline")
        element = await client.create("PassThrough", mediaPipeline=pipeline)
        await client.subscribe(element, "ElementConnected")
        link = link_of(fresh_server, pipeline)
        link._process.signal(signal.SIGSTOP)
        async with trio.open_nursery() as impatient:
            impatient.start_soon(link.request, "describe", {"object": element, "sessionId": client.session_id})
            await until(lambda: link._pending)
            impatient.cancel_scope.cancel()
        link._process.signal(signal.SIGCONT)
        await client.invoke(element, "connect", sink=element, mediaType="VIDEO")
        await client.expect("ElementConnected", element)
        assert not link._pending


@pytest.mark.slow
async def test_a_worker_that_hangs_is_ended_and_replaced(fresh_server: Server) -> None:
    async with open_client(fresh_server.control_url) as client:
        pipeline = await client.create("MediaPipeline")
        await client.subscribe(pipeline, "Error")
        link = link_of(fresh_server, pipeline)
        link._process.signal(signal.SIGSTOP)
        event = await client.expect("Error", pipeline)
        assert "did not report for 10 s" in event.data["description"]
        await until(lambda: all(status.up for status in fresh_server.workers))
        assert link.pid not in [status.process for status in fresh_server.workers]


async def test_a_worker_that_retires_is_replaced_and_nobody_notices(fresh_server: Server) -> None:
    async with open_client(fresh_server.control_url) as client:
        pipeline, other = await pipelines_apart(fresh_server, client)
        link = link_of(fresh_server, pipeline)
        await client.release(pipeline)
        link._channel.send({"stop": 1.0})  # what it does itself above the kill limit
        created = [await client.create("MediaPipeline") for _ in range(4)]
        assert {await client.invoke(each, "getName") for each in created} == set(created)
        await until(lambda: all(status.up for status in fresh_server.workers))
        assert link.retired
        assert await client.invoke(other, "getName") == other


@pytest.mark.parametrize("resources", [{"kill_limit": 0.0001}])
async def test_a_worker_above_the_kill_limit_without_objects_is_replaced(fresh_server: Server) -> None:
    async with open_client(fresh_server.control_url) as client:
        pipeline = await client.create("MediaPipeline")
        link = link_of(fresh_server, pipeline)
        await client.release(pipeline)
        await until(lambda: link.retired)
        await until(lambda: all(status.up for status in fresh_server.workers))
        assert link.pid not in [status.process for status in fresh_server.workers]
        again = await client.create("MediaPipeline")
        assert await client.invoke(again, "getName") == again


@pytest.mark.parametrize("resources", [{"garbage_collector_period_s": 1}])
async def test_what_a_silent_session_held_in_both_is_collected(fresh_server: Server) -> None:
    async with open_client(fresh_server.control_url) as watcher:
        await watcher.subscribe(MANAGER_ID, "ObjectDestroyed")
        async with open_client(fresh_server.control_url) as client:
            pipelines = await pipelines_apart(fresh_server, client)
            session_id = client.session_id
        left = set(pipelines)

        def gone(events: list[Event]) -> bool:
            left.difference_update(event.data["objectId"] for event in events)
            return not left

        await watcher.take_until(gone)
        assert session_id not in await watcher.invoke(MANAGER_ID, "getSessions")
        with pytest.raises(KurentoError, match="Invalid session"):
            await watcher.request("keepAlive", {"sessionId": session_id})
