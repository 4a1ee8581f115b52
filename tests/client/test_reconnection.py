"""Connections that are lost: the session goes on, nothing is done twice, and what cannot be known is said."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import trio
import trio.testing

from kms_trio.client import (
    ClientError,
    ConnectError,
    ConnectionLostError,
    Kurento,
    KurentoError,
    Reconnection,
    SessionLostError,
    connect,
)
from kms_trio.client.core import ElementConnected, MediaPipeline, PassThrough
from kms_trio.client.core import Error as ErrorEvent
from kms_trio.client.pending import REPEAT_WINDOW_S, Pending
from kms_trio.testing.patience import PATIENCE_S, until
from tests.client.line import Line
from tests.interop.harness.server import RunningServer, serve_in_process


@pytest.fixture
async def far(line: Line) -> AsyncIterator[Kurento]:
    """A client at the other end of the line."""
    async with connect(line.url) as connected:
        yield connected


async def test_the_session_goes_on(far: Kurento, line: Line) -> None:
    pipeline = await far.create(MediaPipeline)
    source, sink = await PassThrough.create(pipeline), await PassThrough.create(pipeline)
    session_id = far.session_id
    async with source.events(ElementConnected) as events:
        await line.cut()
        with trio.fail_after(PATIENCE_S):
            await pipeline.set_name("after")
            assert await pipeline.get_name() == "after"
            assert far.session_id == session_id
            # Subscriptions are the session's: they are there without being made again.
            await source.connect(sink)
            assert (await anext(events)).sink == sink
        assert (events.interruptions, far.session.reconnections) == (1, 1)


async def test_requests_wait_for_a_connection(far: Kurento, line: Line, server: RunningServer) -> None:
    pipeline = await far.create(MediaPipeline)
    line.target_port = 0  # where nobody listens
    await line.cut()
    await until(lambda: line.accepted > 2)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(pipeline.set_name, "waited")
        await trio.testing.wait_all_tasks_blocked()
        line.target_port = server.port
    assert await pipeline.get_name() == "waited"


async def test_a_lost_reply_is_had_again(far: Kurento, line: Line, kurento: Kurento) -> None:
    """The server carries a request out whose reply is lost; asked again, it does not do so twice."""
    pipeline = await far.create(MediaPipeline)
    seen = kurento.find(MediaPipeline, pipeline.id)
    made: list[PassThrough] = []

    async def make() -> None:
        made.append(await PassThrough.create(pipeline))

    async with trio.open_nursery() as nursery:
        line.deafen()
        nursery.start_soon(make)
        with trio.fail_after(PATIENCE_S):
            while not await seen.get_children():  # noqa: ASYNC110 - the server says when
                await trio.sleep(0.001)
        assert made == []
        await line.cut()
    assert [child.id for child in await seen.get_children()] == [made[0].id]


@pytest.mark.parametrize(
    ("method", "params", "expected"),
    [
        ("create", {}, False),
        ("invoke", {"operation": "connect"}, False),
        ("invoke", {"operation": "getName"}, True),
        ("release", {}, True),
        ("subscribe", {}, False),
        ("transaction", {}, False),
    ],
)
def test_what_may_be_sent_again_when_the_server_has_forgotten_its_reply(
    method: str, params: dict[str, str], expected: bool
) -> None:
    request = Pending(1, method, params)
    assert request.may_repeat(1000.0)
    request.sent_at = 1000.0
    assert request.may_repeat(1000.0 + REPEAT_WINDOW_S / 2)
    assert request.may_repeat(1000.0 + REPEAT_WINDOW_S) is expected


async def test_what_may_not_be_sent_again_fails(far: Kurento, line: Line, kurento: Kurento) -> None:
    pipeline = await far.create(MediaPipeline)
    failures: list[Exception] = []

    async def rename() -> None:
        try:
            await pipeline.set_name("once")
        except ClientError as failure:
            failures.append(failure)

    line.deafen()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(rename)
        seen = kurento.find(MediaPipeline, pipeline.id)
        with trio.fail_after(PATIENCE_S):
            while await seen.get_name() != "once":  # noqa: ASYNC110 - the server says when
                await trio.sleep(0.001)
        for request in far.session._pending.values():
            assert request.sent_at is not None
            request.sent_at -= REPEAT_WINDOW_S  # as if it had been long ago
        await line.cut()
    [failure] = failures
    assert isinstance(failure, ConnectionLostError)
    assert "before the reply to invoke came" in str(failure)
    assert await pipeline.get_name() == "once"


async def test_a_server_that_was_started_anew(far: Kurento, line: Line) -> None:
    pipeline = await far.create(MediaPipeline)
    source = await PassThrough.create(pipeline)
    old_session, old_server = far.session_id, far.session.server_id
    async with serve_in_process() as other:
        line.target_port = other.port
        async with source.events(ElementConnected) as events:
            await line.cut()
            with trio.fail_after(PATIENCE_S), pytest.raises(SessionLostError, match=old_session):
                await anext(events)
        assert far.session_id != old_session
        assert far.session.server_id != old_server
        with pytest.raises(KurentoError, match="not found"):
            await pipeline.get_name()
        anew = await far.create(MediaPipeline)
        assert await far.server_manager.get_pipelines() == (anew,)
        await far.session.close()


async def test_a_session_without_objects_has_nothing_to_lose(far: Kurento, line: Line) -> None:
    """The server does not know such a session either; the client takes another one and says nothing."""
    await far.ping()
    await line.cut()
    with trio.fail_after(PATIENCE_S):
        assert await far.server_manager.get_pipelines() == ()


async def test_a_silent_connection_is_cut(line: Line) -> None:
    async with connect(line.url, keep_alive_s=0.2) as kurento:
        pipeline = await kurento.create(MediaPipeline)
        line.deafen()
        await until(lambda: kurento.session.reconnections)
        with trio.fail_after(PATIENCE_S):
            assert await pipeline.get_name() == pipeline.id


async def test_giving_up(line: Line) -> None:
    async with connect(line.url, reconnection=Reconnection(first_s=0.01, give_up_s=0.5)) as kurento:
        pipeline = await kurento.create(MediaPipeline)
        line.target_port = 0
        async with pipeline.events(ErrorEvent) as events:
            await line.cut()
            with trio.fail_after(PATIENCE_S):
                with pytest.raises(ConnectionLostError, match=line.url):
                    await pipeline.get_name()
                with pytest.raises(ConnectionLostError):
                    await anext(events)


async def test_no_reconnection(line: Line) -> None:
    async with connect(line.url, reconnection=None) as kurento:
        await kurento.ping()
        await line.cut()
        with trio.fail_after(PATIENCE_S), pytest.raises(ConnectionLostError):
            await kurento.ping()


async def test_no_server() -> None:
    with pytest.raises(ConnectError, match=r"ws://127\.0\.0\.1:1/kurento: "):
        async with connect("ws://127.0.0.1:1/kurento"):
            pass


async def test_what_is_no_media_server(server: RunningServer) -> None:
    for url, reason in (
        (server.page_url.replace("http", "ws"), "rejected|404|403|WebSocket|response"),
        (server.ws_url + "x", "Invalid path"),
        ("http://localhost/kurento", "expected ws://HOST:PORT/PATH"),
    ):
        with pytest.raises(ConnectError, match=reason):
            async with connect(url):
                pass


async def test_what_the_block_raises_comes_out_as_it_is(server: RunningServer) -> None:
    with pytest.raises(ZeroDivisionError):
        async with connect(server.ws_url):
            raise ZeroDivisionError


async def test_a_session_is_handed_over(server: RunningServer) -> None:
    async with connect(server.ws_url, keep_session=True) as first:
        pipeline = await first.create(MediaPipeline)
        session_id = first.session_id
    with pytest.raises(ClientError, match="closed"):
        await pipeline.get_name()
    async with connect(server.ws_url, session_id=session_id) as second:
        assert second.session_id == session_id
        assert await second.find(MediaPipeline, pipeline.id).get_name() == pipeline.id
    async with connect(server.ws_url) as third:
        # The second one closed the session, and with it its objects.
        assert await third.server_manager.get_pipelines() == ()
    with pytest.raises(SessionLostError):
        async with connect(server.ws_url, session_id=session_id):
            pass


async def test_a_request_may_be_given_up(far: Kurento, line: Line) -> None:
    pipeline = await far.create(MediaPipeline)
    line.deafen()
    with trio.move_on_after(0.01):
        await pipeline.get_name()
    await line.cut()
    with trio.fail_after(PATIENCE_S):
        assert await pipeline.get_name() == pipeline.id
