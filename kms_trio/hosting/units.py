"""Units: pictures and blocks of samples as they cross between processes, plain planes without gaps.

Pictures cross as planar YUV 4:2:0, what decoders give and encoders take, or as their luma alone where that is all that
a filter sees; samples as 16 bit, interleaved.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import Any, Final

import av
import numpy as np
from av.video.reformatter import VideoReformatter

from kms_trio.codecs.bgr import BgrToYuv
from kms_trio.codecs.pictures import LUMA_FIRST
from kms_trio.hosting.errors import HostProtocolError
from kms_trio.hosting.memory import Bytes
from kms_trio.hosting.unit_header import MAX_COLOR_RANGE, MAX_COLORSPACE, UNSPECIFIED, Kind, Shape, UnitHeader, half
from kms_trio.media.streams import RawFrame

__all__ = ["UnitPacker", "Write", "frame_of_unit"]

Write = Callable[[Bytes], None]
"""Writes what a unit holds into memory of its size."""

_NAMES: Final = {Shape.GRAY: "gray", Shape.YUV420: "yuv420p"}


class UnitPacker:
    """Takes frames apart for the other side; for one thread.

    `luma_only`: of pictures that have a luma plane, nothing else is needed.
    """

    def __init__(self, *, luma_only: bool = False) -> None:
        self._luma_only = luma_only
        self._reformatter = VideoReformatter()
        self._bgr_to_yuv = BgrToYuv()

    def pack(self, frame: RawFrame, kind: Kind, number: int) -> tuple[UnitHeader, Write]:
        """The header of a frame, and what writes its planes: from the frame's own memory where that will do.

        Raises HostProtocolError for what cannot cross.
        """
        if isinstance(frame, av.AudioFrame):
            return self._samples(frame, kind, number)
        if not isinstance(frame, av.VideoFrame):
            raise HostProtocolError(f"expected a picture or samples, got {type(frame).__name__}")
        if frame.format.name == "bgr24" and self._bgr_to_yuv.can_fill(frame):
            header = UnitHeader(kind, number, Shape.YUV420, frame.width, frame.height, frame.pts)
            header.check()
            return header, partial(self._fill, frame)
        gray = frame.format.name == "gray" or (self._luma_only and frame.format.name in LUMA_FIRST)
        if not gray and frame.format.name != "yuv420p":
            pts = frame.pts
            frame = self._reformatter.reformat(frame, format="yuv420p")
            frame.pts = pts
        header = UnitHeader(
            kind,
            number,
            Shape.GRAY if gray else Shape.YUV420,
            frame.width,
            frame.height,
            frame.pts,
            0,
            _known(int(frame.color_range), MAX_COLOR_RANGE, 0),
            _known(int(frame.colorspace), MAX_COLORSPACE, UNSPECIFIED),
        )
        header.check()
        return header, partial(_write_planes, _planes(frame, 1 if gray else 3))

    def _fill(self, picture: av.VideoFrame, room: Bytes) -> None:
        self._bgr_to_yuv.fill(picture, room.reshape(picture.height * 3 // 2, picture.width))

    @staticmethod
    def _samples(frame: av.AudioFrame, kind: Kind, number: int) -> tuple[UnitHeader, Write]:
        if frame.format.name != "s16":
            raise HostProtocolError(f"expected samples of 16 bit, interleaved, got {frame.format.name}")
        samples: Any = frame.to_ndarray()
        header = UnitHeader(
            kind, number, Shape.INT16, frame.samples, frame.layout.nb_channels, frame.pts, frame.sample_rate
        )
        header.check()
        return header, partial(_write_planes, [samples.view(np.uint8).reshape(1, -1)])


def _write_planes(planes: list[Bytes], room: Bytes) -> None:
    """Copy planes, one behind the other without gaps, into memory of their size."""
    begin = 0
    for plane in planes:
        height, width = plane.shape
        np.copyto(room[begin : begin + plane.size].reshape(height, width), plane)
        begin += plane.size


def frame_of_unit(header: UnitHeader, memory: Bytes, *, shared: bool = False) -> RawFrame:
    """The frame that a header and its memory describe, in memory of its own.

    `shared` allows a picture of YUV to be a view of `memory`, which then must not change while the frame is used.
    """
    frame: Any
    if header.shape is Shape.INT16:
        layout = {1: "mono", 2: "stereo"}.get(header.height)
        if layout is None:
            raise HostProtocolError(f"expected one or two channels, got {header.height}")
        frame = av.AudioFrame.from_ndarray(memory.view(np.int16).reshape(1, -1).copy(), format="s16", layout=layout)
        frame.sample_rate, rate_hz = header.rate_hz, header.rate_hz
    elif header.shape is Shape.NONE:
        raise HostProtocolError("expected a picture or samples, got an empty unit")
    else:
        frame, rate_hz = _picture(header, memory, shared), 90_000
        if header.shape is Shape.YUV420:
            frame.color_range, frame.colorspace = header.color_range, header.colorspace
    frame.pts = header.pts
    frame.time_base = Fraction(1, rate_hz)
    return frame


def _picture(header: UnitHeader, memory: Bytes, shared: bool) -> av.VideoFrame:
    width, height = header.width, header.height
    name = _NAMES[header.shape]
    whole = header.shape is Shape.GRAY or (width % 2 == 0 and height % 4 == 0)  # else PyAV's view is none of all rows
    if whole:
        rows = height if header.shape is Shape.GRAY else height * 3 // 2
        pixels = memory.reshape(rows, width)
        # A gray picture is what a filter gets to see, and may keep; one of YUV is always converted or copied for it.
        keep = shared and header.shape is Shape.YUV420
        return av.VideoFrame.from_numpy_buffer(pixels if keep else pixels.copy(), name)
    frame = av.VideoFrame(width, height, name)
    begin = 0
    for plane in _planes(frame, len(frame.planes)):
        np.copyto(plane, memory[begin : begin + plane.size].reshape(plane.shape))
        begin += plane.size
    return frame


def _planes(frame: av.VideoFrame, count: int) -> list[Bytes]:
    """Views of the first planes of a picture in YUV 4:2:0 (or of its luma), without the padding of their lines."""
    views = []
    for index, plane in enumerate(frame.planes[:count]):
        width, height = (frame.width, frame.height) if index == 0 else (half(frame.width), half(frame.height))
        buffer: Any = plane  # a buffer, though its type does not say so
        views.append(np.ndarray((height, width), np.uint8, buffer, strides=(plane.line_size, 1)))
    return views


def _known(number: int, last: int, unspecified: int) -> int:
    return number if 0 <= number <= last else unspecified
