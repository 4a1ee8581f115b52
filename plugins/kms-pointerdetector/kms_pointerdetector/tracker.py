"""Following a thing by its colours: their histogram is taken once and looked for in each picture (back-projection)."""

from __future__ import annotations

from typing import Any, Final

import attrs
import numpy as np

from kms_trio.api import Picture

__all__ = ["Pointer", "Tracker"]

SEARCH_WIDTH: Final = 320
"""Pictures are searched at this width."""
BINS: Final = [30, 16]
RANGES: Final = [0, 180, 0, 256]
"""Of hue and saturation, as OpenCV has them."""
DARKEST: Final = 30
PALEST: Final = 30
"""Below this brightness or saturation a hue is chance."""
ALIKE: Final = 40
"""How often, of 255, a colour occurs in the calibration region for it to count."""
SMALLEST_SHARE: Final = 0.0008
"""A pointer is at least this share of the picture; smaller things are noise."""
LOST_S: Final = 0.5
"""A pointer that cannot be seen is taken to be where it was for this long."""


@attrs.frozen
class Pointer:
    """Where the thing is, and half its size, in pixels of the picture."""

    x: float
    y: float
    radius: float


class Tracker:
    """Follows one thing through a stream; for one thread at a time. `cv2` is OpenCV."""

    def __init__(self, cv2: Any) -> None:
        self._cv2 = cv2
        self._histogram: Any = None
        self._last: tuple[Pointer, float] | None = None

    def calibrate(self, region: Picture) -> bool:
        """Take the colours of a part of a picture (BGR); False, changing nothing, when it has none to go by."""
        cv2 = self._cv2
        if not region.size:
            return False
        hsv = cv2.cvtColor(np.ascontiguousarray(region), cv2.COLOR_BGR2HSV)
        histogram = cv2.calcHist([hsv], [0, 1], self._coloured(hsv), BINS, RANGES)
        if not histogram.any():
            return False
        cv2.normalize(histogram, histogram, 0, 255, cv2.NORM_MINMAX)
        self._histogram, self._last = histogram, None
        return True

    def find(self, picture: Picture, time_s: float) -> Pointer | None:
        """The thing in a picture (BGR) that was taken at `time_s`: the largest spot of its colours."""
        if self._histogram is None:
            return None
        found = self._search(picture)
        if found is not None:
            self._last = found, time_s
        elif self._last is not None and not 0 <= time_s - self._last[1] < LOST_S:
            self._last = None
        return None if self._last is None else self._last[0]

    def _search(self, picture: Picture) -> Pointer | None:
        cv2 = self._cv2
        scale = max(1.0, picture.shape[1] / SEARCH_WIDTH)
        size = round(picture.shape[1] / scale), max(1, round(picture.shape[0] / scale))
        hsv = cv2.cvtColor(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2HSV)
        alike = cv2.calcBackProject([hsv], [0, 1], self._histogram, RANGES, 1)
        spots = cv2.bitwise_and(np.where(alike >= ALIKE, np.uint8(255), np.uint8(0)), self._coloured(hsv))
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
        spots = cv2.morphologyEx(cv2.morphologyEx(spots, cv2.MORPH_OPEN, kernel), cv2.MORPH_CLOSE, kernel, iterations=2)
        count, _, figures, middles = cv2.connectedComponentsWithStats(spots)
        areas = figures[1:, cv2.CC_STAT_AREA]
        if count < 2 or areas.max() < SMALLEST_SHARE * spots.size:
            return None
        largest = 1 + int(areas.argmax())
        x, y = (float(place) * scale for place in middles[largest])
        return Pointer(x, y, float(np.sqrt(areas.max() / np.pi)) * scale)

    def _coloured(self, hsv: Picture) -> Picture:
        return np.asarray(self._cv2.inRange(hsv, (0, PALEST, DARKEST), (180, 255, 255)), np.uint8)
