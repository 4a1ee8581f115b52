"""Laying a picture with transparency over YUV pictures: only what it covers is touched, nothing is converted.

Scaled pictures are kept premultiplied with their opacity, as `(pixels - zero) * opacity + zero`, so that colours of
invisible pixels do not bleed into the edges; `zero` is what stands for none in a plane, 16 for luma, 128 for colour.
"""

from __future__ import annotations

import math
from typing import Final

import attrs
import av
import numpy as np
import numpy.typing as npt

from kms_trio.api import ErrorCode, KurentoError, Picture, yuv_planes

__all__ = ["Box", "Overlay", "finite"]

MAX_SCALED: Final = 16
"""Sizes that are kept: a moving face changes the size with nearly every picture."""
LUMA_ZERO: Final = 16
COLOUR_ZERO: Final = 128


@attrs.frozen
class Box:
    """A rectangle in pixels, possibly beyond the picture's edges."""

    x: float
    y: float
    width: float
    height: float


@attrs.frozen
class _Visible:
    """The part of an overlay inside the picture: where that is (even pixels), and what of the image belongs there."""

    x: int
    y: int
    width: int
    height: int
    crop: tuple[int, int, int, int]


@attrs.frozen
class _Layer:
    """One plane of a scaled overlay."""

    premultiplied: npt.NDArray[np.int32]
    transparency: npt.NDArray[np.int32]
    """0 to 256."""
    zero: int

    def blend(self, below: Picture) -> None:
        """Lay this over pixels, in place."""
        below[:] = ((below.astype(np.int32) - self.zero) * self.transparency >> 8) + self.premultiplied


class Overlay:
    """An image (`PictureFormat.BGRA`) to be laid over pictures; for one thread at a time."""

    def __init__(self, image: Picture) -> None:
        opacity = image[..., 3:].astype(np.uint16)
        colours = (image[..., :3].astype(np.uint16) * opacity + 127) // 255
        self._image = np.dstack((colours, opacity)).astype(np.uint8)
        self._scaled: dict[_Visible, tuple[_Layer, _Layer, _Layer]] = {}

    @property
    def aspect_ratio(self) -> float:
        """Width by height."""
        return float(self._image.shape[1] / self._image.shape[0])

    def draw(self, picture: Picture, box: Box) -> None:
        """Scale the image into `box` of a YUV picture and lay it over, in place."""
        planes = yuv_planes(picture)
        height, width = planes[0].shape
        visible = self._visible(box, width, height)
        if visible is None:
            return
        for plane, layer, share in zip(planes, self._layers(visible), (1, 2, 2), strict=True):
            x, y = visible.x // share, visible.y // share
            layer.blend(plane[y : y + visible.height // share, x : x + visible.width // share])

    def _visible(self, box: Box, width: int, height: int) -> _Visible | None:
        left, right = _even(max(0.0, box.x)), _even(min(float(width), box.x + box.width))
        top, bottom = _even(max(0.0, box.y)), _even(min(float(height), box.y + box.height))
        if right <= left or bottom <= top:
            return None
        image_height, image_width = self._image.shape[:2]
        x_begin, x_end = _crop(left - box.x, right - box.x, box.width, image_width)
        y_begin, y_end = _crop(top - box.y, bottom - box.y, box.height, image_height)
        return _Visible(left, top, right - left, bottom - top, (x_begin, y_begin, x_end, y_end))

    def _layers(self, visible: _Visible) -> tuple[_Layer, _Layer, _Layer]:
        key = attrs.evolve(visible, x=0, y=0)
        layers = self._scaled.get(key)
        if layers is None:
            if len(self._scaled) >= MAX_SCALED:
                del self._scaled[next(iter(self._scaled))]
            layers = self._scaled[key] = self._scale(visible)
        return layers

    def _scale(self, visible: _Visible) -> tuple[_Layer, _Layer, _Layer]:
        x_begin, y_begin, x_end, y_end = visible.crop
        part = np.ascontiguousarray(self._image[y_begin:y_end, x_begin:x_end])
        frame = av.VideoFrame.from_numpy_buffer(part, "bgra")
        scaled = frame.reformat(visible.width, visible.height, "bgra", interpolation="AREA")
        pixels = np.asarray(scaled.to_ndarray(), np.uint8)
        colours = av.VideoFrame.from_ndarray(pixels[..., :3].copy(), "bgr24").reformat(format="yuv420p")
        luma, blue, red = (plane.astype(np.int32) for plane in yuv_planes(np.asarray(colours.to_ndarray(), np.uint8)))
        opacity = pixels[..., 3].astype(np.int32)
        coarse = opacity.reshape(visible.height // 2, 2, visible.width // 2, 2).sum(axis=(1, 3)) >> 2
        fine, half = 256 - _of_256(opacity), 256 - _of_256(coarse)
        # Below black and white there is nothing, so premultiplied black is plane zero already.
        return _Layer(luma, fine, LUMA_ZERO), _Layer(blue, half, COLOUR_ZERO), _Layer(red, half, COLOUR_ZERO)


def finite(**shares: float) -> None:
    """Check shares that a client gave. Raises KurentoError 40107 naming the one that is no finite number."""
    for name, share in shares.items():
        if not math.isfinite(share):
            raise KurentoError(ErrorCode.MEDIA_OBJECT_ILLEGAL_PARAM_ERROR, f"'{name}' must be a finite number")


def _even(pixels: float) -> int:
    return 2 * round(pixels / 2)


def _crop(begin: float, end: float, box_length: float, image_length: int) -> tuple[int, int]:
    """Which pixels of the image belong to a stretch of its box, at least one."""
    first = min(image_length - 1, max(0, math.floor(begin / box_length * image_length + 1e-6)))
    last = min(image_length, math.ceil(end / box_length * image_length - 1e-6))
    return first, max(first + 1, last)


def _of_256(opacity: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    return (opacity * 256 + 127) // 255
