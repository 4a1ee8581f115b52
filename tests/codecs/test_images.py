"""Image files of every kind that is read, damaged ones, and ones that lie."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kms_trio.codecs.images import ImageError, decode_image


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int, height: int, lines: bytes) -> bytes:
    """A PNG of 8-bit RGBA (RFC 2083); `lines` each begin with a filter byte."""
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")


#: One line: opaque red, half transparent green, invisible blue.
SMALL = png(3, 1, bytes((0, 255, 0, 0, 255, 0, 255, 0, 128, 0, 0, 255, 0)))


def encoded(codec: str, pixel_format: str) -> bytes:
    """An image of a red left and a blue right half, 34 by 20, as FFmpeg writes it."""
    pixels = np.zeros((20, 34, 3), dtype=np.uint8)
    pixels[:, :17, 0] = pixels[:, 17:, 2] = 255
    context = av.CodecContext.create(codec, "w")
    assert isinstance(context, av.VideoCodecContext)
    context.width, context.height, context.pix_fmt = 34, 20, pixel_format
    context.framerate = 1
    packets = context.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format=pixel_format))
    return b"".join(bytes(packet) for packet in (*packets, *context.encode(None)))


def test_transparency_is_kept() -> None:
    assert decode_image(SMALL).tolist() == [[[0, 0, 255, 255], [0, 255, 0, 128], [255, 0, 0, 0]]]


@pytest.mark.parametrize(
    ("codec", "pixel_format"), [("png", "rgb24"), ("png", "rgba"), ("mjpeg", "yuvj444p"), ("bmp", "bgr24")]
)
def test_formats(codec: str, pixel_format: str) -> None:
    picture = decode_image(encoded(codec, pixel_format)).astype(int)
    assert picture.shape == (20, 34, 4)
    assert np.abs(picture[:, :16] - (0, 0, 255, 255)).max() < 8
    assert np.abs(picture[:, 18:] - (255, 0, 0, 255)).max() < 8


@pytest.mark.parametrize("data", [b"", b"x", SMALL[:20], b"\x89PNG\r\n\x1a\n" + bytes(100)])
def test_what_is_no_image_is_refused(data: bytes) -> None:
    with pytest.raises(ImageError, match="not an image that can be read"):
        decode_image(data)


def test_a_picture_beyond_all_bounds_is_refused() -> None:
    with pytest.raises(ImageError):
        decode_image(png(60_000, 60_000, bytes(1000)))


def test_a_playlist_opens_no_file(tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(SMALL)
    for text in (
        f"#EXTM3U\n#EXTINF:1,\nfile://{tmp_path}/secret.png\n",
        f"ffconcat version 1.0\nfile {tmp_path}/secret.png",
    ):
        with pytest.raises(ImageError):
            decode_image(text.encode())


@given(st.data())
def test_fuzz_damaged_images_raise_image_error_only(data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from([SMALL, encoded("mjpeg", "yuvj420p"), encoded("bmp", "bgr24")]))
    begin = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(begin, len(whole)))
    try:
        picture = decode_image(whole[:begin] + data.draw(st.binary(max_size=16)) + whole[end:])
    except ImageError:
        return
    assert picture.ndim == 3
    assert picture.shape[2] == 4
