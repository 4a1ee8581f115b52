"""Reading single characters: what a shape is most like, among letters and digits drawn with OpenCV's Hershey fonts.

The letters are drawn when the filter is made, in strokes of several widths and slants: nothing is loaded, nothing is
trained. Shapes are compared by their histograms of oriented gradients, proportions and holes.
"""

from __future__ import annotations

from typing import Any, Final

import attrs
import numpy as np
import numpy.typing as npt

from kms_trio.api import Picture

__all__ = ["ALIKE", "Glyph", "GlyphReader"]

CHARACTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
#: Characters that look the same on plates: the letter, and the digit.
ALIKE: Final = {"O": "0", "Q": "0", "I": "1"}

WIDTH: Final = 16
HEIGHT: Final = 24
DRAWN_HEIGHT: Final = 60
STROKES: Final = (5, 8, 11)
SLANTS: Final = (-0.12, 0.0, 0.12)
PROPORTION_WEIGHT: Final = 2.0
HOLES_WEIGHT: Final = 1.0
STRANGE: Final = 2.6
"""Distance from which a shape is like no character."""


@attrs.frozen
class Glyph:
    """A character that was read; `distance` is 0 for one that looks just as it was drawn."""

    character: str
    distance: float


class GlyphReader:
    """Reads shapes; `cv2` is OpenCV."""

    def __init__(self, cv2: Any) -> None:
        self._cv2 = cv2
        self._gradients = cv2.HOGDescriptor((WIDTH, HEIGHT), (8, 8), (4, 4), (4, 4), 9)
        samples = [
            (character, self._features(shape)) for character in CHARACTERS for shape in self._drawings(character)
        ]
        self._characters = [character for character, _ in samples]
        self._known = np.array([features for _, features in samples], np.float32)

    def read(self, shape: Picture) -> Glyph | None:
        """The character that a shape (255 on 0, cut to its edges) is most like; None when it is like none."""
        distances = np.linalg.norm(self._known - self._features(shape), axis=1)
        nearest = int(distances.argmin())
        distance = float(distances[nearest])
        return Glyph(self._characters[nearest], distance) if distance < STRANGE else None

    def _features(self, shape: Picture) -> npt.NDArray[np.float32]:
        cv2 = self._cv2
        contours, tree = cv2.findContours(np.pad(shape, 1), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
        inner = [contour for contour, links in zip(contours, tree[0], strict=True) if links[3] >= 0] if contours else []
        holes = sum(cv2.contourArea(contour) > 0.01 * shape.size for contour in inner)
        proportion = min(1.0, shape.shape[1] / shape.shape[0])
        fitted = cv2.GaussianBlur(cv2.resize(shape, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA), (3, 3), 0)
        extra = [PROPORTION_WEIGHT * proportion, HOLES_WEIGHT * min(2, holes)]
        return np.concatenate((self._gradients.compute(fitted).ravel(), extra)).astype(np.float32)

    def _drawings(self, character: str) -> list[Picture]:
        cv2 = self._cv2
        drawings = []
        fonts = [cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX]
        if character.isdigit():  # those have a 3 with a flat top, as some plates have
            fonts += [cv2.FONT_HERSHEY_COMPLEX, cv2.FONT_HERSHEY_TRIPLEX]
        for font in fonts:
            for stroke in STROKES:
                canvas = np.zeros((140, 160), np.uint8)
                size = cv2.getFontScaleFromHeight(font, DRAWN_HEIGHT, stroke)
                cv2.putText(canvas, character, (40, 105), font, size, 255, stroke, cv2.LINE_AA)
                for slant in SLANTS:
                    bend = np.array([(1, -slant, slant * 70), (0, 1, 0)], np.float32)
                    drawn = cv2.warpAffine(canvas, bend, canvas.shape[::-1])
                    x, y, width, height = cv2.boundingRect(drawn)
                    shape = drawn[y : y + height, x : x + width]
                    drawings.append(np.where(shape > 127, np.uint8(255), np.uint8(0)))
        return drawings
