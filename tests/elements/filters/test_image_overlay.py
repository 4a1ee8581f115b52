"""ImageOverlayFilter: where pixels come to lie, transparency, and images that come and go."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kms_filters.image_overlay import ImageOverlayFilter
from kms_trio.codecs.pictures import Picture
from kms_trio.errors import ErrorCode, KurentoError
from tests.elements.filters.pictures import as_png

Film = Callable[..., Any]
MakeImage = Callable[..., str]

RED, GREEN, GRAY = (0, 0, 255), (0, 255, 0), (128, 128, 128)


def gray(width: int = 320, height: int = 240) -> Picture:
    return np.full((height, width, 3), 128, np.uint8)


def is_colour(pixels: Picture, colour: tuple[int, int, int], tolerance: int = 12) -> bool:
    return bool(np.abs(pixels.astype(int) - colour).max() <= tolerance)


def covered(picture: Picture) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of what is not gray."""
    rows, columns = np.nonzero(np.abs(picture.astype(int) - 128).max(axis=2) > 40)
    return int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1


async def test_without_images_pictures_pass(film: Film) -> None:
    camera = await film(ImageOverlayFilter)
    assert is_colour(await camera.show(gray()), GRAY, 6)


async def test_an_image_lies_where_it_was_put(film: Film, image: MakeImage) -> None:
    camera = await film(ImageOverlayFilter)
    await camera.element.add_image("one", image((*RED, 255)), 0.25, 0.5, 0.5, 0.25, False, False)
    seen = await camera.show(gray())
    assert covered(seen) == (80, 120, 240, 180)
    assert is_colour(seen[122:178, 82:238], RED)
    assert is_colour(seen[:118], GRAY, 6)
    assert is_colour(seen[182:], GRAY, 6)


@pytest.mark.parametrize(
    ("keep", "center", "box"),
    [
        (False, False, (64, 48, 256, 192)),
        (True, False, (64, 48, 208, 192)),
        (True, True, (88, 48, 232, 192)),
        (False, True, (64, 48, 256, 192)),
    ],
)
async def test_proportions(film: Film, image: MakeImage, keep: bool, center: bool, box: tuple[int, ...]) -> None:
    camera = await film(ImageOverlayFilter)
    await camera.element.add_image("square", image((*RED, 255)), 0.2, 0.2, 0.6, 0.6, keep, center)
    assert covered(await camera.show(gray())) == box


async def test_half_transparent_and_invisible_pixels(film: Film, image: MakeImage) -> None:
    pixels = np.zeros((16, 16, 4), np.uint8)
    pixels[:] = (*GREEN, 0)  # an invisible colour, which must not bleed into the edge
    pixels[:, :8] = (*RED, 128)
    camera = await film(ImageOverlayFilter)
    await camera.element.add_image("half", image(pixels, 16, 16), 0.0, 0.0, 1.0, 1.0, False, False)
    seen = await camera.show(gray())
    assert is_colour(seen[4:-4, 4:150], (64, 64, 191), 16)
    assert is_colour(seen[4:-4, 170:-4], GRAY, 8)
    assert seen[..., 1].max() <= 140


async def test_what_hangs_over_an_edge_is_cut_in_place(film: Film, image: MakeImage) -> None:
    pixels = np.full((10, 20, 4), 255, np.uint8)
    pixels[:, :10] = (*RED, 255)
    pixels[:, 10:] = (*GREEN, 255)
    camera = await film(ImageOverlayFilter)
    await camera.element.add_image("left", image(pixels, 20, 10), -0.25, 0.0, 0.5, 2.0, False, False)
    seen = await camera.show(gray())
    assert is_colour(seen[:, 2:78], GREEN)  # the red half is outside
    assert is_colour(seen[:, 84:], GRAY, 8)


@pytest.mark.parametrize("box", [(2.0, 0.0, 0.5, 0.5), (0.0, 0.0, 0.0, 0.5), (0.1, 0.1, -0.5, 0.5), (-1e300, 0, 1, 1)])
async def test_what_lies_outside_is_not_drawn(film: Film, image: MakeImage, box: tuple[float, ...]) -> None:
    camera = await film(ImageOverlayFilter)
    await camera.element.add_image("away", image((*RED, 255)), *box, False, False)
    assert is_colour(await camera.show(gray()), GRAY, 6)
    assert camera.element.failures == 0


async def test_a_huge_image_costs_no_more_than_the_picture(film: Film, image: MakeImage) -> None:
    camera = await film(ImageOverlayFilter)
    await camera.element.add_image("huge", image((*RED, 255)), -1e9, -1e9, 2e9, 2e9, False, False)
    assert is_colour(await camera.show(gray()), RED)


async def test_the_same_id_replaces_and_others_lie_above(film: Film, image: MakeImage) -> None:
    camera = await film(ImageOverlayFilter)
    whole = (0.0, 0.0, 1.0, 1.0, False, False)
    await camera.element.add_image("one", image((*RED, 255)), *whole)
    await camera.element.add_image("one", image((*GREEN, 255)), *whole)
    assert is_colour(await camera.show(gray()), GREEN)
    await camera.element.add_image("two", image((*RED, 255)), *whole)
    assert is_colour(await camera.show(gray()), RED)
    camera.element.remove_image("two")
    camera.element.remove_image("unknown")
    assert is_colour(await camera.show(gray()), GREEN)
    camera.element.remove_image("one")
    assert is_colour(await camera.show(gray()), GRAY, 6)


async def test_pictures_may_change_their_size(film: Film, image: MakeImage) -> None:
    camera = await film(ImageOverlayFilter)
    await camera.element.add_image("one", image((*RED, 255)), 0.5, 0.5, 0.25, 0.25, False, False)
    assert covered(await camera.show(gray(320, 240))) == (160, 120, 240, 180)
    assert covered(await camera.show(gray(160, 80))) == (80, 40, 120, 60)
    assert (await camera.show(gray(65, 33))).shape == (32, 64, 3)
    assert camera.element.failures == 0


async def test_images_come_over_http(film: Film) -> None:
    data = as_png(np.full((8, 8, 4), (*RED, 255), np.uint8))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            pass

    camera = await film(ImageOverlayFilter)
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        url = f"http://127.0.0.1:{server.server_address[1]}/red.png"
        await camera.element.add_image("one", url, 0.0, 0.0, 1.0, 1.0, False, False)
        thread.join()
    assert is_colour(await camera.show(gray()), RED)


async def test_a_missing_image_is_an_error_and_changes_nothing(film: Film, image: MakeImage, tmp_path: Path) -> None:
    camera = await film(ImageOverlayFilter)
    await camera.element.add_image("one", image((*RED, 255)), 0.0, 0.0, 1.0, 1.0, False, False)
    with pytest.raises(KurentoError, match="No such file") as refused:
        await camera.element.add_image("one", f"{tmp_path.as_uri()}/none.png", 0.0, 0.0, 1.0, 1.0, False, False)
    assert refused.value.code == ErrorCode.URI_PATH_FILE_NOT_FOUND
    assert is_colour(await camera.show(gray()), RED)


async def test_numbers_must_be_finite(film: Film, image: MakeImage) -> None:
    camera = await film(ImageOverlayFilter)
    with pytest.raises(KurentoError, match="'widthPercent' must be a finite number"):
        await camera.element.add_image("one", image((*RED, 255)), 0.0, 0.0, float("nan"), 1.0, False, False)
