"""Writing test images."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np

from kms_trio.codecs.pictures import Picture


def as_png(bgra: Picture) -> bytes:
    """A PNG file of BGRA pixels."""
    context = av.CodecContext.create("png", "w")
    assert isinstance(context, av.VideoCodecContext)
    context.height, context.width = bgra.shape[:2]
    context.pix_fmt, context.framerate = "rgba", Fraction(1)
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(bgra), format="bgra").reformat(format="rgba")
    return b"".join(bytes(packet) for packet in (*context.encode(frame), *context.encode(None)))
