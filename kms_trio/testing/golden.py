"""Golden pictures: what a filter made once and somebody looked at, kept beside the tests and compared with.

    def test_tint(golden):
        golden("tint", run_filter(Tint, [colour_bars()]).picture)

compares with `golden/tint.png` in the folder of the test. Where that fails, `tint.actual.png` and, if there is
something to compare with, `tint.difference.png` are left beside it. `pytest --update-golden` writes `tint.png` anew.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import attrs
import pytest

from kms_trio.codecs.images import ImageError
from kms_trio.codecs.pictures import Picture
from kms_trio.testing.pictures import difference, psnr_db, read_picture, write_picture

__all__ = ["SIMILAR_DB", "Golden"]

SIMILAR_DB: Final = 40.0
"""Different rounding on another machine passes; what the eye sees does not."""


@attrs.frozen
class Golden:
    """Compares pictures with those in `folder`; with `update` it writes them instead."""

    folder: Path
    update: bool = False

    def __call__(self, name: str, picture: Picture, *, at_least_db: float = SIMILAR_DB) -> None:
        """Fail the test unless `picture` (BGR, BGRA or gray) is like `NAME.png`, by its PSNR."""
        __tracebackhide__ = True
        expected, actual, differing = (self._file(name, kind) for kind in ("", ".actual", ".difference"))
        for left_over in (actual, differing):
            left_over.unlink(missing_ok=True)
        if self.update:
            write_picture(expected, picture)
            return
        problem = self._problem(expected, differing, picture, at_least_db)
        if problem is not None:
            write_picture(actual, picture)
            pytest.fail(f"{problem}; look at {actual}, and if it is right: pytest --update-golden")

    def _problem(self, expected: Path, differing: Path, picture: Picture, at_least_db: float) -> str | None:
        try:
            golden = read_picture(expected)
        except FileNotFoundError:
            return f"there is no {expected.name} yet"
        except (OSError, ImageError) as error:
            return f"{expected.name} cannot be read: {error}"
        try:
            similarity_db = psnr_db(picture, golden)
        except AssertionError as wrong_size:
            return f"{expected.name}: {wrong_size}"
        if similarity_db >= at_least_db:
            return None
        write_picture(differing, difference(picture, golden))
        return f"{expected.name}: expected at least {at_least_db:.1f} dB of similarity, got {similarity_db:.1f} dB"

    def _file(self, name: str, kind: str) -> Path:
        if Path(name).name != name:
            raise ValueError(f"expected the name of a picture, got {name!r}")
        return self.folder / f"{name}{kind}.png"
