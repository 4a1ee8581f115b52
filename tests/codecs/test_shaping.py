"""Pictures in the shape of an encoder: untouched where they have it, right in content where they have not."""

from __future__ import annotations

import av
import numpy as np
import pytest
from av.video.reformatter import ColorRange

from kms_trio.codecs.shaping import Shaper
from kms_trio.testing.clips import numbered_picture, picture_number


def test_what_fits_is_not_copied_but_is_another_frame() -> None:
    picture = numbered_picture(5)
    picture.pts = 77
    shaped = Shaper(160, 120).shaped(picture)
    assert shaped is not picture
    assert shaped.planes[0].buffer_ptr == picture.planes[0].buffer_ptr
    shaped.pts = 1
    assert picture.pts == 77


@pytest.mark.parametrize("format", ["yuv420p", "nv12", "bgr24", "bgra", "yuv444p", "gray"])
@pytest.mark.parametrize("size", [(160, 120), (320, 240), (98, 74)])
def test_what_does_not_fit_is_converted(format: str, size: tuple[int, int]) -> None:
    shaper = Shaper(160, 120)
    for number in (9, 700):
        shaped = shaper.shaped(numbered_picture(number, *size).reformat(format=format))
        assert (shaped.width, shaped.height, shaped.format.name) == (160, 120, "yuv420p")
        assert picture_number(shaped) == number


def test_size_and_format_may_change_at_every_picture() -> None:
    shaper = Shaper(160, 120)
    for number, (size, format) in enumerate([((160, 120), "yuv420p"), ((640, 480), "nv12"), ((160, 120), "bgr24")] * 3):
        assert picture_number(shaper.shaped(numbered_picture(number, *size).reformat(format=format))) == number


def test_full_range_becomes_limited() -> None:
    picture = av.VideoFrame.from_ndarray(np.full((180, 160), 255, np.uint8), format="yuv420p")
    picture.color_range = ColorRange.JPEG
    luma = Shaper(160, 120).shaped(picture).to_ndarray()[:120]
    assert abs(int(luma.mean()) - 235) <= 1
