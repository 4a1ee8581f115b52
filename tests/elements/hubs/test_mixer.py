"""Mixer: media from port to port as told."""

from __future__ import annotations

import pytest

from kms_elements.hubs import Mixer
from kms_trio.api import KurentoError, MediaType
from kms_trio.media.formats import Format, StreamKind, Want
from kms_trio.media.frames import EncodedFrame
from kms_trio.media.streams import EncodedStream
from kms_trio.testing.elements import Bench
from tests.elements.hubs.stage import Source, Stage, left, open_stage, strength

VP8 = Format("VP8", 90_000)


@pytest.fixture
async def stage(bench: Bench) -> Stage:
    return await open_stage(bench, Mixer)


async def test_audio_of_the_connected_ports_is_mixed(stage: Stage) -> None:
    pitches = [400.0, 700.0, 1100.0]
    sources = [Source(stage.bench) for _ in pitches]
    ports = [await stage.port(source) for source in sources]
    voices = dict(zip(sources, pitches, strict=True))
    stage.hub.connect(MediaType.AUDIO, ports[0], ports[2])
    stage.hub.connect(MediaType.AUDIO, ports[1], ports[2])
    tap = stage.tap(ports[2], MediaType.AUDIO)
    samples = left((await stage.sounds(tap, 30, voices))[10:])
    assert [strength(samples, pitch) > 7000 for pitch in pitches] == [True, True, False]
    stage.hub.disconnect(MediaType.AUDIO, ports[0], ports[2])
    samples = left((await stage.sounds(tap, 30, voices))[10:])
    assert [strength(samples, pitch) > 7000 for pitch in pitches] == [False, True, False]
    stage.hub.connect(MediaType.AUDIO, ports[2], ports[2])
    samples = left((await stage.sounds(tap, 30, voices))[10:])
    assert [strength(samples, pitch) > 7000 for pitch in pitches] == [False, True, True], "oneself, if told so"
    await ports[1].close()
    samples = left((await stage.sounds(tap, 30, voices))[10:])
    assert [strength(samples, pitch) > 7000 for pitch in pitches] == [False, False, True]


async def test_video_is_switched_as_it_is(stage: Stage) -> None:
    videos = [EncodedStream(VP8), EncodedStream(VP8)]
    ports = [await stage.port(Source(stage.bench, video=video)) for video in videos]
    sink = await stage.port()
    tap = stage.tap(sink, MediaType.VIDEO, Want(StreamKind.ENCODED, (VP8,)))
    stage.hub.connect(MediaType.VIDEO, ports[0], sink)
    first, second = EncodedFrame(b"1", 0, True), EncodedFrame(b"2", 0, True)
    videos[0].push(first)
    videos[1].push(second)
    stage.hub.connect(MediaType.VIDEO, ports[1], sink)
    videos[0].push(first)
    videos[1].push(second)
    assert tap.units == [first, second], "one source a sink, the one connected last"


async def test_refusals(stage: Stage) -> None:
    one, other = await stage.port(), await stage.port()
    stranger = await (await open_stage(stage.bench, Mixer)).port()
    refusals = [
        (stage.hub.disconnect, MediaType.VIDEO, other, (40005, "Video disconnection is not implemented yet")),
        (stage.hub.connect, MediaType.DATA, other, (40005, "Invalid media type")),
        (stage.hub.disconnect, MediaType.DATA, other, (40005, "Invalid media type")),
        (stage.hub.disconnect, MediaType.AUDIO, other, (40004, "The ports are not connected")),
        (stage.hub.connect, MediaType.AUDIO, stranger, (40004, "The port belongs to another hub")),
        (stage.hub.connect, MediaType.VIDEO, stranger, (40004, "The port belongs to another hub")),
    ]
    for operation, media, sink, expected in refusals:
        with pytest.raises(KurentoError) as refused:
            operation(media, one, sink)
        assert (refused.value.code, refused.value.message) == expected


async def test_releasing_leaves_nothing_behind(stage: Stage) -> None:
    source = Source(stage.bench)
    port, sink = await stage.port(source), await stage.port()
    for media in (MediaType.AUDIO, MediaType.VIDEO):
        stage.hub.connect(media, port, sink)
    taps = [stage.tap(sink, media) for media in (MediaType.AUDIO, MediaType.VIDEO)]
    await stage.sounds(taps[0], 2)
    for each in (port, sink):
        await each.close()
    await stage.hub.close()
    assert source.video.consumers == source.audio.consumers == ()
    assert [tap.streams[-1] for tap in taps] == [None, None]
