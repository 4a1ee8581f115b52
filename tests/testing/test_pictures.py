"""Pictures for tests: how far apart two are, and PNG files that hold what was written."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from kms_trio.codecs.images import ImageError
from kms_trio.testing.pictures import (
    colour_bars,
    difference,
    mean_difference,
    plain_picture,
    psnr_db,
    read_picture,
    write_picture,
)


def test_bars() -> None:
    bars = colour_bars(80, 40)
    assert bars.shape == (40, 80, 3)
    assert [tuple(map(int, bars[0, x])) for x in (0, 10, 50, 79)] == [
        (255, 255, 255),
        (0, 255, 255),
        (0, 0, 255),
        (0, 0, 0),
    ]
    assert (int(bars[-1, 0, 0]), int(bars[-1, -1, 0])) == (0, 255)


def test_distances() -> None:
    black, gray, white = (plain_picture(level, level, level) for level in (0, 10, 255))
    assert (mean_difference(black, black), psnr_db(black, black)) == (0.0, math.inf)
    assert mean_difference(black, gray) == 10.0
    assert psnr_db(black, gray) == pytest.approx(28.13, abs=0.01)
    assert psnr_db(black, white) == 0.0
    assert (int(difference(black, gray).max()), int(difference(gray, black).min())) == (80, 80)
    with pytest.raises(AssertionError, match="expected a picture of 4x2, got one of 320x240"):
        psnr_db(black, plain_picture(0, 0, 0, 4, 2))


def test_shapes_that_filters_have_are_compared_as_what_they_show() -> None:
    bars = colour_bars()
    bgra = np.dstack((bars, np.zeros(bars.shape[:2], np.uint8)))
    assert mean_difference(bars, bgra) == 0
    assert mean_difference(np.full((6, 8), 7, np.uint8), plain_picture(7, 7, 7, 8, 6)) == 0


@pytest.mark.parametrize("size", [(320, 240), (17, 5), (1, 1)])
def test_files_hold_what_was_written(tmp_path: Path, size: tuple[int, int]) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (size[1], size[0], 3), np.uint8)
    write_picture(tmp_path / "new" / "noise.png", noise)
    assert np.array_equal(read_picture(tmp_path / "new" / "noise.png"), noise)


def test_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_picture(tmp_path / "none.png")
    (tmp_path / "none.png").write_bytes(b"none")
    with pytest.raises(ImageError):
        read_picture(tmp_path / "none.png")
