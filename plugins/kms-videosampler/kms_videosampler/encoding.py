"""Pictures to image files, in memory."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

import av
import numpy as np

from kms_trio.api import Picture
from kms_videosampler.generated.types import ImageEncoding

__all__ = ["encode_picture"]

#: By encoding: FFmpeg's encoder, and the pixels that it takes.
_ENCODERS: Final = {
    ImageEncoding.PNG: ("png", "rgb24"),
    ImageEncoding.JPEG: ("mjpeg", "yuvj420p"),
    ImageEncoding.BMP: ("bmp", "bgr24"),
    ImageEncoding.PBM: ("pbm", "monow"),
    ImageEncoding.PPM: ("ppm", "rgb24"),
}


def encode_picture(picture: Picture, encoding: ImageEncoding, width: int, height: int) -> bytes:
    """The file of a YUV picture, `width` by `height` pixels; 0 is for the size of the picture.

    Where only one of the two is given the picture keeps its proportions.
    """
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="yuv420p")
    if width or height:
        width, height = (
            width or max(1, round(frame.width * height / frame.height)),
            height or max(1, round(frame.height * width / frame.width)),
        )
    name, pixels = _ENCODERS[encoding]
    frame = frame.reformat(width or frame.width, height or frame.height, pixels, interpolation="AREA")
    frame.pts, frame.time_base = 0, Fraction(1)
    encoder = av.CodecContext.create(name, "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt, encoder.time_base = frame.width, frame.height, pixels, Fraction(1)
    return b"".join(bytes(packet) for packet in (*encoder.encode(frame), *encoder.encode(None)))
