"""ChromaFilter: a photographed person before green, blue and white screens."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kms_chroma.chroma_filter import CALIBRATION_PICTURES, ChromaFilter
from kms_chroma.generated.module import MODULE
from kms_chroma.generated.types import WindowParam
from kms_trio.codecs.pictures import Picture
from kms_trio.errors import ErrorCode, KurentoError
from tests.bundles.studio import Studio

Film = Callable[..., Any]
MakeImage = Callable[..., str]

WINDOW = WindowParam(top_right_corner_x=4, top_right_corner_y=4, width=40, height=40)
PURPLE = (160, 20, 160)
SCREENS = {"green": (60, 190, 40), "blue": (200, 70, 20), "red": (30, 30, 210), "white": (235, 235, 235)}


def scene(screen: tuple[int, int, int], seed: int = 0) -> Picture:
    """An orange ball and a dark one before an uneven, noisy screen."""
    rows, columns = np.mgrid[:240, :320]
    light = 0.85 + 0.15 * columns / 320
    picture = light[..., None] * np.array(screen, float)
    picture[(rows - 120) ** 2 + (columns - 200) ** 2 < 50**2] = (20, 140, 250)
    picture[(rows - 160) ** 2 + (columns - 90) ** 2 < 30**2] = (60, 40, 50)
    noise = np.random.default_rng(seed).normal(0, 3, picture.shape)
    return np.asarray(np.clip(picture + noise, 0, 255), np.uint8)


def is_near(pixels: Picture, colour: tuple[int, ...], tolerance: int = 30) -> Any:
    return np.abs(pixels.astype(int) - colour).max(axis=-1) <= tolerance


async def calibrate(camera: Any, picture: Picture) -> None:
    for _ in range(CALIBRATION_PICTURES):
        await camera.show(picture)


@pytest.mark.parametrize("screen", SCREENS)
async def test_the_image_shows_where_the_screen_was(film: Film, image: MakeImage, screen: str) -> None:
    camera = await film(ChromaFilter, MODULE, window=WINDOW, background_image=image((*PURPLE, 255)))
    await calibrate(camera, scene(SCREENS[screen]))
    seen = await camera.show(scene(SCREENS[screen], seed=1))
    replaced = is_near(seen, PURPLE)
    assert replaced[:60].mean() > 0.99
    assert replaced[200:].mean() > 0.99
    assert not replaced[100:140, 180:220].any()  # the orange ball
    assert not replaced[150:170, 80:100].any()  # the dark one
    assert is_near(seen[100:140, 180:220], (20, 140, 250), 40).all()


async def test_pictures_pass_while_the_colour_is_learnt(film: Film, image: MakeImage) -> None:
    camera = await film(ChromaFilter, MODULE, window=WINDOW, background_image=image((*PURPLE, 255)))
    for _ in range(CALIBRATION_PICTURES):
        assert not is_near(await camera.show(scene(SCREENS["green"])), PURPLE).any()
    assert is_near(await camera.show(scene(SCREENS["green"])), PURPLE)[:60].all()


async def test_the_image_is_set_and_unset(film: Film, image: MakeImage) -> None:
    camera = await film(ChromaFilter, MODULE, window=WINDOW)
    await calibrate(camera, scene(SCREENS["green"]))
    assert not is_near(await camera.show(scene(SCREENS["green"])), PURPLE).any()
    halves = np.zeros((10, 20, 4), np.uint8)
    halves[:, :10], halves[:, 10:] = (*PURPLE, 255), (255, 255, 255, 0)
    await camera.element.set_background(image(halves, 20, 10))
    seen = await camera.show(scene(SCREENS["green"]))
    assert is_near(seen[:60, :150], PURPLE).mean() > 0.99  # scaled over the whole picture
    assert is_near(seen[:60, 170:], (0, 0, 0)).mean() > 0.99  # nothing is black
    camera.element.unset_background()
    seen = await camera.show(scene(SCREENS["green"]))
    assert np.abs(seen.astype(int) - scene(SCREENS["green"])).mean() < 6


async def test_pictures_may_change_their_size(film: Film, image: MakeImage) -> None:
    camera = await film(ChromaFilter, MODULE, window=WINDOW, background_image=image((*PURPLE, 255)))
    await calibrate(camera, scene(SCREENS["green"]))
    for size in (slice(0, 120), slice(0, 31)):
        seen = await camera.show(scene(SCREENS["green"])[size, : size.stop])
        assert is_near(seen[:30, :30], PURPLE).all()
    assert camera.element.failures == 0


async def test_a_window_outside_of_the_video_changes_nothing(film: Film, image: MakeImage) -> None:
    window = WindowParam(top_right_corner_x=5000, top_right_corner_y=0, width=10, height=10)
    camera = await film(ChromaFilter, MODULE, window=window, background_image=image((*PURPLE, 255)))
    await calibrate(camera, scene(SCREENS["green"]))
    assert not is_near(await camera.show(scene(SCREENS["green"])), PURPLE).any()
    assert camera.element.failures == 0


@pytest.mark.parametrize("box", [(-1, 0, 8, 8), (0, -1, 8, 8), (0, 0, 0, 8), (0, 0, 8, -8)])
async def test_a_window_must_be_a_rectangle(film: Film, box: tuple[int, int, int, int]) -> None:
    left, top, width, height = box
    window = WindowParam(top_right_corner_x=left, top_right_corner_y=top, width=width, height=height)
    with pytest.raises(KurentoError, match="'window' must be a rectangle inside the video") as refused:
        await film(ChromaFilter, MODULE, window=window)
    assert refused.value.code == ErrorCode.MEDIA_OBJECT_ILLEGAL_PARAM_ERROR


async def test_an_image_that_is_missing_is_an_error(film: Film, image: MakeImage, tmp_path: Path) -> None:
    missing = f"{tmp_path.as_uri()}/none.png"
    with pytest.raises(KurentoError, match="No such file") as refused:
        await film(ChromaFilter, MODULE, window=WINDOW, background_image=missing)
    assert refused.value.code == ErrorCode.URI_PATH_FILE_NOT_FOUND
    camera = await film(ChromaFilter, MODULE, window=WINDOW, background_image=image((*PURPLE, 255)))
    await calibrate(camera, scene(SCREENS["green"]))
    with pytest.raises(KurentoError, match="No such file"):
        await camera.element.set_background(missing)
    assert is_near(await camera.show(scene(SCREENS["green"])), PURPLE)[:60].all()


async def test_without_opencv_it_says_what_is_missing(film: Film, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    with pytest.raises(KurentoError, match=r"ChromaFilter plugin not available: .*kms-chroma\[opencv\]") as refused:
        await film(ChromaFilter, MODULE, window=WINDOW)
    assert refused.value.code == ErrorCode.MEDIA_OBJECT_NOT_AVAILABLE


async def test_over_the_wire(studio: Studio, image: MakeImage) -> None:
    window = {"topRightCornerX": 4, "topRightCornerY": 4, "width": 40, "height": 40}
    for bad in ({**window, "width": "wide"}, {"width": 40}):
        with pytest.raises(KurentoError) as refused:
            await studio.create("chroma.ChromaFilter", window=bad)
        assert refused.value.code == ErrorCode.MARSHALL_ERROR
    chroma = await studio.create("ChromaFilter", window=window, backgroundImage=image((255, 255, 255, 255)))
    await studio.client.invoke(chroma, "setBackground", uri=image((*PURPLE, 255)))
    seen = (await studio.play(chroma, [scene(SCREENS["green"])] * 30))[-1]
    assert is_near(seen[:60], PURPLE, 60).mean() > 0.95
    assert not is_near(seen[100:140, 180:220], PURPLE, 60).any()
