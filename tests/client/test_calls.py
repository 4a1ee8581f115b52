"""Objects of a real server: what methods take and give, what is refused, and what equals what."""

from __future__ import annotations

import pytest

from kms_trio.client import ErrorCode, Kurento, KurentoError
from kms_trio.client.core import (
    Filter,
    MediaElement,
    MediaObject,
    MediaPipeline,
    MediaType,
    PassThrough,
    RembParams,
    ServerType,
    Tag,
)
from kms_trio.client.elements import PlayerEndpoint, WebRtcEndpoint
from kms_trio.client.filters import ZBarFilter
from kms_trio.generated.core import types as server_types


async def test_properties_methods_and_registers(kurento: Kurento) -> None:
    pipeline = await kurento.create(MediaPipeline)
    endpoint = await WebRtcEndpoint.create(pipeline, recvonly=True)
    assert await endpoint.get_name() == endpoint.id
    await endpoint.set_name("door")
    assert await endpoint.get_name() == "door"
    await endpoint.add_tag("colour", "blue")
    assert await endpoint.get_tags() == (Tag(key="colour", value="blue"),)
    await endpoint.set_remb_params(RembParams(packets_recv_interval_top=50))
    assert (await endpoint.get_remb_params()).packets_recv_interval_top == 50
    assert await endpoint.get_stats() == {}
    assert (await endpoint.generate_offer()).startswith("v=0")


async def test_objects_have_their_classes(kurento: Kurento) -> None:
    pipeline = await MediaPipeline.create(kurento)
    source, sink = await PassThrough.create(pipeline), await ZBarFilter.create(pipeline)
    await source.connect(sink, MediaType.VIDEO)
    [connection] = await source.get_sink_connections()
    assert (connection.source, connection.sink, connection.type) == (source, sink, MediaType.VIDEO)
    assert type(connection.sink) is ZBarFilter
    assert {type(child) for child in await pipeline.get_children()} == {PassThrough, ZBarFilter}
    assert await sink.get_media_pipeline() == pipeline
    assert await pipeline.get_parent() is None
    assert len({source, await sink.get_parent(), pipeline}) == 2
    assert repr(sink) == f"<ZBarFilter {sink.id}>"


async def test_create_by_name_and_find(kurento: Kurento) -> None:
    pipeline = await kurento.create(MediaPipeline)
    player = await kurento.create(PlayerEndpoint, media_pipeline=pipeline, uri="file:///clip.webm")
    assert await player.get_uri() == "file:///clip.webm"
    found = kurento.find(MediaObject, player.id)
    assert (type(found), found) == (PlayerEndpoint, player)
    with pytest.raises(TypeError, match=r"not created with 'url' \(expected media_pipeline, uri"):
        await kurento.create(PlayerEndpoint, media_pipeline=pipeline, url="file:///clip.webm")
    with pytest.raises(TypeError, match="'uri', which is missing"):
        await kurento.create(PlayerEndpoint, media_pipeline=pipeline)
    with pytest.raises(TypeError, match=r"kurento\.Filter cannot be created"):
        await kurento.create(Filter)


async def test_server_manager(kurento: Kurento) -> None:
    manager = kurento.server_manager
    info = await manager.get_info()
    assert info.type is ServerType.KMS
    assert isinstance(info, server_types.ServerInfo)
    assert "core" in {module.name for module in info.modules}
    pipeline = await kurento.create(MediaPipeline)
    assert await manager.get_pipelines() == (pipeline,)
    assert kurento.session_id in await manager.get_sessions()


async def test_optional_parameters_without_a_hole(kurento: Kurento) -> None:
    pipeline = await kurento.create(MediaPipeline)
    source, sink = await PassThrough.create(pipeline), await PassThrough.create(pipeline)
    with pytest.raises(TypeError, match="takes 'source_media_description' only with 'media_type'"):
        await source.connect(sink, source_media_description="default")
    assert await source.get_sink_connections() == ()


async def test_refusals(kurento: Kurento) -> None:
    pipeline = await kurento.create(MediaPipeline)
    endpoint = await WebRtcEndpoint.create(pipeline)
    with pytest.raises(KurentoError, match="Tag key not found") as refusal:
        await endpoint.get_tag("colour")
    assert refusal.value.code == ErrorCode.MEDIA_OBJECT_TAG_KEY_NOT_FOUND
    assert refusal.value.data_type == "MEDIA_OBJECT_TAG_KEY_NOT_FOUND"
    other = await PassThrough.create(await kurento.create(MediaPipeline))
    with pytest.raises(KurentoError) as refusal:
        await endpoint.connect(other)
    assert refusal.value.code == ErrorCode.CONNECT_ERROR
    await endpoint.release()
    await endpoint.release()
    with pytest.raises(KurentoError) as refusal:
        await endpoint.get_name()
    assert refusal.value.code == ErrorCode.MEDIA_OBJECT_NOT_FOUND
    # Nothing else noticed.
    assert await pipeline.get_children() == ()


async def test_an_application_may_extend_a_class(kurento: Kurento) -> None:
    class Camera(PassThrough):
        async def title(self) -> str:
            return f"camera {await self.get_name()}"

    camera = await Camera.create(await kurento.create(MediaPipeline))
    await camera.set_name("one")
    assert await camera.title() == "camera one"
    assert isinstance(camera, MediaElement)
