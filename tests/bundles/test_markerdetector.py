"""ArMarkerdetector: markers on a photograph, straight, turned and bent."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from kms_markerdetector.ar_markerdetector import ArMarkerdetector
from kms_markerdetector.generated.module import MODULE
from kms_trio.codecs.pictures import Picture
from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.testing.elements import Bench
from tests.bundles.studio import Studio

Film = Callable[..., Any]
MakeImage = Callable[..., str]
Change = tuple[int, int, int]

PURPLE = (160, 20, 160)


def scene(*markers: tuple[int, int, int], turned: float = 0.0, background: Picture | None = None) -> Picture:
    """Markers (id, x and y of the middle), 80 pixels wide on white cards, turned by degrees."""
    picture = np.full((240, 400, 3), (90, 120, 110), np.uint8) if background is None else background.copy()
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_5X5_1000)
    for marker_id, x, y in markers:
        card = np.pad(cv2.aruco.generateImageMarker(dictionary, marker_id, 80), 14, constant_values=255)
        bend = cv2.getRotationMatrix2D((54, 54), turned, 1)
        bend[:, 2] += (x - 54, y - 54)
        size = (picture.shape[1], picture.shape[0])
        visible = cv2.warpAffine(np.full_like(card, 255), bend, size)
        laid = cv2.warpAffine(card, bend, size)
        picture = np.where(visible[..., None] > 0, laid[..., None], picture)
    return np.asarray(picture, np.uint8)


def counted(bench: Bench, element: Any) -> list[Change]:
    return [
        (event.marker_id, event.marker_count, event.marker_count_diff)
        for source, event in bench.events
        if source is element and type(event).__name__ == "MarkerCount"
    ]


def is_near(pixels: Picture, colour: tuple[int, ...], tolerance: int = 40) -> Any:
    return np.abs(pixels.astype(int) - colour).max(axis=-1) <= tolerance


@pytest.mark.parametrize("turned", [0, 30, 90, 200])
async def test_markers_are_counted(bench: Bench, film: Film, turned: float) -> None:
    camera = await film(ArMarkerdetector, MODULE)
    await camera.show(scene((7, 80, 100), (7, 200, 100), (999, 320, 130), turned=turned))
    assert counted(bench, camera.element) == [(7, 2, 2), (999, 1, 1)]


async def test_changes_are_told_once(bench: Bench, film: Film) -> None:
    camera = await film(ArMarkerdetector, MODULE)
    two, one, none = scene((7, 80, 100), (7, 200, 100)), scene((7, 80, 100)), scene()
    for picture in (one, one, two, two):
        await camera.show(picture, after_s=0.1)
    assert counted(bench, camera.element) == [(7, 1, 1), (7, 2, 1)]
    await camera.show(one, after_s=0.1)
    await camera.show(two, after_s=0.1)  # it was only hidden
    assert len(counted(bench, camera.element)) == 2
    for picture in (none, none, none, none):
        await camera.show(picture, after_s=0.15)
    assert counted(bench, camera.element)[2:] == [(7, 0, -2)]
    await camera.show(one, after_s=0.1)
    assert counted(bench, camera.element)[3:] == [(7, 1, 1)]


async def test_photographs_without_markers(bench: Bench, film: Film, astronaut: Picture) -> None:
    camera = await film(ArMarkerdetector, MODULE)
    seen = await camera.show(astronaut)
    assert np.abs(seen.astype(int) - astronaut).mean() < 4
    await camera.show(np.random.default_rng(3).integers(0, 255, (240, 320, 3)).astype(np.uint8))
    assert counted(bench, camera.element) == []
    await camera.show(scene((3, 100, 400), background=astronaut))
    assert counted(bench, camera.element) == [(3, 1, 1)]


@pytest.mark.parametrize("turned", [0, 45])
async def test_the_image_lies_over_the_marker(film: Film, image: MakeImage, turned: float) -> None:
    camera = await film(ArMarkerdetector, MODULE)
    await camera.element.set_overlay_image(image((*PURPLE, 255)))
    purple = is_near(await camera.show(scene((7, 120, 120), turned=turned)), PURPLE)
    assert purple[100:140, 100:140].all()
    assert abs(int(purple.sum()) - 80 * 80) < 600
    camera.element.set_overlay_scale(2.0)
    assert abs(int(is_near(await camera.show(scene((7, 120, 120), turned=turned)), PURPLE).sum()) - 160 * 160) < 1500
    await camera.element.set_overlay_image("")
    assert not is_near(await camera.show(scene((7, 120, 120), turned=turned)), PURPLE).any()


async def test_images_keep_their_proportions_and_transparency(film: Film, image: MakeImage) -> None:
    camera = await film(ArMarkerdetector, MODULE)
    pixels = np.full((10, 40, 4), (*PURPLE, 255), np.uint8)
    pixels[:, 20:, 3] = 0
    await camera.element.set_overlay_image(image(pixels, 40, 10))
    purple = is_near(await camera.show(scene((7, 120, 120))), PURPLE)
    rows, columns = np.nonzero(purple)
    assert abs(columns.min() - 80) <= 3
    assert abs(columns.max() - 120) <= 3
    assert abs(rows.min() - 110) <= 3
    assert abs(rows.max() - 130) <= 3


async def test_text_lies_over_the_marker(film: Film) -> None:
    camera = await film(ArMarkerdetector, MODULE)
    plain = await camera.show(scene((7, 120, 120)))
    camera.element.set_overlay_text("kms ü")
    written = await camera.show(scene((7, 120, 120)))
    changed = np.abs(written.astype(int) - plain).max(axis=-1) > 60
    assert changed[100:140, 80:160].sum() > 150
    assert not changed[:60].any()
    assert not changed[:, 200:].any()


async def test_debug_levels(film: Film) -> None:
    camera = await film(ArMarkerdetector, MODULE)
    green = (0, 255, 0)
    assert not is_near(await camera.show(scene((7, 120, 120))), green, 90).any()
    for level in (1, 2):
        camera.element.set_show_debug_level(level)
        seen = await camera.show(scene((7, 120, 120)))
        assert is_near(seen[80:160, 78:84], green, 90).any(axis=1).mean() > 0.8
    assert camera.element.failures == 0


async def test_what_was_set_can_be_asked_for(film: Film, image: MakeImage, tmp_path: Path) -> None:
    element = (await film(ArMarkerdetector, MODULE)).element
    assert (element.get_overlay_image(), element.get_overlay_text()) == ("", "")
    assert (element.get_overlay_scale(), element.get_show_debug_level()) == (1.0, 0)
    uri = image((*PURPLE, 255))
    await element.set_overlay_image(uri)
    with pytest.raises(KurentoError, match="No such file") as refused:
        await element.set_overlay_image(f"{tmp_path.as_uri()}/none.png")
    assert refused.value.code == ErrorCode.URI_PATH_FILE_NOT_FOUND
    for scale in (0.0, -1.0, float("nan"), 101.0):
        with pytest.raises(KurentoError, match="'overlayScale' must be above 0 and at most 100") as refused:
            element.set_overlay_scale(scale)
        assert refused.value.code == ErrorCode.MEDIA_OBJECT_ILLEGAL_PARAM_ERROR
    assert (element.get_overlay_image(), element.get_overlay_scale()) == (uri, 1.0)


async def test_markers_at_the_edge_and_odd_sizes(film: Film, image: MakeImage) -> None:
    camera = await film(ArMarkerdetector, MODULE)
    await camera.element.set_overlay_image(image((*PURPLE, 255)))
    camera.element.set_overlay_text("x" * 5000)
    camera.element.set_overlay_scale(100.0)
    for picture in (scene((7, 70, 70)), scene((7, 70, 70))[:131, :163]):
        assert is_near(await camera.show(picture), PURPLE).mean() > 0.2
    assert camera.element.failures == 0


async def test_without_opencv_it_says_what_is_missing(film: Film, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    with pytest.raises(KurentoError, match="ArMarkerdetector plugin not available") as refused:
        await film(ArMarkerdetector, MODULE)
    assert refused.value.code == ErrorCode.MEDIA_OBJECT_NOT_AVAILABLE


async def test_over_the_wire(studio: Studio, image: MakeImage) -> None:
    detector = await studio.create("markerdetector.ArMarkerdetector")
    client = studio.client
    await client.invoke(detector, "setOverlayImage", overlayImage=image((*PURPLE, 255)))
    await client.invoke(detector, "setOverlayScale", overlayScale=0.5)
    with pytest.raises(KurentoError) as refused:
        await client.invoke(detector, "setShowDebugLevel", showDebugLevel="high")
    assert refused.value.code == ErrorCode.MARSHALL_ERROR
    assert await client.invoke(detector, "getOverlayScale") == 0.5
    await client.subscribe(detector, "MarkerCount")
    seen = await studio.play(detector, [scene((7, 120, 120), (8, 280, 120))] * 15)
    assert is_near(seen[-1][105:135, 105:135], PURPLE, 60).all()
    counts = [each.data for each in studio.heard]
    assert [(each["markerId"], each["markerCount"], each["markerCountDiff"]) for each in counts] == [
        (7, 1, 1),
        (8, 1, 1),
    ]
