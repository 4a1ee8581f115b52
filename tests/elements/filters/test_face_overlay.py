"""FaceOverlayFilter on a photograph."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from kms_filters.face_overlay import FaceOverlayFilter
from kms_trio.codecs.pictures import Picture
from kms_trio.errors import ErrorCode, KurentoError

Film = Callable[..., Any]
MakeImage = Callable[..., str]

GREEN = (0, 255, 0)
#: In the photograph: middle of the face, and a place far from it.
FACE, ELSEWHERE = (slice(100, 130), slice(205, 240)), (slice(400, 430), slice(40, 80))


def is_green(pixels: Picture) -> bool:
    return bool(np.abs(pixels.astype(int) - GREEN).max() <= 12)


def extent(picture: Picture) -> tuple[int, int, int, int]:
    rows, columns = np.nonzero(np.abs(picture.astype(int) - GREEN).max(axis=2) <= 12)
    return int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1


async def test_the_image_lies_over_the_face(film: Film, image: MakeImage, astronaut: Picture) -> None:
    camera = await film(FaceOverlayFilter)
    await camera.element.set_overlayed_image(image((*GREEN, 255)), 0.0, 0.0, 1.0, 1.0)
    seen = await camera.show(astronaut)
    assert is_green(seen[FACE])
    assert np.abs(seen[ELSEWHERE].astype(int) - astronaut[ELSEWHERE]).max() < 40
    left, top, right, bottom = extent(seen)
    assert 140 < left < 190
    assert 40 < top < 90
    assert 70 < right - left < 160
    assert abs((right - left) - (bottom - top)) <= 2


async def test_place_and_size_are_shares_of_the_face(film: Film, image: MakeImage, astronaut: Picture) -> None:
    camera = await film(FaceOverlayFilter)
    uri = image((*GREEN, 255))
    await camera.element.set_overlayed_image(uri, 0.0, 0.0, 1.0, 1.0)
    left, top, right, bottom = extent(await camera.show(astronaut))
    width, height = right - left, bottom - top
    await camera.element.set_overlayed_image(uri, 0.5, -0.25, 1.5, 0.5)
    moved = extent(await camera.show(astronaut))
    expected = (left + width / 2, top - height / 4, left + 2 * width, top + height / 4)
    assert np.abs(np.subtract(moved, expected)).max() <= 8


async def test_the_image_follows_a_face_that_moves(film: Film, image: MakeImage, astronaut: Picture) -> None:
    camera = await film(FaceOverlayFilter)
    await camera.element.set_overlayed_image(image((*GREEN, 255)), 0.0, 0.0, 1.0, 1.0)
    before = extent(await camera.show(astronaut))
    for step in range(1, 11):
        moved = np.roll(astronaut, (6 * step, 10 * step), axis=(0, 1))
        after = extent(await camera.show(moved, after_s=0.04))
        assert np.abs(np.subtract(after, before) - np.multiply((10, 6, 10, 6), step)).max() <= 20


async def test_a_face_that_goes_is_held_for_a_moment_only(film: Film, image: MakeImage, astronaut: Picture) -> None:
    camera = await film(FaceOverlayFilter)
    await camera.element.set_overlayed_image(image((*GREEN, 255)), 0.0, 0.0, 1.0, 1.0)
    empty = np.full_like(astronaut, 90)
    assert is_green((await camera.show(astronaut))[FACE])
    assert is_green((await camera.show(empty, after_s=0.1))[FACE])
    assert not is_green((await camera.show(empty, after_s=0.4))[FACE])


async def test_without_an_image_pictures_pass(film: Film, image: MakeImage, astronaut: Picture) -> None:
    camera = await film(FaceOverlayFilter)
    before = await camera.show(astronaut)
    await camera.element.set_overlayed_image(image((*GREEN, 255)), 0.0, 0.0, 1.0, 1.0)
    assert is_green((await camera.show(astronaut))[FACE])
    camera.element.unset_overlayed_image()
    assert (await camera.show(astronaut) == before).all()


async def test_without_opencv_it_says_what_is_missing(film: Film, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    with pytest.raises(KurentoError, match="opencv-python-headless") as refused:
        await film(FaceOverlayFilter)
    assert refused.value.code == ErrorCode.MEDIA_OBJECT_NOT_AVAILABLE
    assert "FaceOverlayFilter plugin not available" in refused.value.message
