"""Dispatcher and DispatcherOneToMany: streams change ports, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from kms_elements.hubs import Dispatcher, DispatcherOneToMany
from kms_elements.hubs.layout import Place
from kms_trio.api import HubPort, MediaType
from kms_trio.media.formats import Format, StreamKind, Want
from kms_trio.media.frames import EncodedFrame
from kms_trio.media.streams import EncodedStream, Stream
from kms_trio.testing.elements import Bench
from tests.elements.hubs.stage import Source, Stage, number_at, open_stage

VP8, H264, OPUS = Format("VP8", 90_000), Format("H264", 90_000), Format("OPUS", 48_000, 2)
BOTH = (MediaType.AUDIO, MediaType.VIDEO)


@pytest.fixture
async def stage(bench: Bench) -> Stage:
    return await open_stage(bench, Dispatcher)


@pytest.fixture
async def one_to_many(bench: Bench) -> Stage:
    return await open_stage(bench, DispatcherOneToMany)


def source(stage: Stage) -> Source:
    return Source(stage.bench, audio=EncodedStream(OPUS), video=EncodedStream(VP8))


def given(port: HubPort) -> list[Stream[object] | None]:
    """The streams that a port gives."""
    return [port.source_pad(media_type).input for media_type in BOTH]


async def test_the_very_streams_are_handed_on(stage: Stage) -> None:
    sources = [source(stage), source(stage)]
    ports = [await stage.port(each) for each in sources]
    sink = await stage.port()
    assert given(sink) == [None, None]
    stage.hub.connect(ports[0], sink)
    assert given(sink) == [sources[0].audio, sources[0].video]
    stage.hub.connect(ports[1], sink)
    assert given(sink) == [sources[1].audio, sources[1].video]
    stage.hub.connect(ports[0], ports[0])
    stage.hub.connect(ports[0], ports[1])
    assert given(ports[0]) == given(ports[1]) == [sources[0].audio, sources[0].video]


async def test_connections_come_before_and_stay_after_the_media(stage: Stage) -> None:
    origin = source(stage)
    port, sink = await stage.port(), await stage.port()
    stage.hub.connect(port, sink)
    origin.element.connect(port)
    assert given(sink) == [origin.audio, origin.video]
    other = EncodedStream(H264)
    origin.element.source_pad(MediaType.VIDEO).set_input(other)
    assert given(sink) == [origin.audio, other]
    origin.element.disconnect(port)
    assert given(sink) == [None, None]


async def test_a_port_that_goes(stage: Stage) -> None:
    origin = source(stage)
    port, sink, other = await stage.port(origin), await stage.port(), await stage.port()
    stage.hub.connect(port, sink)
    stage.hub.connect(port, other)
    await other.close()
    assert given(sink) == [origin.audio, origin.video]
    await port.close()
    assert given(sink) == [None, None]
    assert origin.audio.consumers == origin.video.consumers == ()


async def test_one_transcoder_for_all_ports_that_give_the_stream(
    one_to_many: Stage, encoded_numbers: Sequence[EncodedFrame]
) -> None:
    origin = source(one_to_many)
    ports = [await one_to_many.port(origin), await one_to_many.port(), await one_to_many.port()]
    one_to_many.hub.set_source(ports[0])
    taps = [one_to_many.tap(port, MediaType.VIDEO, Want(StreamKind.RTP, (H264,))) for port in ports]
    pictures = one_to_many.tap(ports[1], MediaType.VIDEO)
    for frame in encoded_numbers:
        origin.video.push(frame)
    first = [(await tap.take(1))[0] for tap in taps]
    assert first[0] is first[1] is first[2]
    assert one_to_many.bench.context.codecs.running == ("decode VP8", "encode H264")
    decoded = await pictures.take(len(encoded_numbers))
    assert [number_at(frame, Place(0, 0, 160, 120)) for frame in decoded] == list(range(len(encoded_numbers)))


async def test_flow(stage: Stage) -> None:
    origin = source(stage)
    port, sink = await stage.port(origin), await stage.port()
    stage.hub.connect(port, sink)
    frame = EncodedFrame(b"x", 0, True)
    origin.video.push(frame)
    assert port.is_media_flowing_in(MediaType.VIDEO)
    assert not port.is_media_flowing_in(MediaType.AUDIO)
    assert not sink.is_media_flowing_out(MediaType.VIDEO), "nobody takes it"
    tap = stage.tap(sink, MediaType.VIDEO, Want(StreamKind.ENCODED, (VP8,)))
    origin.video.push(frame)
    assert sink.is_media_flowing_out(MediaType.VIDEO)
    assert tap.units == [frame]
    stage.timers.advance(5.0)
    assert not port.is_media_flowing_in(MediaType.VIDEO)
    assert not sink.is_media_flowing_out(MediaType.VIDEO)


async def test_one_to_many(one_to_many: Stage) -> None:
    sources = [source(one_to_many), source(one_to_many)]
    ports = [await one_to_many.port(each) for each in sources]
    hub = one_to_many.hub
    hub.set_source(ports[0])
    late = await one_to_many.port()
    everywhere = [*ports, late]
    assert [given(port) for port in everywhere] == [[sources[0].audio, sources[0].video]] * 3
    hub.set_source(ports[1])
    assert [given(port) for port in everywhere] == [[sources[1].audio, sources[1].video]] * 3
    hub.remove_source()
    assert [given(port) for port in everywhere] == [[None, None]] * 3
    hub.set_source(ports[1])
    await ports[1].close()
    assert given(late) == [None, None]
    assert given(await one_to_many.port()) == [None, None]


async def test_ports_of_other_hubs_change_nothing(stage: Stage, one_to_many: Stage) -> None:
    mine, foreign = await stage.port(source(stage)), await one_to_many.port(source(one_to_many))
    sink = await stage.port()
    stage.hub.connect(mine, sink)
    before = given(sink)
    stage.hub.connect(foreign, sink)
    stage.hub.connect(mine, foreign)
    assert given(sink) == before
    assert given(foreign) == [None, None]
    one_to_many.hub.set_source(mine)
    assert given(foreign) == [None, None]
