"""Reading plates: a row of shapes of one height on a plain ground, each read by itself."""

from __future__ import annotations

from typing import Any, Final

import attrs
import numpy as np

from kms_platedetector.glyphs import ALIKE, Glyph, GlyphReader
from kms_platedetector.places import Place, PlaceFinder, widths
from kms_trio.api import Picture

__all__ = ["Plate", "PlateReader"]

READ_HEIGHT: Final = 96
"""Places are scaled to this height before they are read."""
FEWEST: Final = 4
MOST: Final = 10
"""Characters of a plate."""
TALL_SHARES: Final = (0.25, 0.95)
"""Height of characters by that of the place."""
ALIGNED: Final = 0.18
"""By how much of their height characters may differ in height, and stand off the line."""
WIDEST_GAP: Final = 1.6
"""Between characters, by their height."""
BAD_READING: Final = 2.0
"""Mean distance of glyphs from which a row is taken to be no text."""
TEXT_SHARE: Final = 0.6
"""How much of a plate's width its text takes, at least."""
LETTERS: Final = {"0": "O", "1": "I"}


@attrs.frozen
class Plate:
    """A plate: its text, where it is, in pixels of the picture, and how doubtful the reading is."""

    text: str
    place: Place
    doubt: float = 0.0


@attrs.frozen
class _Shape:
    x: int
    y: int
    width: int
    height: int
    pixels: Picture = attrs.field(eq=False)


class PlateReader:
    """Finds and reads plates in pictures; `cv2` is OpenCV."""

    def __init__(self, cv2: Any) -> None:
        self._cv2 = cv2
        self._places = PlaceFinder(cv2)
        self._glyphs = GlyphReader(cv2)

    def read(self, gray: Picture, width_share: float | None) -> list[Plate]:
        """The plates in a picture (height, width), each once."""
        read = [self._read_place(gray, place) for place in self._places.find(gray, width_share)]
        plates: list[Plate] = []
        narrowest, widest = widths(gray, width_share)
        for plate in sorted((each for each in read if each is not None), key=lambda each: each.doubt):
            fits = TEXT_SHARE * narrowest <= plate.place.width <= widest
            if fits and not any(_overlap(plate.place, other.place) for other in plates):
                plates.append(plate)
        return plates

    def _read_place(self, gray: Picture, place: Place) -> Plate | None:
        cv2 = self._cv2
        scale = READ_HEIGHT / place.height
        part = gray[place.y : place.y + place.height, place.x : place.x + place.width]
        part = cv2.resize(part, (max(1, round(place.width * scale)), READ_HEIGHT), interpolation=cv2.INTER_CUBIC)
        best: tuple[float, list[_Shape], str] | None = None  # doubt, where, text
        for mode in (cv2.THRESH_BINARY_INV, cv2.THRESH_BINARY):  # dark on light, light on dark
            _, plain = cv2.threshold(part, 0, 255, mode | cv2.THRESH_OTSU)
            local = cv2.adaptiveThreshold(part, 255, cv2.ADAPTIVE_THRESH_MEAN_C, mode, 61, 8)
            for binary in (plain, local):
                row = self._row(binary)
                glyphs = [self._glyphs.read(shape.pixels) for shape in row]
                read = [glyph for glyph in glyphs if glyph is not None]
                if len(read) < len(row) or not row:
                    continue
                distance = float(np.mean([glyph.distance for glyph in read]))
                doubt = distance / len(read)  # a longer row is less likely to be chance, or a part of the plate
                if distance < BAD_READING and (best is None or doubt < best[0]):
                    best = doubt, row, _text(read)
        if best is None:
            return None
        doubt, row, text = best
        left, right = row[0].x, row[-1].x + row[-1].width
        top, bottom = min(each.y for each in row), max(each.y + each.height for each in row)
        found = Place(
            place.x + round(left / scale),
            place.y + round(top / scale),
            round((right - left) / scale),
            round((bottom - top) / scale),
        )
        return Plate(text, found, doubt)

    def _row(self, binary: Picture) -> list[_Shape]:
        """Shapes that stand in a row like characters, from left to right; empty when there are too few."""
        count, labels, figures, _ = self._cv2.connectedComponentsWithStats(binary)
        shapes = []
        for label, (x, y, width, height, area) in enumerate(figures[1:count].tolist(), 1):
            tall = TALL_SHARES[0] * READ_HEIGHT <= height <= TALL_SHARES[1] * READ_HEIGHT
            if tall and 0.08 <= width / height <= 1.6 and area > 0.12 * width * height:
                own = labels[y : y + height, x : x + width] == label
                shapes.append(_Shape(x, y, width, height, np.where(own, np.uint8(255), np.uint8(0))))
        best: list[_Shape] = []
        for leader in shapes:
            reach = ALIGNED * leader.height
            row = sorted(
                (
                    each
                    for each in shapes
                    if abs(each.height - leader.height) <= reach
                    and abs(each.y + each.height / 2 - leader.y - leader.height / 2) <= reach + _slope(each, leader)
                ),
                key=lambda each: each.x,
            )
            row = _unbroken(row, leader)
            if len(row) > len(best):
                best = row
        return best if FEWEST <= len(best) <= MOST else []


def _slope(one: _Shape, other: _Shape) -> float:
    """How far off the line a plate that hangs aslant puts a character."""
    return 0.12 * abs(one.x - other.x)


def _unbroken(row: list[_Shape], leader: _Shape) -> list[_Shape]:
    """The part of a row around the leader without wide gaps."""
    parts: list[list[_Shape]] = [[]]
    for each in row:
        if parts[-1] and each.x - (parts[-1][-1].x + parts[-1][-1].width) > WIDEST_GAP * leader.height:
            parts.append([])
        parts[-1].append(each)
    return next((part for part in parts if leader in part), [])


def _text(glyphs: list[Glyph]) -> str:
    """The characters; those that look alike are digits unless letters stand on both sides, as most countries do it."""
    characters = [glyph.character for glyph in glyphs]
    for index, each in enumerate(characters):
        if each in ALIKE or each in ALIKE.values():
            digit = ALIKE.get(each, each)
            beside = characters[max(0, index - 1) : index] + characters[index + 1 : index + 2]
            between_letters = len(beside) == 2 and all(other.isalpha() for other in beside)
            characters[index] = LETTERS[digit] if between_letters else digit
    return "".join(characters)


def _overlap(one: Place, other: Place) -> bool:
    across = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    down = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    return across > 0 and down > 0
