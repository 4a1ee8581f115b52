"""Composite: who is shown where, and that nobody disturbs anybody."""

from __future__ import annotations

from itertools import pairwise

import av
import pytest

from kms_elements.hubs import Composite
from kms_elements.hubs.layout import Place, grid
from kms_trio.api import KurentoError, MediaType
from kms_trio.media.formats import RAW_VIDEO, Format, StreamKind, Want
from kms_trio.media.frames import EncodedFrame
from kms_trio.media.streams import EncodedStream, RawStream
from kms_trio.testing.elements import Bench
from tests.elements.hubs.stage import RAW, Source, Stage, is_black, number_at, open_stage

WIDTH, HEIGHT, INTERVAL_S, INTERVAL_TICKS = 320, 240, 0.04, 3600


@pytest.fixture
async def stage(bench: Bench) -> Stage:
    return await open_stage(bench, Composite, width=WIDTH, height=HEIGHT, framerate=25)


def shown(frame: av.VideoFrame, count: int) -> list[int | None]:
    """What the cells of a grid of `count` show."""
    return [number_at(frame, cell) for cell in grid(count, WIDTH, HEIGHT)]


async def test_an_empty_room_is_black(stage: Stage) -> None:
    tap = stage.tap(await stage.port(), MediaType.VIDEO)
    frames = await stage.pictures(tap, 3, INTERVAL_S)
    assert [(frame.width, frame.height) for frame in frames] == [(WIDTH, HEIGHT)] * 3
    assert all(is_black(frame, Place(0, 0, WIDTH, HEIGHT)) for frame in frames)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 9, 10])
async def test_grid(stage: Stage, count: int) -> None:
    sources = [Source(stage.bench) for _ in range(count)]
    ports = [await stage.port(source) for source in sources]
    tap = stage.tap(ports[0], MediaType.VIDEO)
    for number, source in enumerate(sources):
        source.show(number + 100)
    (frame,) = await stage.pictures(tap, 1, INTERVAL_S)
    assert shown(frame, count) == [number + 100 for number in range(count)]


async def test_all_ports_get_the_same_pictures(stage: Stage) -> None:
    source = Source(stage.bench)
    taps = [stage.tap(port, MediaType.VIDEO) for port in (await stage.port(source), await stage.port())]
    source.show(7)
    (frame,) = await stage.pictures(taps[0], 1, INTERVAL_S)
    assert taps[1].units[-1] is frame


async def test_one_encoder_for_all_ports(stage: Stage) -> None:
    source = Source(stage.bench)
    want = Want(StreamKind.RTP, (Format("VP8", 90_000),))
    ports = [await stage.port(source), await stage.port(), await stage.port()]
    taps = [stage.tap(port, MediaType.VIDEO, want) for port in ports]
    source.show(7)
    stage.timers.advance(INTERVAL_S)
    first = [(await tap.take(1))[0] for tap in taps]
    assert first[0] is first[1] is first[2]
    running = stage.bench.context.codecs.running
    assert [name for name in running if name.startswith("encode")] == ["encode VP8"]


async def test_only_who_sends_has_a_place(stage: Stage) -> None:
    silent, talker, late = (Source(stage.bench) for _ in range(3))
    ports = [await stage.port(source) for source in (silent, talker, late)]
    tap = stage.tap(ports[0], MediaType.VIDEO)
    talker.show(5)
    (frame,) = await stage.pictures(tap, 1, INTERVAL_S)
    assert shown(frame, 1) == [5]
    late.show(6)
    (frame,) = await stage.pictures(tap, 1, INTERVAL_S)
    assert shown(frame, 2) == [5, 6]
    silent.show(4)
    (frame,) = await stage.pictures(tap, 1, INTERVAL_S)
    assert shown(frame, 3) == [4, 5, 6], "in the order of the ports, not of their pictures"


async def test_proportions_are_kept(stage: Stage) -> None:
    source = Source(stage.bench)
    tap = stage.tap(await stage.port(source), MediaType.VIDEO)
    source.show(9, 320, 120)
    (frame,) = await stage.pictures(tap, 1, INTERVAL_S)
    assert number_at(frame, Place(0, 60, WIDTH, 120)) == 9
    assert is_black(frame, Place(0, 0, WIDTH, 60))
    assert is_black(frame, Place(0, 180, WIDTH, 60))
    source.show(10, 90, 180)
    (frame,) = await stage.pictures(tap, 1, INTERVAL_S)
    assert number_at(frame, Place(100, 0, 120, HEIGHT)) == 10
    assert is_black(frame, Place(0, 0, 98, HEIGHT))


async def test_joining_leaving_freezing_and_flooding_leave_the_others_alone(stage: Stage) -> None:
    steady, other = Source(stage.bench), Source(stage.bench)
    port = await stage.port(steady)
    tap = stage.tap(port, MediaType.VIDEO)
    number = 0

    async def go_on(count: int, cells: int, flood: int = 0) -> None:
        """For `count` frames, each shows what `steady` sent in the interval before."""
        nonlocal number
        for _ in range(count):
            number += 1
            steady.show(number)
            for extra in range(flood):
                other.show(extra % 1000)
            (frame,) = await stage.pictures(tap, 1, INTERVAL_S)
            assert shown(frame, cells)[0] == number

    await go_on(5, 1)
    second = await stage.port(other)
    await go_on(5, 1)  # joined, but no picture yet
    other.show(500)
    await go_on(5, 2)
    await go_on(100, 2)  # frozen
    assert shown(tap.units[-1], 2) == [number, 500], "the last picture stays"
    await go_on(5, 2, flood=300)
    await second.close()
    await go_on(5, 1)
    times = [frame.pts for frame in tap.units]
    assert {later - before for before, later in pairwise(times)} == {INTERVAL_TICKS}


async def test_missed_ticks_are_left_out(stage: Stage) -> None:
    source = Source(stage.bench)
    tap = stage.tap(await stage.port(source), MediaType.VIDEO)
    source.show(1)
    await stage.pictures(tap, 3, INTERVAL_S)
    begin = tap.units[-1].pts
    await stage.stall(10 * INTERVAL_S)
    await stage.pictures(tap, 3, INTERVAL_S)
    times = [(frame.pts - begin) // INTERVAL_TICKS for frame in tap.units[-4:]]
    assert times == [10, 11, 12, 13], "one picture for the time that was missed, and timestamps stay true"


async def test_a_new_source_takes_over_in_place(stage: Stage) -> None:
    first, neighbour = Source(stage.bench), Source(stage.bench)
    port = await stage.port(first)
    await stage.port(neighbour)
    tap = stage.tap(port, MediaType.VIDEO)
    first.show(1)
    neighbour.show(2)
    (frame,) = await stage.pictures(tap, 1, INTERVAL_S)
    assert shown(frame, 2) == [1, 2]
    replaced = RawStream(RAW_VIDEO)
    first.element.source_pad(MediaType.VIDEO).set_input(replaced)
    (frame,) = await stage.pictures(tap, 1, INTERVAL_S)
    assert shown(frame, 2) == [1, 2], "nobody moves while the new source begins"
    first.video = replaced
    first.show(3)
    (frame,) = await stage.pictures(tap, 1, INTERVAL_S)
    assert shown(frame, 2) == [3, 2]
    first.element.disconnect(port)
    (frame,) = await stage.pictures(tap, 1, INTERVAL_S)
    assert shown(frame, 1) == [2]


async def test_encoded_sources_are_decoded_while_somebody_looks(
    stage: Stage, encoded_numbers: list[EncodedFrame]
) -> None:
    video = EncodedStream(Format("VP8", 90_000))
    source = Source(stage.bench, video=video)
    port = await stage.port(source)
    video.push(encoded_numbers[0])
    assert stage.bench.context.codecs.running == ()
    assert port.is_media_flowing_in(MediaType.VIDEO), "what comes is noticed all the same"
    tap = stage.tap(port, MediaType.VIDEO)
    watcher = stage.bench.tap(source.element, MediaType.VIDEO, RAW)
    for encoded in encoded_numbers:
        video.push(encoded)
    await watcher.take(len(encoded_numbers))
    (frame,) = await stage.pictures(tap, 1, INTERVAL_S)
    assert shown(frame, 1) == [len(encoded_numbers) - 1]
    decoded = watcher.stream
    counts = [len(decoded.consumers)]
    port.source_pad(MediaType.VIDEO).unlink(tap.pad)
    counts.append(len(decoded.consumers))
    assert counts == [2, 1], "decoded once for both, and no more for who is gone"
    assert not stage.hub.pictures.ticker.running


async def test_flow(stage: Stage) -> None:
    source = Source(stage.bench)
    port = await stage.port(source)
    tap = stage.tap(port, MediaType.VIDEO)
    source.show(1)
    await stage.pictures(tap, 1, INTERVAL_S)
    assert port.is_media_flowing_in(MediaType.VIDEO)
    assert port.is_media_flowing_out(MediaType.VIDEO)
    for _ in range(130):
        await stage.pictures(tap, 1, INTERVAL_S)
    assert not port.is_media_flowing_in(MediaType.VIDEO)
    assert port.is_media_flowing_out(MediaType.VIDEO)


async def test_a_source_that_ends_is_let_go(stage: Stage) -> None:
    source = Source(stage.bench)
    tap = stage.tap(await stage.port(source), MediaType.VIDEO)
    source.show(1)
    await stage.pictures(tap, 1, INTERVAL_S)
    source.element.source_pad(MediaType.VIDEO).set_input(None)
    assert source.video.consumers == ()
    (frame,) = await stage.pictures(tap, 1, INTERVAL_S)
    assert is_black(frame, Place(0, 0, WIDTH, HEIGHT))


async def test_releasing_leaves_nothing_behind(stage: Stage) -> None:
    source = Source(stage.bench)
    port = await stage.port(source)
    tap = stage.tap(port, MediaType.VIDEO)
    source.show(1)
    await stage.pictures(tap, 1, INTERVAL_S)
    await port.close()
    await stage.hub.close()
    assert source.video.consumers == source.audio.consumers == ()
    assert tap.streams[-1] is None
    assert not stage.hub.pictures.ticker.running


@pytest.mark.parametrize(
    "parameters",
    [{"width": 0}, {"height": -1}, {"width": 100_000}, {"framerate": 0}, {"framerate": 1000}],
    ids=str,
)
async def test_impossible_pictures_are_refused(bench: Bench, parameters: dict[str, int]) -> None:
    with pytest.raises(KurentoError) as refused:
        await open_stage(bench, Composite, **parameters)
    assert refused.value.code == 40107
    assert next(iter(parameters)) in refused.value.message
