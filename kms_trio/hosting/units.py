"""Units: pictures and blocks of samples as they cross between processes, a header of fixed size and plain planes.

Pictures cross as planar YUV 4:2:0, what decoders give and encoders take, or as their luma alone where that is all that
a filter sees; samples as 16 bit, interleaved.
"""

from __future__ import annotations

import enum
import struct
from fractions import Fraction
from typing import Any, Final

import attrs
import av
import numpy as np
from av.video.reformatter import VideoReformatter

from kms_trio.codecs.pictures import LUMA_FIRST
from kms_trio.hosting.errors import HostProtocolError
from kms_trio.hosting.memory import Bytes
from kms_trio.media.streams import RawFrame

__all__ = ["HEADER_BYTES", "Kind", "Shape", "UnitHeader", "UnitPacker", "frame_of_unit", "write_planes"]

MAX_PIXELS: Final = 16_384
"""Each way."""
MAX_AREA: Final = 1 << 25
"""Pixels in all, which is a picture of 8K: what is larger would keep the encoders behind a filter busy for long."""
MAX_SAMPLES: Final = 1 << 20
MAX_CHANNELS: Final = 8
MAX_COLOR_RANGE: Final = 2
MAX_COLORSPACE: Final = 17
"""The last that FFmpeg 7 knows; converters look such numbers up in tables."""
_UNSPECIFIED: Final = 2
NO_TIME: Final = -(1 << 63)

_HEADER: Final = struct.Struct("<BBBBIIIIq")
HEADER_BYTES: Final = _HEADER.size


class Kind(enum.IntEnum):
    """What a message on the socket of a filter is. All but NOTE begin with a header."""

    WORK = 1
    """To the host: filter this."""
    RESULT = 2
    """Answer: this is what leaves."""
    UNCHANGED = 3
    """Answer: the very unit leaves as it was."""
    NOTHING = 4
    """Answer: nothing leaves."""
    NOTE = 5
    """Before an answer: JSON, something that the filter has to say with this unit."""


class Shape(enum.IntEnum):
    """What the memory holds."""

    NONE = 0
    GRAY = 1
    YUV420 = 2
    INT16 = 3


_NAMES: Final = {Shape.GRAY: "gray", Shape.YUV420: "yuv420p"}
_ANSWERS: Final = frozenset({Kind.RESULT, Kind.UNCHANGED, Kind.NOTHING})


@attrs.frozen
class UnitHeader:
    """What a unit is.

    `width` and `height` are pixels, or samples and channels. `color_range` and `colorspace` are FFmpeg's numbers.
    `rate_hz` is the sample rate, 0 for pictures; `pts` counts in ticks of the stream and may be None.
    """

    kind: Kind
    number: int
    shape: Shape = Shape.NONE
    width: int = 0
    height: int = 0
    pts: int | None = None
    rate_hz: int = 0
    color_range: int = 0
    colorspace: int = 2

    @property
    def size_bytes(self) -> int:
        """How much memory the unit takes."""
        if self.shape is Shape.GRAY:
            return self.width * self.height
        if self.shape is Shape.YUV420:
            return self.width * self.height + 2 * _half(self.width) * _half(self.height)
        return 2 * self.width * self.height  # INT16; NONE has neither

    @property
    def is_answer(self) -> bool:
        """Whether it ends the work on a unit."""
        return self.kind in _ANSWERS

    def write(self) -> bytes:
        """The header's bytes."""
        return _HEADER.pack(
            self.kind,
            self.shape,
            self.color_range,
            self.colorspace,
            self.number & 0xFFFF_FFFF,
            self.width,
            self.height,
            self.rate_hz,
            NO_TIME if self.pts is None else self.pts,
        )

    @classmethod
    def read(cls, data: bytes) -> UnitHeader:
        """Read a header. Raises HostProtocolError for what is none, or names a size that no unit has."""
        if len(data) != HEADER_BYTES:
            raise HostProtocolError(f"expected a header of {HEADER_BYTES} bytes, got {len(data)}")
        kind, shape, color_range, colorspace, number, width, height, rate_hz, pts = _HEADER.unpack(data)
        try:
            header = cls(
                Kind(kind),
                number,
                Shape(shape),
                width,
                height,
                None if pts == NO_TIME else pts,
                rate_hz,
                color_range,
                colorspace,
            )
        except ValueError as error:
            raise HostProtocolError(f"expected a known kind and shape, got {kind} and {shape}") from error
        header._check()
        return header

    def _check(self) -> None:
        if self.shape is Shape.NONE:
            fits = self.width == self.height == 0 and self.kind is not Kind.RESULT
        elif self.shape is Shape.INT16:
            fits = 0 < self.width <= MAX_SAMPLES and 0 < self.height <= MAX_CHANNELS and self.rate_hz > 0
        else:
            fits = 0 < self.width <= MAX_PIXELS and 0 < self.height <= MAX_PIXELS
            fits = fits and self.width * self.height <= MAX_AREA
        fits = fits and self.color_range <= MAX_COLOR_RANGE and self.colorspace <= MAX_COLORSPACE
        if not fits or self.kind is Kind.NOTE:
            raise HostProtocolError(f"expected a possible size, got {self}")


class UnitPacker:
    """Takes frames apart for the other side; for one thread.

    `luma_only`: of pictures that have a luma plane, nothing else is needed.
    """

    def __init__(self, *, luma_only: bool = False) -> None:
        self._luma_only = luma_only
        self._reformatter = VideoReformatter()

    def pack(self, frame: RawFrame, kind: Kind, number: int) -> tuple[UnitHeader, list[Bytes]]:
        """The header of a frame, and its planes, views of the frame's own memory where that will do.

        Raises HostProtocolError for what cannot cross.
        """
        if isinstance(frame, av.AudioFrame):
            return self._samples(frame, kind, number)
        if not isinstance(frame, av.VideoFrame):
            raise HostProtocolError(f"expected a picture or samples, got {type(frame).__name__}")
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
            _known(int(frame.colorspace), MAX_COLORSPACE, _UNSPECIFIED),
        )
        header._check()
        return header, _planes(frame, 1 if gray else 3)

    @staticmethod
    def _samples(frame: av.AudioFrame, kind: Kind, number: int) -> tuple[UnitHeader, list[Bytes]]:
        if frame.format.name != "s16":
            raise HostProtocolError(f"expected samples of 16 bit, interleaved, got {frame.format.name}")
        samples: Any = frame.to_ndarray()
        header = UnitHeader(
            kind, number, Shape.INT16, frame.samples, frame.layout.nb_channels, frame.pts, frame.sample_rate
        )
        header._check()
        return header, [samples.view(np.uint8).reshape(1, -1)]


def write_planes(planes: list[Bytes], room: Bytes) -> None:
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
        width, height = (frame.width, frame.height) if index == 0 else (_half(frame.width), _half(frame.height))
        buffer: Any = plane  # a buffer, though its type does not say so
        views.append(np.ndarray((height, width), np.uint8, buffer, strides=(plane.line_size, 1)))
    return views


def _known(number: int, last: int, unspecified: int) -> int:
    return number if 0 <= number <= last else unspecified


def _half(pixels: int) -> int:
    return (pixels + 1) // 2
