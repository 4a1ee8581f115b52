"""BGR to YUV: OpenCV's way and libswscale's are the same to the eye, for pictures of any size."""

from __future__ import annotations

import sys
from fractions import Fraction

import av
import numpy as np
import pytest

from kms_trio.codecs import bgr
from kms_trio.codecs.bgr import BgrToYuv


def picture(width: int, height: int) -> av.VideoFrame:
    """Slow changes of all three colours."""
    rows, columns = np.mgrid[:height, :width]
    pixels = np.dstack((rows * 255 // height, columns * 255 // width, 255 - rows * 255 // height)).astype(np.uint8)
    frame = av.VideoFrame.from_ndarray(pixels, "bgr24")
    frame.pts, frame.time_base = 4500, Fraction(1, 90_000)
    return frame


@pytest.mark.parametrize("size", [(320, 240), (322, 242), (321, 241), (16, 4), (1, 1)])
def test_both_ways_look_the_same(size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    shown = picture(*size)
    fast = BgrToYuv().convert(shown)
    monkeypatch.setitem(sys.modules, "cv2", None)
    bgr._opencv.cache_clear()
    try:
        plain = BgrToYuv().convert(shown)
    finally:
        bgr._opencv.cache_clear()
    for frame in (fast, plain):
        assert (frame.format.name, frame.width, frame.height) == ("yuv420p", *size)
        assert (frame.pts, frame.time_base) == (4500, Fraction(1, 90_000))
    if size[0] > 16:
        back = [frame.reformat(format="bgr24").to_ndarray().astype(int) for frame in (fast, plain)]
        assert np.abs(back[0] - back[1]).max() <= 8
        assert np.abs(back[0] - shown.to_ndarray()).mean() < 4


def test_lines_with_padding_are_read_right() -> None:
    padded = picture(640, 480).reformat(width=324, height=240, format="bgr24")
    back = BgrToYuv().convert(padded).reformat(format="bgr24").to_ndarray().astype(int)
    assert np.abs(back - padded.to_ndarray()).mean() < 4
