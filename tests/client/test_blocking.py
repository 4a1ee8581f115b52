"""The client that blocks, in threads of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
import trio

from kms_trio.client import ConnectError, KurentoError, Overflow, SessionLostError, TransactionError
from kms_trio.client.blocking import ClientError, EventsLostError, Kurento, connect
from kms_trio.client.core import MediaType, Tag
from kms_trio.client.core.blocking import ElementConnected, MediaObject, MediaPipeline, PassThrough
from kms_trio.client.elements.blocking import EndOfStream, PlayerEndpoint
from kms_trio.testing.patience import PATIENCE_S
from tests.client.line import Line
from tests.interop.harness.server import RunningServer


async def in_thread(function: Callable[..., None], *arguments: Any) -> None:
    with trio.fail_after(PATIENCE_S):
        await trio.to_thread.run_sync(function, *arguments)


async def test_calls(server: RunningServer) -> None:
    def use(url: str) -> None:
        with connect(url) as kurento:
            pipeline = kurento.create(MediaPipeline)
            source, sink = PassThrough.create(pipeline), PassThrough.create(pipeline)
            source.add_tag("colour", "blue")
            assert source.get_tags() == (Tag(key="colour", value="blue"),)
            source.connect(sink, MediaType.AUDIO)
            [connection] = source.get_sink_connections()
            assert (type(connection.sink), connection.sink) == (PassThrough, sink)
            assert connection.sink.get_name() == sink.id
            assert kurento.find(MediaObject, sink.id) == sink
            assert kurento.server_manager.get_pipelines() == (pipeline,)
            with pytest.raises(KurentoError, match="Tag key"):
                source.get_tag("size")
            sink.release()
            assert set(pipeline.get_children()) == {source}
            player = kurento.create(PlayerEndpoint, media_pipeline=pipeline, uri="file:///x")
            assert player.get_uri() == "file:///x"

    await in_thread(use, server.ws_url)


async def test_events(server: RunningServer) -> None:
    def use(url: str) -> None:
        with connect(url) as kurento:
            pipeline = MediaPipeline.create(kurento)
            source, sink = PassThrough.create(pipeline), PassThrough.create(pipeline)
            with source.events(ElementConnected) as events:
                with pytest.raises(TimeoutError, match="no event within"):
                    events.next(timeout_s=0.01)
                source.connect(sink)
                event = next(events)
                assert (event.source, event.sink, type(event.sink)) == (source, sink, PassThrough)
                threading.Thread(target=pipeline.release).start()
                assert all(item.source == source for item in events)
            with pytest.raises(KurentoError, match="not found"), source.events(ElementConnected):
                pass

    await in_thread(use, server.ws_url)


async def test_overflow(server: RunningServer) -> None:
    def use(url: str) -> None:
        with connect(url) as kurento:
            pipeline = MediaPipeline.create(kurento)
            source, sink = PassThrough.create(pipeline), PassThrough.create(pipeline)
            with (
                source.events(ElementConnected, capacity=1) as failing,
                source.events(ElementConnected, capacity=1, overflow=Overflow.DROP_NEWEST) as dropping,
            ):
                for _ in range(3):
                    source.connect(sink)
                    source.disconnect(sink)
                assert next(failing) == next(dropping)
                with pytest.raises(EventsLostError):
                    next(failing)
                assert dropping.dropped > 0
            with pytest.raises(KurentoError, match="EndOfStream"), source.events(EndOfStream):
                pass

    await in_thread(use, server.ws_url)


async def test_transactions(server: RunningServer) -> None:
    def use(url: str) -> None:
        with connect(url) as kurento:
            with kurento.transaction() as transaction:
                pipeline = transaction.create(MediaPipeline.create, kurento)
                element = transaction.create(PassThrough.create, pipeline)
                name = transaction.add(element.get_name)
                # Other threads are not part of it.
                pipelines: list[MediaPipeline] = []
                other = threading.Thread(target=lambda: pipelines.append(MediaPipeline.create(kurento)))
                other.start()
                other.join()
            assert name.value == element.id
            assert set(kurento.server_manager.get_pipelines()) == {pipeline, *pipelines}
            with pytest.raises(TransactionError) as refusal, kurento.transaction() as transaction:  # noqa: PT012 - at its end
                transaction.add(element.set_name, "x")
                transaction.add(element.get_tag, "colour")
            assert refusal.value.index == 1
            with kurento.transaction() as transaction, pytest.raises(TypeError, match="one at a time"):
                transaction.add(kurento.ping)

    await in_thread(use, server.ws_url)


async def test_many_threads(kurento: object, server: RunningServer) -> None:
    def rename(connected: Kurento, number: int, names: dict[int, str]) -> None:
        pipeline = MediaPipeline.create(connected)
        pipeline.set_name(str(number))
        names[number] = pipeline.get_name()

    def use(url: str) -> None:
        names: dict[int, str] = {}
        with connect(url) as connected:
            threads = [threading.Thread(target=rename, args=(connected, number, names)) for number in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert names == {number: str(number) for number in range(8)}

    await in_thread(use, server.ws_url)


async def test_without_a_block(server: RunningServer) -> None:
    def use(url: str) -> None:
        kurento = connect(url, keep_session=True)
        pipeline = MediaPipeline.create(kurento)
        session_id = kurento.session_id
        kurento.close()
        kurento.close()
        with pytest.raises(ClientError, match="closed"):
            pipeline.get_name()
        with connect(url, session_id=session_id) as again:
            assert again.find(MediaPipeline, pipeline.id).get_name() == pipeline.id
        with pytest.raises(SessionLostError):
            connect(url, session_id=session_id)
        assert "kms_trio.client" not in {thread.name for thread in threading.enumerate()}

    await in_thread(use, server.ws_url)


async def test_no_server_and_no_answer(line: Line) -> None:
    def use(url: str) -> None:
        with pytest.raises(ConnectError, match=":1/kurento"):
            connect("ws://127.0.0.1:1/kurento")
        with connect(url, timeout_s=PATIENCE_S) as kurento:
            kurento.ping()
            kurento._timeout_s = 0.05
            line.deafen()
            with pytest.raises(TimeoutError, match=r"no answer within 0\.05 s"):
                kurento.ping()

    await in_thread(use, line.url)


async def test_a_cut_connection(line: Line) -> None:
    def use(url: str) -> None:
        with connect(url) as kurento:
            pipeline = MediaPipeline.create(kurento)
            trio.from_thread.run(line.cut)
            assert pipeline.get_name() == pipeline.id
            assert kurento.session.reconnections == 1

    await in_thread(use, line.url)
