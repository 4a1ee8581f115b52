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
from av.video.reformatter import VideoReformatter

__all__ = ["BgrToYuv"]

YUV = "yuv420p"


class BgrToYuv:
    """Makes yuv420p of bgr24, in frames of its own with the same time; for one thread."""

    def __init__(self) -> None:
        self._reformatter = VideoReformatter()

    def convert(self, picture: av.VideoFrame) -> av.VideoFrame:
        """A picture of the format bgr24, converted."""
        opencv = _opencv()
        # What PyAV can view as one array, and BT.601: all else is libswscale's.
        if opencv is None or picture.width % 2 or picture.height % 4:
            return self._reformatter.reformat(picture, format=YUV)
        width, height = picture.width, picture.height
        plane: Any = picture.planes[0]  # a buffer, though its type does not say so
        bgr = np.ndarray((height, width, 3), np.uint8, plane, strides=(picture.planes[0].line_size, 3, 1))
        yuv = np.empty((height * 3 // 2, width), np.uint8)
        opencv.cvtColor(bgr, opencv.COLOR_BGR2YUV_I420, dst=yuv)
        converted = av.VideoFrame.from_numpy_buffer(yuv, YUV)
        converted.pts = picture.pts
        if picture.time_base:  # unset in frames that were made without a time
            converted.time_base = picture.time_base
        return converted


@cache
def _opencv() -> Any:
    """The module cv2, None where it is not installed."""
    try:
        return import_module("cv2")
    except ImportError:
        return None
