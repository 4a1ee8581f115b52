"""Transactions: objects that do not exist yet, results, and operations that are refused."""

from __future__ import annotations

import pytest

from kms_trio.client import ErrorCode, Kurento, KurentoError, TransactionError
from kms_trio.client.core import MediaPipeline, MediaType, PassThrough
from kms_trio.client.elements import Composite, WebRtcEndpoint


async def test_objects_of_each_other(kurento: Kurento) -> None:
    async with kurento.transaction() as transaction:
        pipeline = transaction.create(MediaPipeline.create, kurento)
        source = transaction.create(PassThrough.create, pipeline)
        sink = transaction.create(WebRtcEndpoint.create, pipeline, recvonly=True)
        transaction.add(source.connect, sink, MediaType.VIDEO)
        connections = transaction.add(source.get_sink_connections)
        transaction.add(sink.set_name, "sink")
        name = transaction.add(sink.get_name)
        for made in (lambda: source.id, lambda: name.value, lambda: hash(source)):
            with pytest.raises(KurentoError, match="has not been carried out"):
                made()
        assert repr(source) == "<PassThrough newref:1>"
    assert name.value == await sink.get_name() == "sink"
    assert [item.sink for item in connections.value] == [sink]
    assert set(await pipeline.get_children()) == {source, sink}


async def test_existing_objects_and_create_by_name(kurento: Kurento) -> None:
    pipeline = await kurento.create(MediaPipeline)
    async with kurento.transaction() as transaction:
        hub = transaction.create(Composite.create, pipeline)
        port = transaction.add(hub.get_parent)
        transaction.add(pipeline.release)
    assert port.value == pipeline
    assert await kurento.server_manager.get_pipelines() == ()


async def test_a_refused_operation(kurento: Kurento) -> None:
    with pytest.raises(TransactionError, match="Tag key not found") as refusal:  # noqa: PT012 - raised at the end
        async with kurento.transaction() as transaction:
            pipeline = transaction.create(MediaPipeline.create, kurento)
            transaction.add(pipeline.get_tag, "colour")
            element = transaction.create(PassThrough.create, pipeline)
    assert (refusal.value.index, refusal.value.code) == (1, ErrorCode.MEDIA_OBJECT_TAG_KEY_NOT_FOUND)
    # What came before was carried out, what came after was not.
    assert await kurento.server_manager.get_pipelines() == (pipeline,)
    with pytest.raises(KurentoError, match="has not been carried out"):
        await element.get_name()


async def test_nothing_is_sent_when_the_block_raises(kurento: Kurento) -> None:
    with pytest.raises(ZeroDivisionError):  # noqa: PT012 - raised in the midst of it
        async with kurento.transaction() as transaction:
            transaction.create(MediaPipeline.create, kurento)
            raise ZeroDivisionError
    assert await kurento.server_manager.get_pipelines() == ()


async def test_an_empty_one(kurento: Kurento) -> None:
    async with kurento.transaction():
        pass
    await kurento.ping()


async def test_what_is_no_operation(kurento: Kurento) -> None:
    pipeline = await kurento.create(MediaPipeline)

    async def two() -> None:
        await pipeline.set_name("one")
        await pipeline.set_name("two")

    async with kurento.transaction() as transaction:
        for method in (kurento.ping, two):
            with pytest.raises(TypeError, match="one at a time"):
                transaction.add(method)
        # What goes on beside it is not part of it.
        assert await pipeline.get_children() == ()
