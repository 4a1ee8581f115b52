"""Where pictures go on a canvas.  All coordinates are even, so that chroma planes of half the size match."""

from __future__ import annotations

import math

import attrs

__all__ = ["Place", "even", "fitted", "grid"]


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
