"""CrowdDetectorFilter: people, drawn as textured figures, who come, stand, walk and go."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from kms_crowddetector.crowd_detector_filter import CrowdDetectorFilter
from kms_crowddetector.generated.module import MODULE
from kms_crowddetector.generated.types import RegionOfInterest, RegionOfInterestConfig, RelativePoint
from kms_trio.codecs.pictures import Picture
from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.testing.elements import Bench
from tests.bundles.studio import Studio

Film = Callable[..., Any]

FULL = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
LEFT = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))
STEP_S = 0.1


def roi(name: str = "all", points: Sequence[tuple[float, float]] = FULL, **config: Any) -> RegionOfInterest:
    return RegionOfInterest(
        id=name,
        points=tuple(RelativePoint(x=x, y=y) for x, y in points),
        region_of_interest_config=RegionOfInterestConfig(**config),
    )


def street(*people: tuple[float, float, int, int], seed: int = 0) -> Picture:
    """A paved street, and people: x and y of the upper left corner, width, height."""
    paving = np.random.default_rng(100).integers(90, 130, (240, 320)).astype(float)
    picture = np.repeat(paving[..., None], 3, axis=2)
    clothes = np.random.default_rng(200).integers(0, 70, (240, 320, 3))
    for x, y, width, height in people:
        left, top = round(x), round(y)
        part = picture[max(0, top) : top + height, max(0, left) : left + width]
        part[:] = clothes[max(0, -top) :, max(0, -left) :][: part.shape[0], : part.shape[1]]
    noise = np.random.default_rng(seed).normal(0, 2, picture.shape)
    return np.asarray(np.clip(picture + noise, 0, 255), np.uint8)


def told(bench: Bench, element: Any, name: str) -> list[Any]:
    return [event for source, event in bench.events if source is element and type(event).__name__ == name]


def levels(bench: Bench, element: Any, kind: str) -> list[tuple[str, int]]:
    events = told(bench, element, f"CrowdDetector{kind.capitalize()}")
    return [(event.roi_id, getattr(event, f"{kind}_level")) for event in events]


async def walk(camera: Any, pictures: int, *people: tuple[float, float, int, int], step: tuple[float, float]) -> None:
    """Show people who go `step` pixels a picture."""
    for number in range(pictures):
        moved = [(x + step[0] * number, y + step[1] * number, width, height) for x, y, width, height in people]
        await camera.show(street(*moved, seed=number), after_s=STEP_S)


async def empty(camera: Any, pictures: int = 6) -> None:
    await walk(camera, pictures, step=(0, 0))


async def test_occupancy_rises_and_falls(bench: Bench, film: Film) -> None:
    camera = await film(CrowdDetectorFilter, MODULE, rois=[roi()])
    await empty(camera)
    assert levels(bench, camera.element, "occupancy") == []
    await walk(camera, 8, (20, 40, 100, 160), step=(0, 0))  # a fifth of the picture
    await walk(camera, 8, (20, 20, 140, 200), (170, 20, 140, 200), step=(0, 0))  # two thirds and more
    await empty(camera, 8)
    assert levels(bench, camera.element, "occupancy") == [("all", 1), ("all", 3), ("all", 0)]
    first, most, last = told(bench, camera.element, "CrowdDetectorOccupancy")
    assert abs(first.occupancy_percentage - 100 * 100 * 160 / (240 * 320)) < 5
    assert abs(most.occupancy_percentage - 100 * 280 * 200 / (240 * 320)) < 8
    assert last.occupancy_percentage < 5
    assert camera.element.failures == 0


async def test_a_level_is_told_after_some_pictures_in_a_row(bench: Bench, film: Film) -> None:
    patient, quick = roi("patient", occupancy_num_frames_to_event=6), roi("quick", occupancy_num_frames_to_event=2)
    camera = await film(CrowdDetectorFilter, MODULE, rois=[patient, quick])
    await empty(camera)
    for pictures in (1, 3):
        await walk(camera, pictures, (20, 40, 100, 160), step=(0, 0))
        await empty(camera, 3)
    assert levels(bench, camera.element, "occupancy") == [("quick", 1), ("quick", 0)]
    await walk(camera, 6, (20, 40, 100, 160), step=(0, 0))
    assert levels(bench, camera.element, "occupancy")[2:] == [("quick", 1), ("patient", 1)]


async def test_each_region_for_itself(bench: Bench, film: Film) -> None:
    right = tuple((x + 0.5, y) for x, y in LEFT)
    camera = await film(CrowdDetectorFilter, MODULE, rois=[roi("left", LEFT), roi("right", right)])
    await empty(camera)
    await walk(camera, 8, (190, 40, 100, 160), step=(0, 0))
    assert levels(bench, camera.element, "occupancy") == [("right", 2)]


async def test_fluidity_is_how_much_of_the_people_moves(bench: Bench, film: Film) -> None:
    camera = await film(CrowdDetectorFilter, MODULE, rois=[roi()])
    await empty(camera)
    await walk(camera, 8, (20, 60, 60, 140), step=(0, 0))
    assert levels(bench, camera.element, "fluidity") == []
    await walk(camera, 12, (20, 60, 60, 140), step=(6, 0))
    assert levels(bench, camera.element, "fluidity")[-1:] == [("all", 3)]
    await walk(camera, 12, (86, 60, 60, 140), step=(0, 0))
    assert levels(bench, camera.element, "fluidity")[-1:] == [("all", 0)]
    assert all(0 <= each.fluidity_percentage <= 100 for each in told(bench, camera.element, "CrowdDetectorFluidity"))


@pytest.mark.parametrize(("step", "angle"), [((6, 0), 0), ((0, -5), 90), ((-6, 0), 180), ((0, 5), 270), ((5, -5), 45)])
async def test_directions(bench: Bench, film: Film, step: tuple[int, int], angle: float) -> None:
    camera = await film(CrowdDetectorFilter, MODULE, rois=[roi(send_optical_flow_event=True)])
    await empty(camera)
    await walk(camera, 10, (130 - 5 * step[0], 90 - 5 * step[1], 60, 60), step=step)
    directions = told(bench, camera.element, "CrowdDetectorDirection")
    assert directions
    for event in directions[1:]:
        off = (event.direction_angle - angle + 180) % 360 - 180
        assert abs(off) < 20, event


async def test_an_offset_is_added_to_directions_and_they_can_be_off(bench: Bench, film: Film) -> None:
    turned, silent = roi("turned", send_optical_flow_event=True, optical_flow_angle_offset=350), roi("silent")
    camera = await film(CrowdDetectorFilter, MODULE, rois=[turned, silent])
    await empty(camera)
    await walk(camera, 10, (100, 90, 60, 60), step=(6, 0))
    directions = told(bench, camera.element, "CrowdDetectorDirection")
    assert {event.roi_id for event in directions} == {"turned"}
    assert abs(directions[-1].direction_angle - 350) < 20


async def test_people_who_stay_become_background(bench: Bench, film: Film) -> None:
    camera = await film(CrowdDetectorFilter, MODULE, rois=[roi()])
    await empty(camera)
    for number in range(80):
        await camera.show(street((20, 40, 100, 160), seed=number), after_s=0.9)
    assert levels(bench, camera.element, "occupancy") == [("all", 1), ("all", 0)]


async def test_sizes_may_change(bench: Bench, film: Film) -> None:
    camera = await film(CrowdDetectorFilter, MODULE, rois=[roi()])
    for size in (240, 120, 31):
        for number in range(3):
            await camera.show(street(seed=number)[:size, :size])
    camera.element.processing_width = 64
    await empty(camera)
    await walk(camera, 8, (20, 40, 100, 160), step=(0, 0))
    assert levels(bench, camera.element, "occupancy")[-1:] == [("all", 1)]
    assert camera.element.failures == 0


async def test_outlines_are_drawn(film: Film) -> None:
    camera = await film(CrowdDetectorFilter, MODULE, rois=[roi("left", LEFT)])
    seen = await camera.show(street())
    assert seen[:, 158:162].max(axis=(1, 2)).min() > 200


async def test_what_is_no_region_is_refused(film: Film) -> None:
    for bad, text in [
        (roi("x", FULL[:2]), "region 'x' must have at least 3 points, not 2"),
        (roi("x", ((0, 0), (1, 0), (1, 1.5))), "points of region 'x' must be from 0.0 to 1.0, not 1,1.5"),
        (roi("x", ((0, 0), (1, 0), (float("nan"), 0))), "points of region 'x' must be from 0.0 to 1.0"),
        (roi("x", occupancy_level_min=70), "occupancy levels of region 'x' must rise, from 0 to 100"),
        (roi("x", fluidity_level_max=101), "fluidity levels of region 'x' must rise, from 0 to 100"),
    ]:
        with pytest.raises(KurentoError, match=text) as refused:
            await film(CrowdDetectorFilter, MODULE, rois=[bad])
        assert refused.value.code == ErrorCode.MEDIA_OBJECT_ILLEGAL_PARAM_ERROR
    camera = await film(CrowdDetectorFilter, MODULE, rois=[])
    assert camera.element.processing_width == 320
    for width in (0, -1, 31, 4097):
        with pytest.raises(KurentoError, match="'processingWidth' must be from 32 to 4096 pixels"):
            camera.element.processing_width = width
    await camera.show(street())
    assert camera.element.failures == 0


async def test_without_opencv_it_says_what_is_missing(film: Film, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    with pytest.raises(KurentoError, match=r"plugin not available: .*kms-crowddetector\[opencv\]") as refused:
        await film(CrowdDetectorFilter, MODULE, rois=[])
    assert refused.value.code == ErrorCode.MEDIA_OBJECT_NOT_AVAILABLE


async def test_over_the_wire(studio: Studio) -> None:
    points = [{"x": x, "y": y} for x, y in FULL]
    config = {"occupancyNumFramesToEvent": 2, "fluidityNumFramesToEvent": 2, "sendOpticalFlowEvent": True}
    region = {"id": "all", "points": points, "regionOfInterestConfig": config}
    for bad in ({**region, "points": [{"x": "left", "y": 0}]}, {"id": "all", "points": points}):
        with pytest.raises(KurentoError) as refused:
            await studio.create("CrowdDetectorFilter", rois=[bad])
        assert refused.value.code == ErrorCode.MARSHALL_ERROR
    detector = await studio.create("crowddetector.CrowdDetectorFilter", rois=[region])
    await studio.client.invoke(detector, "setProcessingWidth", processingWidth=160)
    assert await studio.client.invoke(detector, "getProcessingWidth") == 160
    names = ("CrowdDetectorOccupancy", "CrowdDetectorFluidity", "CrowdDetectorDirection")
    await studio.client.subscribe(detector, *names)
    walking = [street((10 + 5 * number, 40, 100, 160), seed=number) for number in range(30)]
    await studio.play(detector, [street(seed=number) for number in range(10)] + walking)
    heard = {each.name: each.data for each in studio.heard}
    assert set(names) <= set(heard)
    assert {data["roiId"] for data in heard.values()} == {"all"}
    assert heard["CrowdDetectorOccupancy"]["occupancyLevel"] == 1
    assert abs((heard["CrowdDetectorDirection"]["directionAngle"] + 180) % 360 - 180) < 30
