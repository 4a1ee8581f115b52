"""Image files to pictures: PNG, JPEG, WebP, GIF (its first picture), BMP and TIFF."""

from __future__ import annotations

import io
from typing import Any, Final

import av

from kms_trio.codecs.pictures import Picture, PictureFormat, PictureView

__all__ = ["ImageError", "decode_image"]

MAX_PIXELS: Final = 8192 * 8192
"""A few bytes can claim to be an endless picture."""

#: Only these are tried: other demuxers follow what the bytes say to other files and hosts.
_FORMATS: Final = "png_pipe,apng,jpeg_pipe,webp_pipe,gif,gif_pipe,bmp_pipe,tiff_pipe"


class ImageError(ValueError):
    """Bytes that are no image which can be read."""


def decode_image(data: bytes) -> Picture:
    """The pixels of an image file in `PictureFormat.BGRA`, with its transparency. Raises `ImageError`, nothing else."""
    try:
        bounds: Any = [{"max_pixels": f"{MAX_PIXELS}"}]  # of the one stream, while it is probed
        with av.open(io.BytesIO(data), "r", options={"format_whitelist": _FORMATS}, stream_options=bounds) as container:
            for stream in container.streams.video:
                stream.codec_context.options = {"max_pixels": f"{MAX_PIXELS}"}
                stream.codec_context.thread_count = 1
                for frame in container.decode(stream):
                    return PictureView(PictureFormat.BGRA, read_only=False).picture(frame)
    except (av.error.FFmpegError, ValueError, OSError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ImageError(f"not an image that can be read: {reason}") from error
    raise ImageError("not an image that can be read: there is no picture in it")
