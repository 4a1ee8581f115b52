"""Finding ArUco markers, and how many there are of each id.

A marker that is hidden for a picture or two (by a hand, by blur) has not gone: fewer are told after a moment only.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

import attrs
import numpy as np
import numpy.typing as npt

from kms_trio.api import Picture

__all__ = ["Census", "Change", "Marker", "MarkerFinder"]

GONE_S: Final = 0.3
"""Fewer markers are told when there have been fewer for so long."""
CANDIDATE_DISTANCE: Final = 0.05
"""Of their circumference. With OpenCV's own value a card with a narrow white edge hides the marker that is on it."""


@attrs.frozen
class Marker:
    """A marker; `corners` are (4, 2), x and y, clockwise from what is its upper left corner."""

    id: int
    corners: npt.NDArray[np.float32] = attrs.field(eq=False)


@attrs.frozen
class Change:
    """There are `count` markers of an id now, `difference` more than before."""

    id: int
    count: int
    difference: int


class MarkerFinder:
    """Finds markers of ArUco's dictionary of 5 x 5 cells with the ids 0 to 999. `cv2` is OpenCV."""

    def __init__(self, cv2: Any) -> None:
        dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_5X5_1000)
        parameters = cv2.aruco.DetectorParameters()
        parameters.minMarkerDistanceRate = CANDIDATE_DISTANCE
        self._detector = cv2.aruco.ArucoDetector(dictionary, parameters)

    def find(self, gray: Picture) -> tuple[list[Marker], list[npt.NDArray[np.float32]]]:
        """The markers in a picture (height, width), and the corners of what looked like some but is none."""
        corners, ids, rejected = self._detector.detectMarkers(gray)
        ids = [] if ids is None else ids.ravel()
        found = [Marker(int(each), square.reshape(4, 2)) for each, square in zip(ids, corners, strict=True)]
        return found, [square.reshape(4, 2) for square in rejected]


class Census:
    """Tells how the number of markers of each id changes in a stream."""

    def __init__(self) -> None:
        self._told: dict[int, int] = {}
        self._seen_s: dict[int, float] = {}

    def changes(self, markers: list[Marker], time_s: float) -> list[Change]:
        """What to tell of a picture that was taken at `time_s` and shows these."""
        counts = Counter(marker.id for marker in markers)
        changes = []
        for marker_id in sorted({*counts, *self._told}):
            now, told = counts[marker_id], self._told.get(marker_id, 0)
            if now >= told:
                self._seen_s[marker_id] = time_s
            if now > told or (now < told and not 0 <= time_s - self._seen_s[marker_id] < GONE_S):
                changes.append(Change(marker_id, now, now - told))
                self._told[marker_id] = now
                self._seen_s[marker_id] = time_s
        for marker_id in [each for each, count in self._told.items() if not count]:
            del self._told[marker_id], self._seen_s[marker_id]
        return changes
