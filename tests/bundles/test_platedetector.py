"""PlateDetectorFilter: plates in a font that it does not know, on a photograph, with noise and blur."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from kms_platedetector.generated.module import MODULE
from kms_platedetector.plate_detector_filter import PlateDetectorFilter
from kms_platedetector.plates import PlateReader
from kms_platedetector.sightings import Sightings
from kms_trio.codecs.images import decode_image
from kms_trio.codecs.pictures import Picture
from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.testing.elements import Bench
from tests.bundles.studio import Studio

Film = Callable[..., Any]

#: Texts that are read in each of the pictures below.
PLATES = ["3374BSX", "8063SBW", "5178FHW", "1100MPV", "HKL402"]


@pytest.fixture(scope="module")
def cup() -> Picture:
    """A photograph of a cup of coffee, as 640 x 426 pixels."""
    package = find_spec("skimage")
    assert package is not None
    assert package.submodule_search_locations
    photograph = decode_image(Path(package.submodule_search_locations[0], "data", "coffee.png").read_bytes())
    return np.asarray(cv2.resize(photograph[..., :3], (640, 426), interpolation=cv2.INTER_AREA), np.uint8)


def plate(text: str, height: int, ink: int = 20, ground: int = 235) -> Picture:
    """A plate, gray, in the font that comes with Pillow."""
    font = ImageFont.load_default(round(height * 0.8))
    width = round(font.getlength(text) + height * 0.6 + 4 * (len(text) - 1))
    drawn = Image.new("L", (width, height), ground)
    draw = ImageDraw.Draw(drawn)
    x = height * 0.3
    for character in text:
        draw.text((x, height / 2), character, fill=ink, font=font, anchor="lm", stroke_width=1)
        x += font.getlength(character) + 4
    draw.rectangle((1, 1, width - 2, height - 2), outline=ink, width=2)
    return np.array(drawn, np.uint8)


def scene(
    picture: Picture, drawn: Picture, *, x: int = 300, y: int = 150, turned: float = 0.0, seed: int = 0
) -> Picture:
    """The plate with its middle at a place of the picture, slightly blurred and noisy."""
    bend = cv2.getRotationMatrix2D((drawn.shape[1] / 2, drawn.shape[0] / 2), turned, 1)
    bend[:, 2] += (x - drawn.shape[1] / 2, y - drawn.shape[0] / 2)
    size = picture.shape[1::-1]
    visible = cv2.warpAffine(np.full_like(drawn, 255), bend, size)
    laid = cv2.warpAffine(drawn, bend, size)
    shown = cv2.GaussianBlur(np.where(visible[..., None] > 0, laid[..., None], picture), (0, 0), 0.7)
    noise = np.random.default_rng(seed).normal(0, 4, shown.shape)
    return np.asarray(np.clip(shown + noise, 0, 255), np.uint8)


def detected(bench: Bench, element: Any) -> list[str]:
    return [
        event.plate for source, event in bench.events if source is element and type(event).__name__ == "PlateDetected"
    ]


def gray(picture: Picture) -> Picture:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8)


@pytest.fixture(scope="module")
def reader() -> PlateReader:
    return PlateReader(cv2)


@pytest.mark.parametrize("text", PLATES)
@pytest.mark.parametrize(("height", "turned"), [(48, 0.0), (60, -2.0), (80, 3.0)])
def test_plates_are_read(reader: PlateReader, cup: Picture, text: str, height: int, turned: float) -> None:
    [found] = reader.read(gray(scene(cup, plate(text, height), turned=turned)), None)
    assert found.text == text
    assert abs(found.place.x + found.place.width / 2 - 300) < 12
    assert abs(found.place.y + found.place.height / 2 - 150) < 12
    assert 0.4 * height < found.place.height < 1.1 * height


def test_light_characters_on_dark_ground(reader: PlateReader, cup: Picture) -> None:
    drawn = plate("8063SBW", 60, ink=230, ground=30)
    assert [found.text for found in reader.read(gray(scene(cup, drawn)), None)] == ["8063SBW"]


def test_photographs_without_plates(reader: PlateReader, cup: Picture, astronaut: Picture) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (426, 640)).astype(np.uint8)
    for picture in (gray(cup), gray(astronaut), noise, np.zeros((426, 640), np.uint8), np.zeros((3, 5), np.uint8)):
        assert reader.read(picture, None) == []


def test_the_width_that_is_said_counts(reader: PlateReader, cup: Picture) -> None:
    drawn = plate("3374BSX", 60)
    share = drawn.shape[1] / 640
    picture = gray(scene(cup, drawn))
    assert [found.text for found in reader.read(picture, share)] == ["3374BSX"]
    assert reader.read(picture, share / 4) == []


async def test_a_plate_is_told_once_while_it_is_there(bench: Bench, film: Film, cup: Picture) -> None:
    camera = await film(PlateDetectorFilter, MODULE)
    one, other = plate("3374BSX", 60), plate("5178FHW", 60)
    for number in range(2):
        await camera.show(scene(cup, one, seed=number), after_s=0.25)
    assert detected(bench, camera.element) == []
    for number in range(2, 6):
        seen = await camera.show(scene(cup, one, x=300 + 4 * number, seed=number), after_s=0.25)
    assert detected(bench, camera.element) == ["3374BSX"]
    marked = np.abs(seen.astype(int) - scene(cup, one, x=320, seed=5)).max(axis=-1) > 60
    assert marked[100:200].any()
    assert not marked[260:].any()
    for number in range(4):
        await camera.show(scene(cup, other, seed=number), after_s=0.25)
    assert detected(bench, camera.element) == ["3374BSX", "5178FHW"]
    assert camera.element.failures == 0


def test_readings_are_told_when_they_repeat() -> None:
    sightings = Sightings()
    told = [sightings.confirmed(texts, time_s) for texts, time_s in [
        (["A", "A"], 0.0), (["A", "B"], 0.2), (["A"], 0.4), (["A", "B"], 0.6), (["B"], 3.7), ([], 3.8), (["A"], 4.0),
        (["A"], 10.0), (["A"], 10.2), (["A"], 10.4), (["A"], 1.0),
    ]]  # fmt: skip
    assert told == [[], [], ["A"], [], [], [], [], [], [], ["A"], []]


async def test_the_width_must_be_a_share(film: Film, cup: Picture) -> None:
    camera = await film(PlateDetectorFilter, MODULE)
    for share in (0.0, -0.5, 1.5, float("nan")):
        with pytest.raises(KurentoError, match=r"'plateWidthPercentage' must be above 0.0 and at most 1.0") as refused:
            camera.element.set_plate_width_percentage(share)
        assert refused.value.code == ErrorCode.MEDIA_OBJECT_ILLEGAL_PARAM_ERROR
    for size in (426, 9, 2):
        await camera.show(cup[:size, :size])
    assert camera.element.failures == 0


async def test_without_opencv_it_says_what_is_missing(film: Film, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    with pytest.raises(KurentoError, match=r"plugin not available: .*kms-platedetector\[opencv\]") as refused:
        await film(PlateDetectorFilter, MODULE)
    assert refused.value.code == ErrorCode.MEDIA_OBJECT_NOT_AVAILABLE


async def test_over_the_wire(studio: Studio, cup: Picture) -> None:
    detector = await studio.create("platedetector.PlateDetectorFilter")
    with pytest.raises(KurentoError) as refused:
        await studio.client.invoke(detector, "setPlateWidthPercentage", plateWidthPercentage="wide")
    assert refused.value.code == ErrorCode.MARSHALL_ERROR
    await studio.client.invoke(detector, "setPlateWidthPercentage", plateWidthPercentage=0.5)
    await studio.client.subscribe(detector, "PlateDetected")
    picture = cv2.resize(scene(cup, plate("3374BSX", 80)), (320, 213), interpolation=cv2.INTER_AREA)
    await studio.play(detector, [picture] * 60)
    assert [each.data["plate"] for each in studio.heard] == ["3374BSX"]
