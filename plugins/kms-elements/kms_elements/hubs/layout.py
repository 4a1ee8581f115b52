"""Where pictures go on a canvas.  All coordinates are even, so that chroma planes of half the size match."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import attrs

__all__ = ["LAYOUTS", "Layout", "Place", "column", "even", "fitted", "grid", "row", "speaker"]

Layout = Callable[[int, int, int], tuple["Place", ...]]
"""Places for so many pictures on a canvas of that width and height."""


@attrs.frozen
class Place:
    """A rectangle of a canvas, in pixels from its upper left corner."""

    x: int
    y: int
    width: int
    height: int


def even(pixels: float) -> int:
    """The even number next to `pixels`."""
    return 2 * round(pixels / 2)


def grid(count: int, width: int, height: int) -> tuple[Place, ...]:
    """`count` equal cells in rows: as many columns as rows, or one more."""
    if count == 0:
        return ()
    columns = math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    cell_width, cell_height = width // columns & ~1, height // rows & ~1
    return tuple(
        Place(number % columns * cell_width, number // columns * cell_height, cell_width, cell_height)
        for number in range(count)
    )


def row(count: int, width: int, height: int) -> tuple[Place, ...]:
    """`count` equal cells side by side."""
    cell_width = width // max(1, count) & ~1
    return tuple(Place(number * cell_width, 0, cell_width, height & ~1) for number in range(count))


def column(count: int, width: int, height: int) -> tuple[Place, ...]:
    """`count` equal cells one below the other."""
    cell_height = height // max(1, count) & ~1
    return tuple(Place(0, number * cell_height, width & ~1, cell_height) for number in range(count))


def speaker(count: int, width: int, height: int) -> tuple[Place, ...]:
    """The first place large, the others below it in a strip of a quarter of the height."""
    if count <= 1:
        return grid(count, width, height)
    strip_height = height // 4 & ~1
    strip_y = (height & ~1) - strip_height
    cell_width = min(width // 4, width // (count - 1)) & ~1
    begin = even((width - cell_width * (count - 1)) / 2)
    strip = (Place(begin + number * cell_width, strip_y, cell_width, strip_height) for number in range(count - 1))
    return (Place(0, 0, width & ~1, strip_y), *strip)


LAYOUTS: Final[Mapping[str, Layout]] = MappingProxyType(
    {"grid": grid, "row": row, "column": column, "speaker": speaker}
)
"""By the name that clients use."""


def fitted(place: Place, width: int, height: int) -> Place:
    """The largest part of `place`, in its middle, that has the proportions of a picture of `width` by `height`."""
    scale = min(place.width / width, place.height / height)
    fitted_width = min(place.width, max(2, even(width * scale)))
    fitted_height = min(place.height, max(2, even(height * scale)))
    return Place(
        place.x + even((place.width - fitted_width) / 2),
        place.y + even((place.height - fitted_height) / 2),
        fitted_width,
        fitted_height,
    )
