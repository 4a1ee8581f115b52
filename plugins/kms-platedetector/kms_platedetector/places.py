"""Where in a picture plates may be: what a cascade takes for one, and rows of upright strokes on a plain ground."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import attrs
import numpy as np

from kms_trio.api import ErrorCode, KurentoError, Picture

__all__ = ["Place", "PlaceFinder", "widths"]

CASCADE: Final = "haarcascade_russian_plate_number.xml"
"""Comes with OpenCV. It was made for Russian plates and finds others of such proportions, too."""
NARROWEST: Final = 0.08
WIDEST: Final = 0.95
"""Shares of the picture's width that plates may have, unless the application says how wide they are."""
SPREAD: Final = 1.6
"""By which factor plates may be narrower or wider than the application says."""
PROPORTIONS: Final = (1.8, 9.0)
"""Width by height, with some room: plates of one line."""
MOST_PLACES: Final = 12


@attrs.frozen
class Place:
    """A rectangle in pixels."""

    x: int
    y: int
    width: int
    height: int

    def scaled(self, scale: float) -> Place:
        """The same place in a picture that is larger by `scale`."""
        return Place(*(round(each * scale) for each in (self.x, self.y, self.width, self.height)))


class PlaceFinder:
    """Finds places. Making one raises KurentoError 40108 when the installed OpenCV (`cv2`) has no cascade."""

    def __init__(self, cv2: Any) -> None:
        self._cv2 = cv2
        file = Path(getattr(getattr(cv2, "data", None), "haarcascades", ""), CASCADE)
        if not file.is_file():
            raise KurentoError(
                ErrorCode.MEDIA_OBJECT_NOT_AVAILABLE,
                f"PlateDetectorFilter plugin not available: OpenCV {cv2.__version__} has no {CASCADE}; "
                "install kms-platedetector[opencv]",
            )
        self._cascade = cv2.CascadeClassifier(str(file))

    def find(self, gray: Picture, width_share: float | None) -> list[Place]:
        """Places in a picture (height, width); `width_share` is how wide plates are, as a share of its width."""
        narrowest, widest = widths(gray, width_share)
        places = [*self._cascaded(gray, narrowest, widest), *self._rows_of_strokes(gray, narrowest, widest)]
        return places[:MOST_PLACES]

    def _cascaded(self, gray: Picture, narrowest: float, widest: float) -> list[Place]:
        smallest, largest = (max(1, round(width)) for width in (narrowest, widest))
        found = self._cascade.detectMultiScale(
            gray,
            scaleFactor=1.1,
            minNeighbors=3,
            minSize=(smallest, max(1, smallest // 5)),
            maxSize=(largest, largest),
        )
        return [_with_room(int(x), int(y), int(width), int(height), gray) for x, y, width, height in found]

    def _rows_of_strokes(self, gray: Picture, narrowest: float, widest: float) -> list[Place]:
        """Upright edges that stand close together, one beside the other, largest first."""
        cv2 = self._cv2
        edges = np.abs(cv2.Sobel(cv2.GaussianBlur(gray, (3, 3), 0), cv2.CV_16S, 1, 0))
        strong = np.where(edges > max(60.0, 2.5 * float(edges.mean())), np.uint8(255), np.uint8(0))
        found: dict[Place, None] = {}
        # As plates are of any size, gaps between characters are closed by several widths.
        for share in (0.012, 0.03, 0.06):
            gap = max(3, round(gray.shape[1] * share))
            closed = cv2.morphologyEx(strong, cv2.MORPH_CLOSE, np.ones((3, gap), np.uint8))
            closed = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((max(3, gap // 2), gap), np.uint8))
            count, _, figures, _ = cv2.connectedComponentsWithStats(closed)
            for x, y, width, height, area in figures[1:count].tolist():
                fits = narrowest * 0.7 <= width <= widest and PROPORTIONS[0] <= width / height <= PROPORTIONS[1]
                if fits and area > 0.5 * width * height:
                    found[_with_room(x, y, width, height, gray)] = None
        return sorted(found, key=lambda place: -place.width)


def widths(gray: Picture, width_share: float | None) -> tuple[float, float]:
    """How narrow and how wide plates may be in a picture, in pixels."""
    if width_share is None:
        return gray.shape[1] * NARROWEST, gray.shape[1] * WIDEST
    return gray.shape[1] * width_share / SPREAD, gray.shape[1] * min(1.0, width_share * SPREAD)


def _with_room(x: int, y: int, width: int, height: int, gray: Picture) -> Place:
    across, down = round(width * 0.1 + height * 0.6), round(height * 0.3)  # the outermost characters may be missing
    left, top = max(0, x - across), max(0, y - down)
    right, bottom = min(gray.shape[1], x + width + across), min(gray.shape[0], y + height + down)
    return Place(left, top, right - left, bottom - top)
