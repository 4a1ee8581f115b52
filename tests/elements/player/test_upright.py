"""Clips and photographs of a phone that was held sideways or upside down."""

from __future__ import annotations

import struct
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from kms_trio.generated.core.types import MediaType
from kms_trio.media.formats import Format, StreamKind, Want
from kms_trio.testing.clips import numbered_picture, picture_number, write_clip
from kms_trio.testing.elements import Bench

RAW = Want(StreamKind.RAW)
ENCODED = Want(StreamKind.ENCODED, (Format("H264", 90_000),))
MakePlayer = Callable[..., Any]
FROM_TYPE_TO_MATRIX = 44
"""Bytes in a track header box of version 0 (ISO/IEC 14496-12 section 8.3.2)."""
EXIF_ORIENTATION = {90: 6, 180: 3, 270: 8}


def hold(path: Path, clockwise: int) -> None:
    """Note in an MP4 file by how many degrees its pictures are to be turned."""
    cosine, sine = {90: (0, 1), 180: (-1, 0), 270: (0, -1)}[clockwise]
    one = 1 << 16
    matrix = struct.pack(">9i", cosine * one, sine * one, 0, -sine * one, cosine * one, 0, 0, 0, 1 << 30)
    data = bytearray(path.read_bytes())
    begin = data.index(b"tkhd") + FROM_TYPE_TO_MATRIX
    data[begin : begin + len(matrix)] = matrix
    path.write_bytes(data)


def turned_back(picture: av.VideoFrame, clockwise: int) -> int | None:
    """The number on a picture, before it was turned."""
    gray: Any = np.ascontiguousarray(np.rot90(picture.to_ndarray(format="gray"), clockwise // 90))
    return picture_number(av.VideoFrame.from_ndarray(gray, format="gray"))


@pytest.mark.parametrize("clockwise", [90, 180, 270])
async def test_a_clip(bench: Bench, player: MakePlayer, tmp_path: Path, clockwise: int) -> None:
    path = write_clip(tmp_path / "held.mp4", seconds=1.0, video="libx264", audio=None)
    hold(path, clockwise)
    element = player(path)
    shown, sent = bench.tap(element, MediaType.VIDEO, RAW), bench.tap(element, MediaType.VIDEO, ENCODED)
    element.play()
    await bench.expect_any(("EndOfStream", "Error"), element)
    await bench.settle()
    assert bench.errors(element) == []
    assert [turned_back(picture, clockwise) for picture in shown.units] == list(range(15))
    assert all(later.pts - earlier.pts == 6000 for earlier, later in zip(shown.units, shown.units[1:], strict=False))
    decoder: Any = av.CodecContext.create("h264", "r")
    pictures = [picture for frame in sent.units for picture in decoder.decode(av.Packet(frame.data))]
    size = (120, 160) if clockwise != 180 else (160, 120)
    assert {(picture.width, picture.height, picture.rotation) for picture in pictures} == {(*size, 0)}
    assert [turned_back(picture, clockwise) for picture in pictures] == list(range(len(pictures)))


@pytest.mark.parametrize("clockwise", [90, 180, 270])
async def test_a_photograph(bench: Bench, player: MakePlayer, tmp_path: Path, clockwise: int) -> None:
    encoder: Any = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt, encoder.time_base = 160, 120, "yuvj420p", Fraction(1, 25)
    picture = numbered_picture(725).reformat(format="yuvj420p")
    picture.pts = 0
    data = b"".join(bytes(packet) for packet in [*encoder.encode(picture), *encoder.encode(None)])
    entry = struct.pack(">HHIHH", 0x0112, 3, 1, EXIF_ORIENTATION[clockwise], 0)
    tiff = b"MM\0*" + struct.pack(">IH", 8, 1) + entry + bytes(4)
    exif = b"Exif\0\0" + tiff
    path = tmp_path / "held.jpg"
    path.write_bytes(data[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + data[2:])
    element = player(path)
    shown = bench.tap(element, MediaType.VIDEO, RAW)
    element.play()
    [still, *_] = await shown.take(2)
    await element.stop()
    assert turned_back(still, clockwise) == 725
