"""Finding faces in pictures: OpenCV's Haar cascade for frontal faces, which comes with OpenCV itself.

The whole picture is searched a few times a second; in between each face is looked for near its last place, which costs
a tenth. A face that is lost stays where it was for a moment, which hides the gaps of the detector.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import attrs
import numpy as np

from kms_filters.overlay import Box
from kms_trio.api import ErrorCode, KurentoError, Picture

__all__ = ["FaceFinder"]

CASCADE: Final = "haarcascade_frontalface_alt2.xml"
SEARCH_WIDTH: Final = 480
"""Pictures are searched at this width: faces are large, and time grows with the square."""
SMALLEST_FACE: Final = 24
"""In pixels of the picture that is searched."""
SEARCH_INTERVAL_S: Final = 0.25
LOST_SEARCH_INTERVAL_S: Final = 0.09
"""The same while a face that was followed is lost."""
FOLLOW_INTERVAL_S: Final = 0.03
HOLD_S: Final = 0.3
NEAR: Final = 0.5
"""How far around its last place a face is looked for, as a share of its size."""


@attrs.frozen
class _Face:
    """A face in pixels of the searched picture, and when it was seen there."""

    x: int
    y: int
    size: int
    seen_s: float

    def is_near(self, other: _Face) -> bool:
        """Whether two may be the same."""
        reach = NEAR * max(self.size, other.size)
        return abs(self.x - other.x) < reach and abs(self.y - other.y) < reach


class FaceFinder:
    """Faces of a stream of pictures; for one thread at a time.

    Making one raises KurentoError 40108 when the installed OpenCV (`cv2`) comes without its cascades.
    """

    def __init__(self, cv2: Any) -> None:
        self._cv2 = cv2
        file = Path(getattr(getattr(cv2, "data", None), "haarcascades", ""), CASCADE)
        if not file.is_file():
            raise KurentoError(
                ErrorCode.MEDIA_OBJECT_NOT_AVAILABLE,
                f"FaceOverlayFilter plugin not available: OpenCV {cv2.__version__} has no {CASCADE}; "
                "install kms-filters[opencv]",
            )
        self._cascade = cv2.CascadeClassifier(str(file))
        self._faces: list[_Face] = []
        self._looked_s = float("-inf")
        self._searched_s = float("-inf")

    def find(self, luma: Picture, time_s: float) -> list[Box]:
        """Faces in a picture that was taken at `time_s`, in its pixels."""
        if time_s < self._looked_s:  # another stream
            self._faces, self._looked_s, self._searched_s = [], float("-inf"), float("-inf")
        scale = max(1.0, luma.shape[1] / SEARCH_WIDTH)
        lost = any(face.seen_s < self._looked_s for face in self._faces)
        search = time_s - self._searched_s >= (LOST_SEARCH_INTERVAL_S if lost else SEARCH_INTERVAL_S)
        if search or (self._faces and time_s - self._looked_s >= FOLLOW_INTERVAL_S):
            self._looked_s = time_s
            small = self._small(luma, scale)
            if search:
                self._searched_s = time_s
                seen = self._detect(small, time_s)
            else:
                seen = [face for known in self._faces for face in self._follow(small, known, time_s)]
            held = [face for face in self._faces if time_s - face.seen_s < HOLD_S]
            self._faces = seen + [face for face in held if not any(face.is_near(other) for other in seen)]
        return [Box(face.x * scale, face.y * scale, face.size * scale, face.size * scale) for face in self._faces]

    def _small(self, luma: Picture, scale: float) -> Picture:
        height, width = luma.shape
        size = (max(1, round(width / scale)), max(1, round(height / scale)))
        small = luma if scale == 1 else self._cv2.resize(luma, size, interpolation=self._cv2.INTER_AREA)
        return np.asarray(self._cv2.equalizeHist(np.ascontiguousarray(small)), np.uint8)

    def _follow(self, small: Picture, known: _Face, time_s: float) -> list[_Face]:
        """The face that was known, near its place; an empty list when it is not there."""
        margin = round(NEAR * known.size)
        left, top = max(0, known.x - margin), max(0, known.y - margin)
        part = small[top : known.y + known.size + margin, left : known.x + known.size + margin]
        found = self._detect(np.ascontiguousarray(part), time_s, round(known.size * 0.7), round(known.size * 1.4))
        moved = [attrs.evolve(face, x=face.x + left, y=face.y + top) for face in found]
        return sorted(moved, key=lambda face: abs(face.size - known.size))[:1]

    def _detect(self, small: Picture, time_s: float, smallest: int = 0, largest: int = 0) -> list[_Face]:
        smallest = max(SMALLEST_FACE, smallest)
        found = self._cascade.detectMultiScale(
            small, scaleFactor=1.15, minNeighbors=4, minSize=(smallest, smallest), maxSize=(largest, largest)
        )
        return [_Face(int(x), int(y), int(width), time_s) for x, y, width, _ in found]
