"""AlphaBlending: one master, others over and under it."""

from __future__ import annotations

from itertools import pairwise

import pytest

from kms_elements.hubs import AlphaBlending
from kms_elements.hubs.layout import Place
from kms_trio.api import KurentoError, MediaType
from kms_trio.testing.elements import Bench
from tests.elements.hubs.stage import Source, Stage, number_at, open_stage

WIDTH, HEIGHT, INTERVAL_S = 320, 240, 1 / 30
WHOLE = Place(0, 0, WIDTH, HEIGHT)
QUARTER = Place(WIDTH // 2, HEIGHT // 2, WIDTH // 2, HEIGHT // 2)


@pytest.fixture
async def stage(bench: Bench) -> Stage:
    return await open_stage(bench, AlphaBlending)


async def test_nothing_comes_before_the_master(stage: Stage) -> None:
    master, other = Source(stage.bench), Source(stage.bench)
    port, second = await stage.port(master), await stage.port(other)
    tap = stage.tap(second, MediaType.VIDEO)
    other.show(1)
    stage.timers.advance(1.0)
    stage.hub.set_master(port, 0)
    stage.timers.advance(1.0)
    master.show(2, WIDTH, HEIGHT)
    stage.timers.advance(INTERVAL_S)
    first = (await tap.take(1))[0]
    assert (first.width, first.height) == (WIDTH, HEIGHT)
    assert number_at(first, WHOLE) == 2, "who has no properties is not shown"


async def test_places_and_heights(stage: Stage) -> None:
    master, other, third = (Source(stage.bench) for _ in range(3))
    ports = [await stage.port(source) for source in (master, other, third)]
    stage.hub.set_master(ports[0], 1)
    stage.hub.set_port_properties(0.5, 0.5, 5, 0.5, 0.5, ports[1])
    stage.hub.set_port_properties(0.5, 0.5, 3, 0.5, 0.5, ports[2])
    tap = stage.tap(ports[0], MediaType.VIDEO)
    for number, source in enumerate((master, other, third)):
        source.show(number + 1, WIDTH, HEIGHT)
    (frame,) = await stage.pictures(tap, 1, INTERVAL_S)
    assert number_at(frame, QUARTER) == 2
    stage.hub.set_port_properties(0.5, 0.5, 7, 0.5, 0.5, ports[2])
    (frame,) = await stage.pictures(tap, 1, INTERVAL_S)
    assert number_at(frame, QUARTER) == 3
    stage.hub.set_port_properties(0.0, 0.0, 7, 0.5, 0.5, ports[2])
    (frame,) = await stage.pictures(tap, 1, INTERVAL_S)
    assert number_at(frame, QUARTER) == 2
    assert number_at(frame, Place(0, 0, WIDTH // 2, HEIGHT // 2)) == 3
    stage.hub.set_master(ports[0], 9)
    (frame,) = await stage.pictures(tap, 1, INTERVAL_S)
    assert number_at(frame, WHOLE) == 1


@pytest.mark.parametrize("x", [5, -5, 1.0, 1e300])
async def test_outside_is_nowhere(stage: Stage, x: float) -> None:
    master, other = Source(stage.bench), Source(stage.bench)
    ports = [await stage.port(source) for source in (master, other)]
    stage.hub.set_master(ports[0], 1)
    stage.hub.set_port_properties(x, 0.0, 5, 1.0, 1.0, ports[1])
    tap = stage.tap(ports[0], MediaType.VIDEO)
    master.show(1, WIDTH, HEIGHT)
    other.show(2)
    (frame,) = await stage.pictures(tap, 1, INTERVAL_S)
    assert number_at(frame, WHOLE) == 1


async def test_partly_outside_is_cut_off(stage: Stage) -> None:
    master, other = Source(stage.bench), Source(stage.bench)
    ports = [await stage.port(source) for source in (master, other)]
    stage.hub.set_master(ports[0], 1)
    stage.hub.set_port_properties(0.5, 0.5, 5, 1.0, 1.0, ports[1])
    tap = stage.tap(ports[0], MediaType.VIDEO)
    master.show(1, WIDTH, HEIGHT)
    other.show(0b11111_00000, WIDTH, HEIGHT)
    (frame,) = await stage.pictures(tap, 1, INTERVAL_S)
    corner = frame.to_ndarray(format="gray")[HEIGHT // 2 :, WIDTH // 2 :]
    assert (corner[: HEIGHT // 2, 10:-10] < 40).all(), "the upper left quarter of its picture"
    assert number_at(frame, Place(0, 0, WIDTH, HEIGHT // 2)) is None
    stage.hub.set_port_properties(-0.5, 0.0, 5, 1.0, 1.0, ports[1])
    (frame,) = await stage.pictures(tap, 1, INTERVAL_S)
    assert (frame.to_ndarray(format="gray")[: HEIGHT // 2, : WIDTH // 2 - 10] > 220).all(), "its right half"


async def test_the_output_follows_the_masters_size_and_rate(stage: Stage) -> None:
    master = Source(stage.bench)
    port = await stage.port(master)
    stage.hub.set_master(port, 0)
    tap = stage.tap(port, MediaType.VIDEO)
    for number in range(20):
        master.show(number, WIDTH, HEIGHT, ticks=6000)
        await stage.pass_time(1 / 15)  # more than one picture until the rate is known
    master.show(5, 640, 360, ticks=6000)
    last = tap.units[-1].pts
    frames = await stage.pictures(tap, 30, 1 / 15)
    assert (frames[-1].width, frames[-1].height) == (640, 360)
    assert {later.pts - before.pts for before, later in pairwise(frames)} == {6000}  # type: ignore[operator]  # pts is never None here
    assert frames[0].pts is not None
    assert frames[0].pts > last


async def test_a_frozen_master_stops_nobody(stage: Stage) -> None:
    master, other = Source(stage.bench), Source(stage.bench)
    ports = [await stage.port(source) for source in (master, other)]
    stage.hub.set_master(ports[0], 0)
    stage.hub.set_port_properties(0.5, 0.5, 5, 0.5, 0.5, ports[1])
    tap = stage.tap(ports[0], MediaType.VIDEO)
    master.show(1, WIDTH, HEIGHT)
    for number in range(60):
        other.show(number, WIDTH, HEIGHT)
        (frame,) = await stage.pictures(tap, 1, INTERVAL_S)
        assert number_at(frame, QUARTER) == number


async def test_the_master_leaves(stage: Stage) -> None:
    master, other = Source(stage.bench), Source(stage.bench)
    ports = [await stage.port(source) for source in (master, other)]
    stage.hub.set_master(ports[0], 0)
    tap = stage.tap(ports[1], MediaType.VIDEO)
    master.show(1, WIDTH, HEIGHT)
    await stage.pictures(tap, 2, INTERVAL_S)
    await ports[0].close()
    stage.timers.advance(1.0)
    stage.hub.set_master(ports[1], 0)
    other.show(2, 160, 120)
    (frame,) = await stage.pictures(tap, 1, INTERVAL_S)
    assert (frame.width, frame.height, number_at(frame, Place(0, 0, 160, 120))) == (160, 120, 2)


async def test_refusals(stage: Stage) -> None:
    stranger = await (await open_stage(stage.bench, AlphaBlending)).port()
    own = await stage.port()
    with pytest.raises(KurentoError) as refused:
        stage.hub.set_master(stranger, 1)
    assert refused.value.code == 40107
    for x, port in ((0.0, stranger), (float("nan"), own)):
        with pytest.raises(KurentoError) as refused:
            stage.hub.set_port_properties(x, 0.0, 1, 1.0, 1.0, port)
        assert refused.value.code == 40107
