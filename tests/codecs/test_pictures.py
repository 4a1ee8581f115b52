"""Frames seen as numpy pictures, and pictures as frames."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest

from kms_trio.codecs.pictures import PictureError, PictureFormat, PictureView, frame_of_picture, yuv_planes
from kms_trio.testing.clips import numbered_picture, picture_number

RED_BGR = (0, 0, 255)


def red_frame(width: int = 66, height: int = 34) -> av.VideoFrame:
    """A red picture as a decoder would give it: planar, with lines longer than the picture is wide."""
    pixels = np.full((height, width, 3), RED_BGR, dtype=np.uint8)
    frame = av.VideoFrame.from_ndarray(pixels, format="bgr24").reformat(format="yuv420p")
    frame.pts, frame.time_base = 1234, Fraction(1, 90_000)
    return frame


@pytest.mark.parametrize("format", [PictureFormat.BGR, PictureFormat.BGRA])
def test_colour_pictures_are_in_opencv_order(format: PictureFormat) -> None:
    picture = PictureView(format, read_only=False).picture(red_frame())
    assert picture.shape == (34, 66, 3 if format is PictureFormat.BGR else 4)
    assert np.abs(picture[..., :3].astype(int) - RED_BGR).max() <= 4
    if format is PictureFormat.BGRA:
        assert (picture[..., 3] == 255).all()


@pytest.mark.parametrize("height", [120, 122])
@pytest.mark.parametrize("format", list(PictureFormat))
def test_there_and_back(format: PictureFormat, height: int) -> None:
    source = numbered_picture(619, 160, height)
    source.pts, source.time_base = 77, Fraction(1, 90_000)
    picture = PictureView(format, read_only=False).picture(source)
    back = frame_of_picture(picture, format, source)
    assert (back.width, back.height, back.pts, back.time_base) == (160, height, 77, Fraction(1, 90_000))
    assert picture_number(back) == 619
    if format is PictureFormat.YUV:
        assert (back.to_ndarray() == source.to_ndarray()).all()


@pytest.mark.parametrize("format", list(PictureFormat))
def test_a_picture_to_change_is_the_callers_own(format: PictureFormat) -> None:
    given = frame_of_picture(PictureView(format, read_only=False).picture(red_frame()), format, red_frame())
    before = given.to_ndarray().copy()
    PictureView(format, read_only=False).picture(given)[:] = 0
    assert (given.to_ndarray() == before).all()


@pytest.mark.parametrize("format", list(PictureFormat))
def test_a_picture_to_look_at_cannot_be_written(format: PictureFormat) -> None:
    picture = PictureView(format, read_only=True).picture(red_frame())
    with pytest.raises(ValueError, match="read-only"):
        picture[0] = 0


def test_looking_at_luma_copies_nothing() -> None:
    frame = red_frame()
    picture = PictureView(PictureFormat.GRAY, read_only=True).picture(frame)
    assert np.shares_memory(picture, np.frombuffer(frame.planes[0], dtype=np.uint8))
    assert np.abs(picture.astype(int) - 81).max() <= 1  # red in BT.601


def test_odd_sizes_are_evened_for_yuv() -> None:
    odd = red_frame().reformat(width=65, height=33)
    luma, blue, red = yuv_planes(PictureView(PictureFormat.YUV, read_only=False).picture(odd))
    assert luma.shape == (32, 64)
    assert blue.shape == red.shape == (16, 32)
    assert red.min() > 230


def test_planes_are_views() -> None:
    picture = np.zeros((6, 4), dtype=np.uint8)
    for number, plane in enumerate(yuv_planes(picture), 1):
        plane[:] = number
    assert picture.ravel().tolist() == [1] * 16 + [2] * 4 + [3] * 4


@pytest.mark.parametrize(
    ("format", "picture", "reason"),
    [
        (PictureFormat.BGR, "a text", "got str"),
        (PictureFormat.BGR, np.zeros((4, 4, 3)), "float64"),
        (PictureFormat.BGR, np.zeros((4, 4), np.uint8), r"\(4, 4\)"),
        (PictureFormat.BGR, np.zeros((0, 4, 3), np.uint8), r"\(0, 4, 3\)"),
        (PictureFormat.BGRA, np.zeros((4, 4, 3), np.uint8), r"\(4, 4, 3\)"),
        (PictureFormat.GRAY, np.zeros((4, 4, 1), np.uint8), r"\(4, 4, 1\)"),
        (PictureFormat.YUV, np.zeros((7, 4), np.uint8), r"\(7, 4\)"),
        (PictureFormat.YUV, np.zeros((9, 5), np.uint8), r"\(9, 5\)"),
    ],
)
def test_what_is_no_picture_is_refused(format: PictureFormat, picture: object, reason: str) -> None:
    with pytest.raises(PictureError, match=reason):
        frame_of_picture(picture, format, red_frame())


def test_pictures_that_are_views_are_taken() -> None:
    source = numbered_picture(5, 160, 120)
    picture = PictureView(PictureFormat.BGR, read_only=False).picture(source)
    assert picture_number(frame_of_picture(picture[:, ::-1][:, ::-1], PictureFormat.BGR, source)) == 5
