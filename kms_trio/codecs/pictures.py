"""Pictures as numpy arrays: how the frames of a stream are shown to code that works on pixels, and back.

A decoder gives planar YUV and an encoder wants it, so a filter that can work on `YUV`, or that only looks at `GRAY`,
costs no conversion at all; `BGR` and `BGRA` cost one on the way in and one in the encoder.
"""

from __future__ import annotations

import enum
from typing import Any, Final

import av
import numpy as np
import numpy.typing as npt
from av.video.reformatter import VideoReformatter

__all__ = [
    "LUMA_FIRST",
    "Picture",
    "PictureError",
    "PictureFormat",
    "PictureView",
    "frame_of_picture",
    "untimed_frame",
    "yuv_planes",
]

Picture = npt.NDArray[np.uint8]
"""Pixels, shaped as the `PictureFormat` says."""


class PictureFormat(enum.Enum):
    """Shape and meaning of a picture of `height` by `width` pixels; the values are FFmpeg's names."""

    BGR = "bgr24"
    """(height, width, 3): blue, green, red; what OpenCV calls a colour image."""
    BGRA = "bgra"
    """(height, width, 4): blue, green, red and opacity, which is 255 in video."""
    GRAY = "gray"
    """(height, width): brightness. Looked at only, it is the luma of the video as it is, 16 to 235."""
    YUV = "yuv420p"
    """(height * 3 / 2, width): I420, see `yuv_planes`. Sizes are even; an odd row or column is scaled away."""


CHANNELS: Final = {PictureFormat.BGR: 3, PictureFormat.BGRA: 4}

#: Formats whose first plane is the luma, 8 bit.
LUMA_FIRST: Final = frozenset({"gray", "yuv420p", "yuv422p", "yuv444p", "yuvj420p", "nv12"})


class PictureError(ValueError):
    """What was given as a picture is none of that format."""


class PictureView:
    """Shows frames as pictures of one format.

    Keeps what converting needs between frames; for one thread. A picture to be changed is the caller's own; one to be
    looked at may be the frame's very memory, which other consumers share, and refuses to be written.
    """

    def __init__(self, format: PictureFormat, *, read_only: bool) -> None:
        self._format = format
        self._read_only = read_only
        self._reformatter = VideoReformatter()

    def picture(self, frame: av.VideoFrame) -> Picture:
        """The pixels of a frame."""
        if self._format is PictureFormat.YUV:
            pixels = _uint8(self._converted(frame, frame.width & ~1, frame.height & ~1).to_ndarray())
        else:
            luma = self._read_only and self._format is PictureFormat.GRAY and frame.format.name in LUMA_FIRST
            shown = frame if luma else self._converted(frame, frame.width, frame.height)
            pixels = _first_plane(shown, CHANNELS.get(self._format))
            if shown.format.name == "bgr24" and self._format is PictureFormat.BGRA:
                pixels = _opaque(pixels)
            elif shown is frame and not self._read_only:
                pixels = pixels.copy()
        if self._read_only:
            pixels.flags.writeable = False
        return pixels

    def _converted(self, frame: av.VideoFrame, width: int, height: int) -> av.VideoFrame:
        name = self._format.value
        if (frame.format.name, frame.width, frame.height) == (name, width, height):
            return frame
        if self._format is PictureFormat.BGRA and width % 8 and not _may_be_transparent(frame.format):
            name = "bgr24"  # libswscale leaves the last pixels of such lines unset when it goes to 32 bit at once
        return self._reformatter.reformat(frame, width=width, height=height, format=name)


def frame_of_picture(picture: object, format: PictureFormat, source: av.VideoFrame) -> av.VideoFrame:
    """A frame that shows `picture`, as a rule without copying it, at the time of `source`.

    Raises `PictureError` when that is no array of this format.
    """
    frame = untimed_frame(picture, format)
    frame.pts = source.pts
    if source.time_base:  # unset in frames that were made without a time
        frame.time_base = source.time_base
    return frame


def untimed_frame(picture: object, format: PictureFormat) -> av.VideoFrame:
    """A frame that shows `picture`, as a rule without copying it. Raises `PictureError`."""
    channels = CHANNELS.get(format)
    wanted = "(height, width)" if channels is None else f"(height, width, {channels})"
    if not isinstance(picture, np.ndarray):
        raise PictureError(f"expected an array of {wanted}, got {type(picture).__name__}")
    if picture.dtype != np.uint8:
        raise PictureError(f"expected pixels of uint8, got {picture.dtype}")
    fits = picture.ndim == 2 if channels is None else picture.ndim == 3 and picture.shape[2] == channels
    if format is PictureFormat.YUV and fits:
        fits = picture.shape[0] % 3 == 0 and picture.shape[1] % 2 == 0
    if not fits or not picture.size:
        raise PictureError(f"expected a picture of shape {wanted} for {format.name}, got {picture.shape}")
    whole = format is not PictureFormat.YUV or picture.shape[0] % 6 == 0  # else PyAV's view loses two rows
    make = av.VideoFrame.from_numpy_buffer if whole else av.VideoFrame.from_ndarray
    return make(np.ascontiguousarray(picture), format.value)


def yuv_planes(picture: Picture) -> tuple[Picture, Picture, Picture]:
    """Views of the planes of a YUV picture: luma (height, width), and two of colour at half that size each way."""
    height, width = picture.shape[0] * 2 // 3, picture.shape[1]
    colour = picture[height:].reshape(2, height // 2, width // 2)
    return picture[:height], colour[0], colour[1]


def _may_be_transparent(format: av.VideoFormat) -> bool:
    return format.has_palette or any(component.is_alpha for component in format.components)


def _opaque(pixels: Picture) -> Picture:
    return np.dstack((pixels, np.full(pixels.shape[:2], 255, np.uint8)))


def _first_plane(frame: av.VideoFrame, channels: int | None) -> Picture:
    """A view of the packed pixels of a frame, or of its luma."""
    if frame.format.name == "bgr24":
        channels = 3
    plane: Any = frame.planes[0]  # a buffer, though its type does not say so
    row = plane.line_size
    if channels is None:
        return np.ndarray((frame.height, frame.width), np.uint8, plane, strides=(row, 1))
    return np.ndarray((frame.height, frame.width, channels), np.uint8, plane, strides=(row, channels, 1))


def _uint8(pixels: npt.NDArray[Any]) -> Picture:
    assert pixels.dtype == np.uint8
    return pixels
