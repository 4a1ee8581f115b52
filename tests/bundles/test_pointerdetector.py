"""PointerDetectorFilter: a green ball that is moved over a photograph-like scene, into windows and out of them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kms_pointerdetector.generated.module import MODULE
from kms_pointerdetector.generated.types import PointerDetectorWindowMediaParam, WindowParam
from kms_pointerdetector.pointer_detector_filter import PointerDetectorFilter
from kms_trio.codecs.pictures import Picture
from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.testing.elements import Bench
from tests.bundles.studio import Studio

Film = Callable[..., Any]
MakeImage = Callable[..., str]

REGION = WindowParam(top_right_corner_x=10, top_right_corner_y=10, width=30, height=30)
HELD = (25, 25)  # in the middle of the region
GREEN, RED = (40, 200, 60), (0, 0, 255)


def window(name: str, left: int, top: int, size: int = 80, **more: Any) -> PointerDetectorWindowMediaParam:
    return PointerDetectorWindowMediaParam(
        id=name, upper_right_x=left, upper_right_y=top, width=size, height=size, **more
    )


def scene(ball: tuple[int, int] | None, seed: int = 0) -> Picture:
    """A brownish room with a blue thing in it, and the ball at a place."""
    rows, columns = np.mgrid[:240, :320]
    picture = np.dstack((70 + columns / 8, 90 + columns / 8, 130 + rows / 8))
    picture[180:230, 250:310] = (190, 90, 40)
    if ball is not None:
        picture[(columns - ball[0]) ** 2 + (rows - ball[1]) ** 2 < 18**2] = GREEN
    noise = np.random.default_rng(seed).normal(0, 3, picture.shape)
    return np.asarray(np.clip(picture + noise, 0, 255), np.uint8)


def told(bench: Bench, element: Any) -> list[tuple[str, str]]:
    return [
        (type(event).__name__, event.window_id)
        for source, event in bench.events
        if source is element and type(event).__name__ in ("WindowIn", "WindowOut")
    ]


def is_near(pixels: Picture, colour: tuple[int, ...], tolerance: int = 40) -> Any:
    return np.abs(pixels.astype(int) - colour).max(axis=-1) <= tolerance


async def held_up(film: Film, *windows: PointerDetectorWindowMediaParam) -> Any:
    """A filter that knows the ball."""
    camera = await film(PointerDetectorFilter, MODULE, calibration_region=REGION, windows=windows)
    camera.element.track_color_from_calibration_region()
    await camera.show(scene(HELD))
    return camera


async def test_entering_and_leaving_windows(bench: Bench, film: Film) -> None:
    camera = await held_up(film, window("left", 60, 60), window("right", 200, 60))
    for x in range(30, 310, 20):
        await camera.show(scene((x, 100), seed=x), after_s=0.05)
    assert told(bench, camera.element) == [
        ("WindowIn", "left"),
        ("WindowOut", "left"),
        ("WindowIn", "right"),
        ("WindowOut", "right"),
    ]


async def test_windows_may_overlap(bench: Bench, film: Film) -> None:
    camera = await held_up(film, window("large", 60, 60, 160), window("small", 100, 80, 60))
    for x in (130, 190, 290):
        await camera.show(scene((x, 100)), after_s=0.05)
    assert told(bench, camera.element) == [
        ("WindowIn", "large"),
        ("WindowIn", "small"),
        ("WindowOut", "small"),
        ("WindowOut", "large"),
    ]


async def test_a_pointer_that_is_lost_leaves_after_a_moment(bench: Bench, film: Film) -> None:
    camera = await held_up(film, window("one", 60, 60))
    await camera.show(scene((100, 100)), after_s=0.1)
    await camera.show(scene(None), after_s=0.1)
    assert told(bench, camera.element) == [("WindowIn", "one")]
    await camera.show(scene(None), after_s=0.6)
    assert told(bench, camera.element) == [("WindowIn", "one"), ("WindowOut", "one")]


async def test_nothing_is_followed_before_the_colour_was_taken(bench: Bench, film: Film) -> None:
    camera = await film(PointerDetectorFilter, MODULE, calibration_region=REGION, windows=[window("one", 60, 60)])
    seen = await camera.show(scene((100, 100)))
    assert told(bench, camera.element) == []
    assert is_near(seen[10:40, 10], RED, 90).mean() > 0.8  # the region's frame shows where to hold the thing
    camera.element.track_color_from_calibration_region()
    seen = await camera.show(scene(HELD))
    assert not is_near(seen[10:40, 10], RED, 90).any()
    await camera.show(scene((100, 100)))
    assert told(bench, camera.element) == [("WindowIn", "one")]


async def test_a_region_without_colours_is_not_followed(bench: Bench, film: Film) -> None:
    camera = await film(PointerDetectorFilter, MODULE, calibration_region=REGION, windows=[window("one", 60, 60)])
    camera.element.track_color_from_calibration_region()
    await camera.show(np.full((240, 320, 3), 128, np.uint8))
    await camera.show(scene((100, 100)))
    assert told(bench, camera.element) == []
    assert camera.element.failures == 0


async def test_images_of_windows(film: Film, image: MakeImage) -> None:
    blue, white = image((255, 0, 0, 255)), image((255, 255, 255, 255))
    one = window("one", 60, 60, image=blue, active_image=white)
    camera = await held_up(film, one, window("half", 200, 60, image=white, image_transparency=0.5))
    seen = await camera.show(scene((25, 200)))
    assert is_near(seen[64:136, 64:136], (255, 0, 0)).all()
    below = scene((25, 200))[70:130, 210:270].astype(float).mean(axis=(0, 1))
    assert np.abs(seen[70:130, 210:270].mean(axis=(0, 1)) - (below + 255) / 2).max() < 12
    seen = await camera.show(scene((100, 100)))
    assert is_near(seen[64:90, 64:136], (255, 255, 255)).all()


async def test_windows_come_and_go(bench: Bench, film: Film, image: MakeImage) -> None:
    camera = await held_up(film)
    blue = image((255, 0, 0, 255))
    for name, left in (("a", 60), ("b", 200)):
        await camera.element.add_window(window(name, left, 60, image=blue))
    await camera.element.add_window(window("a", 60, 150, image=blue))  # it moves
    seen = await camera.show(scene((25, 200)))
    assert not is_near(seen[64:136, 64:136], (255, 0, 0)).any()
    assert is_near(seen[154:226, 64:136], (255, 0, 0)).all()
    anew = await held_up(film, window("old", 0, 0))
    await anew.element.restore(json.loads(json.dumps(camera.element.state())))
    assert anew.element.state() == camera.element.state()
    assert np.array_equal(await anew.show(scene((25, 200))), seen)
    camera.element.remove_window("a")
    camera.element.remove_window("unknown")
    seen = await camera.show(scene((25, 200)))
    assert not is_near(seen[154:226, 64:136], (255, 0, 0)).any()
    assert is_near(seen[64:136, 204:276], (255, 0, 0)).all()
    camera.element.clear_windows()
    assert camera.element.state() == {"windows": []}
    await camera.show(scene((240, 100)))
    assert told(bench, camera.element) == []


async def test_what_is_no_window_is_refused(film: Film, tmp_path: Path) -> None:
    camera = await held_up(film)
    for bad, text in [
        (window("x", -1, 0), "window 'x' must be a rectangle inside the video, not 80x80 at -1,0"),
        (window("x", 0, 0, 0), "window 'x' must be a rectangle inside the video, not 0x0 at 0,0"),
        (window("x", 0, 0, 2**31 - 1), "must be a rectangle"),
        (window("x", 0, 0, image_transparency=1.5), "'imageTransparency' must be from 0.0 to 1.0, not 1.5"),
        (window("x", 0, 0, image_transparency=float("nan")), "'imageTransparency' must be from 0.0 to 1.0"),
    ]:
        with pytest.raises(KurentoError, match=text) as refused:
            await camera.element.add_window(bad)
        assert refused.value.code == ErrorCode.MEDIA_OBJECT_ILLEGAL_PARAM_ERROR
    missing = window("x", 0, 0, active_image=f"{tmp_path.as_uri()}/none.png")
    with pytest.raises(KurentoError, match="No such file"):
        await camera.element.add_window(missing)
    with pytest.raises(KurentoError, match="No such file"):
        await film(PointerDetectorFilter, MODULE, calibration_region=REGION, windows=[missing])
    none = WindowParam(top_right_corner_x=0, top_right_corner_y=0, width=0, height=1)
    with pytest.raises(KurentoError, match="calibrationRegion must be a rectangle"):
        await film(PointerDetectorFilter, MODULE, calibration_region=none)


async def test_without_opencv_it_says_what_is_missing(film: Film, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    with pytest.raises(KurentoError, match=r"plugin not available: .*kms-pointerdetector\[opencv\]") as refused:
        await film(PointerDetectorFilter, MODULE, calibration_region=REGION)
    assert refused.value.code == ErrorCode.MEDIA_OBJECT_NOT_AVAILABLE


async def test_over_the_wire(studio: Studio) -> None:
    region = {"topRightCornerX": 10, "topRightCornerY": 10, "width": 30, "height": 30}
    right = {"id": "right", "upperRightX": 200, "upperRightY": 60, "width": 80, "height": 80}
    with pytest.raises(KurentoError) as refused:
        await studio.create("PointerDetectorFilter", calibrationRegion=region, windows=[{**right, "width": "wide"}])
    assert refused.value.code == ErrorCode.MARSHALL_ERROR
    detector = await studio.create("pointerdetector.PointerDetectorFilter", calibrationRegion=region)
    client = studio.client
    for name, left in (("left", 60), ("gone", 60), ("right", 200)):
        await client.invoke(detector, "addWindow", window={**right, "id": name, "upperRightX": left})
    await client.invoke(detector, "removeWindow", windowId="gone")
    await client.subscribe(detector, "WindowIn", "WindowOut")
    await client.invoke(detector, "trackColorFromCalibrationRegion")
    places = [place for place in (HELD, (100, 100), (240, 100), (25, 200)) for _ in range(12)]
    seen = await studio.play(detector, [scene(place) for place in places])
    assert is_near(seen[-1][195:205, 20:30], RED, 100).any()  # the pointer's mark
    events = [(each.name, each.data["windowId"]) for each in studio.heard]
    assert events == [("WindowIn", "left"), ("WindowOut", "left"), ("WindowIn", "right"), ("WindowOut", "right")]
