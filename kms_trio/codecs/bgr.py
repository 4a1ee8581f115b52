"""BGR to planar YUV 4:2:0, what filters of BGR give to what encoders take.

libswscale has no fast way for this direction: 720p takes it 1.8 ms and more, OpenCV 0.5 ms. So the latter is used where
it is installed, as it is with filters of pictures as a rule. Both follow BT.601 in limited range; their brightness
differs by one step at most, as OpenCV rounds where libswscale cuts off.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from av.video.reformatter import VideoReformatter

__all__ = ["BgrToYuv"]

YUV = "yuv420p"


class BgrToYuv:
    """Makes yuv420p of bgr24, in frames of its own with the same time; for one thread."""

    def __init__(self) -> None:
        self._reformatter = VideoReformatter()

    def convert(self, picture: av.VideoFrame) -> av.VideoFrame:
        """A picture of the format bgr24, converted."""
        if not self.can_fill(picture):
            return self._reformatter.reformat(picture, format=YUV)
        yuv = np.empty((picture.height * 3 // 2, picture.width), np.uint8)
        self.fill(picture, yuv)
        converted = av.VideoFrame.from_numpy_buffer(yuv, YUV)
        converted.pts = picture.pts
        if picture.time_base:  # unset in frames that were made without a time
            converted.time_base = picture.time_base
        return converted

    @staticmethod
    def can_fill(picture: av.VideoFrame) -> bool:
        """Whether `fill` can convert a picture of the format bgr24: what PyAV can view as one array, by OpenCV."""
        return picture.width % 2 == 0 and picture.height % 4 == 0 and _opencv() is not None

    @staticmethod
    def fill(picture: av.VideoFrame, yuv: npt.NDArray[np.uint8]) -> None:
        """Convert a picture for which `can_fill` is true, into an array of (height * 3 / 2, width)."""
        opencv = _opencv()
        plane: Any = picture.planes[0]  # a buffer, though its type does not say so
        strides = (picture.planes[0].line_size, 3, 1)
        bgr = np.ndarray((picture.height, picture.width, 3), np.uint8, plane, strides=strides)
        opencv.cvtColor(bgr, opencv.COLOR_BGR2YUV_I420, dst=yuv)


@cache
def _opencv() -> Any:
    """The module cv2, None where it is not installed."""
    try:
        return import_module("cv2")
    except ImportError:
        return None
