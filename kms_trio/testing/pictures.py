"""Pictures for tests of filters: known ones to begin with, PNG files, and how far two are apart.

A picture is a numpy array of `PictureFormat.BGR` unless said otherwise: (height, width, 3), blue first, 0 to 255.
"""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import numpy as np

from kms_trio.codecs.images import decode_image
from kms_trio.codecs.pictures import Picture

__all__ = [
    "colour_bars",
    "difference",
    "mean_difference",
    "plain_picture",
    "psnr_db",
    "read_picture",
    "write_picture",
]

#: White, yellow, cyan, green, magenta, red, blue, black, as blue, green and red.
_BARS: Final = (
    (255, 255, 255),
    (0, 255, 255),
    (255, 255, 0),
    (0, 255, 0),
    (255, 0, 255),
    (0, 0, 255),
    (255, 0, 0),
    (0, 0, 0),
)

#: A difference is shown this many times as strong, so that the eye finds it.
_GAIN: Final = 8


def plain_picture(blue: int, green: int, red: int, width: int = 320, height: int = 240) -> Picture:
    """A picture of one colour."""
    return np.full((height, width, 3), (blue, green, red), np.uint8)


def colour_bars(width: int = 320, height: int = 240) -> Picture:
    """Eight bars from white to black, above a ramp from black to white in the lowest quarter."""
    columns = np.arange(width)
    picture = np.empty((height, width, 3), np.uint8)
    picture[:] = np.array(_BARS, np.uint8)[columns * len(_BARS) // width]
    picture[height * 3 // 4 :] = (columns * 255 // max(width - 1, 1)).astype(np.uint8)[:, None]
    return picture


def read_picture(path: Path) -> Picture:
    """The picture in an image file, without its transparency. Raises OSError, and `ImageError` for other files."""
    return np.ascontiguousarray(decode_image(path.read_bytes())[..., :3])


def write_picture(path: Path, picture: Picture) -> None:
    """Write a PNG file. `picture` is BGR, BGRA (whose opacity is left out) or gray. Raises OSError."""
    frame = av.VideoFrame.from_ndarray(_colour(picture)[..., ::-1].copy(), format="rgb24")
    encoder = av.CodecContext.create("png", "w")
    encoder.width, encoder.height, encoder.pix_fmt = frame.width, frame.height, "rgb24"
    encoder.time_base = Fraction(1, 25)
    data = b"".join(bytes(packet) for packet in (*encoder.encode(frame), *encoder.encode(None)))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def mean_difference(one: Picture, other: Picture) -> float:
    """How far pixels of the two are apart on average, 0 to 255. Raises AssertionError when their sizes differ."""
    return float(np.abs(_signed(one, other)).mean())


def psnr_db(one: Picture, other: Picture) -> float:
    """Peak signal-to-noise ratio: infinite for equal pictures, about 40 dB where the eye sees no difference.

    Raises AssertionError when their sizes differ.
    """
    error = float((_signed(one, other).astype(np.float64) ** 2).mean())
    return math.inf if error == 0 else 10 * math.log10(255**2 / error)


def difference(one: Picture, other: Picture) -> Picture:
    """A picture of where the two differ: black where they do not."""
    shown: Picture = np.minimum(np.abs(_signed(one, other)) * _GAIN, 255).astype(np.uint8)
    return shown


def _signed(one: Picture, other: Picture) -> np.ndarray[tuple[int, ...], np.dtype[np.int16]]:
    first, second = _colour(one), _colour(other)
    assert first.shape == second.shape, f"expected a picture of {_size(second)}, got one of {_size(first)}"
    return first.astype(np.int16) - second.astype(np.int16)


def _colour(picture: Picture) -> Picture:
    return np.repeat(picture[:, :, None], 3, axis=2) if picture.ndim == 2 else picture[..., :3]


def _size(picture: Picture) -> str:
    return f"{picture.shape[1]}x{picture.shape[0]}"
