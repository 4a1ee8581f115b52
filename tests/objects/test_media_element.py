"""Connections and the events about them, flow, transcoding, bitrates, statistics."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from kms_trio.app import Server
from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.generated.core.types import MediaType
from kms_trio.media.formats import Format, StreamKind, Want
from kms_trio.media.frames import EncodedFrame
from kms_trio.media.streams import EncodedStream
from kms_trio.objects.encoder_bitrates import UNLIMITED_BPS, EncoderBitrates
from kms_trio.objects.media_element import MediaElement
from kms_trio.objects.media_pipeline import MediaPipeline

Create = Callable[..., Awaitable[Any]]
VP8 = Format("VP8", 90_000)


@pytest.fixture
async def pipeline(create: Create) -> MediaPipeline:
    created: MediaPipeline = await create("MediaPipeline")
    return created


@pytest.fixture
async def elements(create: Create, pipeline: MediaPipeline, subscribe: Any, told: Any) -> list[MediaElement]:
    """Three pass-throughs whose connection events are told."""
    made = [await create("PassThrough", mediaPipeline=pipeline.id) for _ in range(3)]
    for element in made:
        subscribe(element, "ElementConnected", "ElementDisconnected")
    return made


def links(element: MediaElement) -> list[tuple[str, str, str]]:
    return [(data.type, data.source_description, data.sink_description) for data in element.get_sink_connections()]


async def test_connect_is_three_connections(elements: list[MediaElement], told: Any) -> None:
    a, b, _ = elements
    a.connect(b)
    events = told.take()
    assert [(name, source, data["mediaType"], data["sink"]) for name, source, data in events] == [
        ("ElementConnected", a.id, media_type, b.id) for media_type in ("AUDIO", "VIDEO", "DATA")
    ]
    assert links(a) == [(each, "default", "default") for each in ("AUDIO", "DATA", "VIDEO")]
    assert b.get_source_connections() == a.get_sink_connections()
    assert a.get_source_connections() == []
    assert [data.type for data in a.get_sink_connections(MediaType.VIDEO)] == ["VIDEO"]
    assert a.get_sink_connections(MediaType.VIDEO, "zz") == []


async def test_sink_takes_one_source(elements: list[MediaElement], told: Any) -> None:
    a, b, c = elements
    a.connect(b, MediaType.VIDEO)
    told.take()
    c.connect(b, MediaType.VIDEO)
    assert [(name, source) for name, source, _ in told.take()] == [
        ("ElementDisconnected", a.id),
        ("ElementConnected", c.id),
    ]
    assert a.get_sink_connections() == []
    assert [data.source for data in b.get_source_connections()] == [c]


async def test_connecting_again_keeps_the_media_and_tells_both(elements: list[MediaElement], told: Any) -> None:
    a, b, _ = elements
    a.connect(b, MediaType.VIDEO)
    pad = b.sink_pad(MediaType.VIDEO)
    told.take()
    a.connect(b, MediaType.VIDEO)
    assert told.names() == ["ElementDisconnected", "ElementConnected"]
    assert pad.source is a.source_pad(MediaType.VIDEO)


async def test_descriptions_name_different_pads(elements: list[MediaElement], told: Any) -> None:
    a, b, _ = elements
    a.connect(b, MediaType.AUDIO)
    a.connect(b, MediaType.AUDIO, "", "")
    assert links(a) == [("AUDIO", "", ""), ("AUDIO", "default", "default")]
    a.connect(b, MediaType.AUDIO, "foo")
    assert links(a) == [("AUDIO", "", ""), ("AUDIO", "foo", "default")]


async def test_disconnecting_what_is_not_connected(elements: list[MediaElement], told: Any) -> None:
    a, b, _ = elements
    a.disconnect(b)
    assert told.names() == ["ElementDisconnected"] * 3
    a.connect(b, MediaType.VIDEO)
    a.disconnect(b, MediaType.VIDEO)
    assert a.get_sink_connections() == []


async def test_releasing_a_sink_is_told_by_its_source_and_not_the_other_way(
    parts: Server, elements: list[MediaElement], told: Any
) -> None:
    a, b, c = elements
    a.connect(b)
    b.connect(c)
    a.connect(a, MediaType.DATA)
    told.take()
    await parts.lifecycle.release(b)
    assert sorted((name, source) for name, source, _ in told.take()) == [("ElementDisconnected", a.id)] * 3
    assert c.get_source_connections() == []
    await parts.lifecycle.release(a)
    assert told.names() == []


async def test_releasing_the_pipeline_tells_of_no_connection(
    parts: Server, pipeline: MediaPipeline, elements: list[MediaElement], told: Any
) -> None:
    elements[0].connect(elements[1])
    told.take()
    await parts.lifecycle.release(pipeline)
    assert told.names() == []


async def test_a_released_element_gives_no_pads(elements: list[MediaElement], parts: Server) -> None:
    a, b, _ = elements
    a.connect(b)
    pad = b.sink_pad(MediaType.VIDEO)
    await parts.lifecycle.release(b)
    assert pad.element is None
    assert pad.source is None
    for sink_or_source in (lambda: b.source_pad(MediaType.VIDEO), lambda: a.connect(b)):
        with pytest.raises(KurentoError, match="is gone") as refusal:
            sink_or_source()
        assert refusal.value.code == ErrorCode.MEDIA_OBJECT_NOT_FOUND
    assert not a.get_sink_connections()


async def test_pipelines_do_not_mix(create: Create, elements: list[MediaElement]) -> None:
    other = await create("MediaPipeline")
    stranger = await create("PassThrough", mediaPipeline=other.id)
    with pytest.raises(KurentoError) as refused:
        elements[0].connect(stranger)
    assert (refused.value.code, refused.value.message) == (40004, "Media elements do not share pipeline")


@pytest.mark.parametrize("query", ["is_media_flowing_in", "is_media_flowing_out", "is_media_transcoding"])
async def test_data_has_no_flow(elements: list[MediaElement], query: str) -> None:
    with pytest.raises(KurentoError) as refused:
        getattr(elements[0], query)(MediaType.DATA)
    assert refused.value.code == 40107


class Frames:
    """A consumer that keeps what it gets."""

    def __init__(self) -> None:
        self.frames: list[EncodedFrame] = []

    def on_frame(self, frame: EncodedFrame) -> None:
        self.frames.append(frame)


async def test_media_passes_through_as_it_is(elements: list[MediaElement], subscribe: Any, told: Any) -> None:
    source, middle, last = elements
    subscribe(middle, "MediaFlowInStateChanged", "MediaFlowOutStateChanged")
    stream = EncodedStream(VP8)
    source.connect(middle, MediaType.VIDEO)
    middle.connect(last, MediaType.VIDEO)
    source.source_pad(MediaType.VIDEO).set_input(stream)
    end = last.source_pad(MediaType.VIDEO)
    assert end.input is stream
    route = end.node.route(Want(StreamKind.ENCODED, (VP8,)))
    assert route is not None
    assert end.node.open(route) is stream
    told.take()

    frames = Frames()
    stream.attach(frames)
    frame = EncodedFrame(b"x", 0, True)
    stream.push(frame)
    stream.push(frame)
    assert frames.frames == [frame, frame]
    assert told.names() == ["MediaFlowInStateChanged", "MediaFlowOutStateChanged"]
    assert middle.is_media_flowing_in(MediaType.VIDEO)
    assert middle.is_media_flowing_out(MediaType.VIDEO)
    assert not middle.is_media_flowing_in(MediaType.AUDIO)

    source.disconnect(middle, MediaType.VIDEO)
    assert last.source_pad(MediaType.VIDEO).input is None
    stream.detach(frames)
    assert stream.consumers == ()


async def test_circle_of_pass_throughs(elements: list[MediaElement]) -> None:
    a, b, c = elements
    stream = EncodedStream(VP8)
    a.connect(b)
    b.connect(c)
    a.source_pad(MediaType.VIDEO).set_input(stream)
    c.connect(b)
    assert c.source_pad(MediaType.VIDEO).input is None
    assert stream.consumers == ()


def test_encoder_bitrates_never_contradict_each_other() -> None:
    bitrates = EncoderBitrates("x", 300_000, 0, 0)
    assert bitrates.max_encoder_bitrate_bps == UNLIMITED_BPS
    bitrates.set_min(500_000)
    assert bitrates.encoder_bitrate_bps == 500_000
    bitrates.set_target(100_000)
    assert bitrates.encoder_bitrate_bps == 500_000
    bitrates.set_max(1_000_000)
    bitrates.set_target(2_000_000)
    assert bitrates.encoder_bitrate_bps == 1_000_000
    bitrates.set_max(600_000)
    assert bitrates.encoder_bitrate_bps == 600_000
    bitrates.set_max(1)
    assert bitrates.max_encoder_bitrate_bps == 500_000
    bitrates.set_min(10**9)
    assert bitrates.min_encoder_bitrate_bps == 500_000


async def test_statistics_only_with_latency_stats(
    pipeline: MediaPipeline, elements: list[MediaElement], clock: Any
) -> None:
    element = elements[0]
    assert element.get_stats() == {}
    pipeline.latency_stats = True
    stats = element.get_stats()
    assert list(stats) == [element.id]
    assert stats[element.id].timestamp_millis == 1_700_000_000_250
    pipeline.latency_stats = False
    assert element.get_stats() == {}
