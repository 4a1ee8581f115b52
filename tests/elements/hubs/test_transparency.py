"""Pictures with alpha in a mix: as much of what is below them is seen as they let through."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

from kms_elements.hubs import AlphaBlending, Composite
from kms_elements.hubs.layout import Place
from kms_elements.hubs.picture_mixer import PictureMixer, Scene, Tile
from kms_elements.player.still import StillSource
from kms_trio.api import Hub, MediaType
from kms_trio.testing.elements import Bench
from tests.elements.hubs.stage import Source, open_stage

WIDTH, HEIGHT = 64, 48
WHOLE = Place(0, 0, WIDTH, HEIGHT)
WHITE, BLACK = 235, 16
NEAR = 3
"""What conversions of colours round."""


def gray(luma: int) -> av.VideoFrame:
    planes = np.full((HEIGHT * 3 // 2, WIDTH), 128, np.uint8)
    planes[:HEIGHT] = luma
    return av.VideoFrame.from_ndarray(planes, format="yuv420p")


def glass(alphas: list[int], format: str = "rgba", width: int = WIDTH, height: int = HEIGHT) -> av.VideoFrame:
    """White, in columns of different alpha."""
    pixels = np.full((height, width, 4), 255, np.uint8)
    pixels[:, :, 3] = np.repeat(alphas, width // len(alphas))
    return av.VideoFrame.from_ndarray(pixels, format=format)


def luma_of(frame: av.VideoFrame) -> npt.NDArray[np.uint8]:
    assert frame.format.name == "yuv420p"
    return frame.to_ndarray()[: frame.height].astype(np.uint8)


def column_lumas(frame: av.VideoFrame, columns: int) -> list[float]:
    """The mean of the middle of each column."""
    luma = luma_of(frame)
    size = luma.shape[1] // columns
    return [
        float(luma[8:-8, place * size + size // 4 : (place + 1) * size - size // 4].mean()) for place in range(columns)
    ]


def mixed(*pictures: av.VideoFrame, place: Place = WHOLE) -> av.VideoFrame:
    tiles = tuple(Tile(key, picture, place if key else WHOLE) for key, picture in enumerate(pictures))
    (frame,) = PictureMixer().convert(Scene(0, WIDTH, HEIGHT, tiles))
    return frame


@pytest.mark.parametrize("format", ["rgba", "bgra", "argb"])
@pytest.mark.parametrize("scale", [1, 2])
def test_alpha_is_a_share(format: str, scale: int) -> None:
    above = glass([0, 255, 128, 64], "rgba", WIDTH * scale, HEIGHT * scale).reformat(format=format)
    lumas = column_lumas(mixed(gray(BLACK), above), 4)
    expected = [BLACK + (WHITE - BLACK) * alpha / 255 for alpha in (0, 255, 128, 64)]
    assert lumas == pytest.approx(expected, abs=NEAR)


def test_colours_let_through_as_much_as_brightness() -> None:
    pixels = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    pixels[:, :, 0], pixels[:, : WIDTH // 2, 3] = 255, 255  # red, seen on the left only
    frame = mixed(gray(WHITE), av.VideoFrame.from_ndarray(pixels, format="rgba"))
    shown = frame.to_ndarray(format="rgb24")[HEIGHT // 2]
    assert shown[8] == pytest.approx([255, 0, 0], abs=12)
    assert shown[-8] == pytest.approx([255, 255, 255], abs=12)


def test_opaque_pictures_are_laid_as_they_are() -> None:
    assert column_lumas(mixed(gray(WHITE), gray(100)), 4) == [100] * 4


@pytest.mark.parametrize("place", [Place(-20, -10, WIDTH, HEIGHT), Place(40, 30, WIDTH, HEIGHT)])
def test_a_transparent_picture_may_hang_over_the_edge(place: Place) -> None:
    frame = mixed(gray(100), glass([0]), place=place)
    assert column_lumas(frame, 4) == [100] * 4
    luma = luma_of(mixed(gray(100), glass([255]), place=place))
    assert {int(luma[0, 0]) > 200, int(luma[-1, -1]) > 200} == {True, False}


@pytest.mark.parametrize("implementation", [AlphaBlending, Composite])
async def test_in_a_hub(bench: Bench, implementation: type[Hub]) -> None:
    size = {"width": WIDTH, "height": HEIGHT, "framerate": 30} if implementation is Composite else {}
    stage = await open_stage(bench, implementation, **size)
    below, above = Source(bench), Source(bench)
    ports = [await stage.port(source) for source in (below, above)]
    if implementation is AlphaBlending:
        stage.hub.set_master(ports[0], 0)
        stage.hub.set_port_properties(0, 0, 1, 1, 1, ports[1])
    tap = stage.tap(ports[0], MediaType.VIDEO)
    for source, picture in ((below, gray(100)), (above, glass([0, 255]))):
        picture.pts = 0
        source.video.push(picture)
    (frame,) = await stage.pictures(tap, 1, 1 / 30)
    if implementation is AlphaBlending:
        assert column_lumas(frame, 2) == pytest.approx([100, WHITE], abs=NEAR)
    else:
        right = luma_of(frame)[20:-20, WIDTH // 2 :]
        assert right[:, 4:12].mean() == pytest.approx(BLACK, abs=NEAR), "the canvas"
        assert right[:, -12:-4].mean() == pytest.approx(WHITE, abs=NEAR)


@pytest.mark.parametrize(("alpha", "format"), [(255, "yuv420p"), (128, "rgba")])
def test_a_still_keeps_its_alpha(tmp_path: Path, alpha: int, format: str) -> None:
    path = tmp_path / "still.png"
    with av.open(str(path), "w", format="image2") as container:
        stream = container.add_stream("png", rate=1)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "rgba"
        container.mux(stream.encode(glass([255, alpha])))
        container.mux(stream.encode(None))
    source = StillSource(av.open(str(path)), 0.2)
    picture = source.read(0.1).units[0].media
    assert picture.format.name == format
    source.close()
    shown = column_lumas(mixed(gray(BLACK), picture), 2)
    assert shown == pytest.approx([WHITE, BLACK + (WHITE - BLACK) * alpha / 255], abs=NEAR)
