"""GStreamerExample and OpenCVExample: edges and grey values, as OpenCV and as numpy see them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from kms_gstreamerexample.generated.module import MODULE as GSTREAMER
from kms_gstreamerexample.gstreamer_example import GStreamerExample
from kms_opencvexample.generated.module import MODULE as OPENCV
from kms_opencvexample.opencv_example import OpenCVExample
from kms_trio.codecs.pictures import Picture
from kms_trio.errors import ErrorCode, KurentoError
from tests.bundles.studio import Studio

Film = Callable[..., Any]

EXAMPLES = [(OpenCVExample, OPENCV), (GStreamerExample, GSTREAMER)]
EDGES, GREY = 0, 1


def scene(brightness: int = 255) -> Picture:
    """A blue wall with a red square and one that is hardly brighter than the wall."""
    picture = np.full((120, 160, 3), (200, 30, 30), np.uint8)
    picture[30:90, 20:70] = (20, 20, brightness)
    picture[30:90, 100:140] = (206, 36, 36)
    return picture


@pytest.fixture(params=EXAMPLES, ids=lambda pair: pair[0].__name__)
async def camera(request: pytest.FixtureRequest, film: Film) -> Any:
    return await film(*request.param)


def white(picture: Picture) -> Any:
    assert int(np.ptp(picture.astype(int), axis=2).max()) <= 6, "no colour is left"
    return picture[..., 0] > 200


async def test_edges_stand_where_the_brightness_changes(camera: Any) -> None:
    edges = white(await camera.show(scene()))
    for line in (edges[40:80, 17:23], edges[40:80, 67:73], edges[27:33, 30:60].T, edges[87:93, 30:60].T):
        assert line.any(axis=1).all()
    assert not edges[36:84, 26:64].any()
    assert not edges[:, 80:].any()  # the other square is too much like the wall


async def test_a_lower_threshold_shows_fainter_edges(camera: Any) -> None:
    camera.element.set_edge_threshold(10)
    edges = white(await camera.show(scene()))
    assert edges[40:80, 97:103].any(axis=1).all()
    camera.element.set_edge_threshold(255)
    assert not white(await camera.show(scene()))[:, 80:].any()


async def test_grey_values(camera: Any) -> None:
    camera.element.set_filter_type(GREY)
    shown = await camera.show(scene())
    white(shown)
    luma = scene()[60, (10, 40)].astype(float) @ (0.114, 0.587, 0.299)
    assert np.abs(shown[60, (10, 40), 0] - luma).max() <= 10
    camera.element.set_filter_type(EDGES)
    assert white(await camera.show(scene())).any()


async def test_sizes_may_be_odd_and_change(camera: Any) -> None:
    for height, width in ((120, 160), (63, 65), (2, 4)):
        seen = await camera.show(np.full((height, width, 3), 90, np.uint8))
        assert seen.shape[:2] in ((height, width), (height & ~1, width & ~1))
    assert camera.element.failures == 0


async def test_numbers_that_mean_nothing_are_refused(camera: Any) -> None:
    for method, value, text in [
        (camera.element.set_filter_type, 2, "'filterType' must be 0 for edges or 1 for grey values, not 2"),
        (camera.element.set_filter_type, -1, "'filterType' must be 0 for edges or 1 for grey values, not -1"),
        (camera.element.set_edge_threshold, 256, "'edgeValue' must be from 0 to 255, not 256"),
        (camera.element.set_edge_threshold, -1, "'edgeValue' must be from 0 to 255, not -1"),
    ]:
        with pytest.raises(KurentoError) as refused:
            method(value)
        assert (refused.value.code, refused.value.message) == (ErrorCode.MEDIA_OBJECT_ILLEGAL_PARAM_ERROR, text)
    assert white(await camera.show(scene())).any()


async def test_without_opencv_it_says_what_is_missing(film: Film, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    with pytest.raises(KurentoError, match=r"OpenCVExample plugin not available: .*opencv-python-headless") as refused:
        await film(OpenCVExample, OPENCV)
    assert refused.value.code == ErrorCode.MEDIA_OBJECT_NOT_AVAILABLE
    await film(GStreamerExample, GSTREAMER)


@pytest.mark.parametrize("type_name", ["opencvexample.OpenCVExample", "gstreamerexample.GStreamerExample"])
async def test_over_the_wire(studio: Studio, type_name: str) -> None:
    example = await studio.create(type_name)
    await studio.client.invoke(example, "setEdgeThreshold", edgeValue=50)
    for picture in await studio.play(example, [scene()] * 12):
        assert picture[40:80, 17:23].max(axis=(1, 2)).min() > 150
        assert picture[36:84, 28:62].mean() < 40
