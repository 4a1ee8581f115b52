"""What a message on the socket of a filter is: a header of fixed size, or a note."""

from __future__ import annotations

import enum
import struct
from typing import Final

import attrs

from kms_trio.hosting.errors import HostProtocolError

__all__ = [
    "HEADER_BYTES",
    "MAX_AREA",
    "MAX_COLORSPACE",
    "MAX_COLOR_RANGE",
    "UNSPECIFIED",
    "Kind",
    "Shape",
    "UnitHeader",
    "half",
]

MAX_PIXELS: Final = 16_384
"""Each way."""
MAX_AREA: Final = 1 << 25
"""Pixels in all, which is a picture of 8K: what is larger would keep the encoders behind a filter busy for long."""
MAX_SAMPLES: Final = 1 << 20
MAX_CHANNELS: Final = 8
MAX_COLOR_RANGE: Final = 2
MAX_COLORSPACE: Final = 17
"""The last that FFmpeg 7 knows; converters look such numbers up in tables."""
UNSPECIFIED: Final = 2
"""The colour space of who does not say."""
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
            return self.width * self.height + 2 * half(self.width) * half(self.height)
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
        header.check()
        return header

    def check(self) -> None:
        """Raises HostProtocolError for a size that no unit has."""
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


def half(pixels: int) -> int:
    """The width or height of a plane of colour, whose pixels are two by two."""
    return (pixels + 1) // 2
