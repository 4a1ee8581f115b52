"""PlateDetectorFilter (platedetector.PlateDetectorFilter.kmd.json)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kms_platedetector.generated.events import PlateDetected
from kms_platedetector.generated.interfaces import PlateDetectorFilterInterface
from kms_platedetector.places import Place
from kms_platedetector.plates import Plate, PlateReader
from kms_platedetector.sightings import Sightings
from kms_trio.api import ErrorCode, KurentoError, Picture, PictureFormat, VideoFilter, require, yuv_planes

if TYPE_CHECKING:
    from kms_trio.api import MediaObject, ObjectContext, RemoteClass

__all__ = ["PlateDetectorFilter"]

SEARCH_WIDTH: Final = 800
"""Pictures are searched at this width: characters have to stay some ten pixels high."""
SEARCH_INTERVAL_S: Final = 0.2
DRAWN_LUMA: Final = 235


class PlateDetectorFilter(VideoFilter, PlateDetectorFilterInterface):
    """Finds number plates, reads them, and draws what it read above them."""

    picture_format = PictureFormat.YUV
    replayed = ("set_plate_width_percentage",)

    def __init__(
        self,
        context: ObjectContext,
        parent: MediaObject | None,
        object_class: RemoteClass,
        media_pipeline: MediaObject | None = None,
    ) -> None:
        super().__init__(context, parent, object_class, media_pipeline)
        self._width_share: float | None = None
        self._cv2: Any = None
        self._reader: PlateReader | None = None
        self._sightings = Sightings()
        self._searched_s: float | None = None
        self._plates: list[Plate] = []

    def prepare(self) -> None:
        """Load OpenCV and draw the letters. Raises KurentoError 40108 when it is not installed."""
        by = self.object_class.name
        self._cv2 = require("cv2", package="opencv-python-headless", extra="kms-platedetector[opencv]", by=by)
        self._reader = PlateReader(self._cv2)

    def set_plate_width_percentage(self, plate_width_percentage: float) -> None:
        """Say how wide plates are, as a share of the picture's width above 0 to 1. Raises KurentoError 40107."""
        if not (math.isfinite(plate_width_percentage) and 0 < plate_width_percentage <= 1):
            raise KurentoError(
                ErrorCode.MEDIA_OBJECT_ILLEGAL_PARAM_ERROR,
                f"'plateWidthPercentage' must be above 0.0 and at most 1.0, not {plate_width_percentage}",
            )
        self._width_share = plate_width_percentage

    def process(self, picture: Picture) -> Picture | None:
        """Look for plates some times a second, and draw those that were found last."""
        luma = yuv_planes(picture)[0]
        now = self.picture_time_s
        if self._searched_s is None or not 0 <= now - self._searched_s < SEARCH_INTERVAL_S:
            self._searched_s = now
            self._plates = self._search(luma)
            for text in self._sightings.confirmed([plate.text for plate in self._plates], now):
                self.emit(PlateDetected(plate=text))
        for plate in self._plates:
            self._draw(luma, plate.text, plate.place)
        return picture

    def _search(self, luma: Picture) -> list[Plate]:
        assert self._reader is not None
        height, width = luma.shape
        scale = max(1.0, width / SEARCH_WIDTH)
        size = max(1, round(width / scale)), max(1, round(height / scale))
        small = np.asarray(self._cv2.resize(luma, size, interpolation=self._cv2.INTER_AREA), np.uint8)
        return [
            Plate(plate.text, plate.place.scaled(scale), plate.doubt)
            for plate in self._reader.read(small, self._width_share)
        ]

    def _draw(self, luma: Picture, text: str, place: Place) -> None:
        cv2 = self._cv2
        corner = place.x + place.width, place.y + place.height
        cv2.rectangle(luma, (place.x, place.y), corner, DRAWN_LUMA, 2)
        above = place.x, max(20, place.y - 8)
        cv2.putText(luma, text, above, cv2.FONT_HERSHEY_SIMPLEX, 0.8, 0, 5, cv2.LINE_AA)
        cv2.putText(luma, text, above, cv2.FONT_HERSHEY_SIMPLEX, 0.8, DRAWN_LUMA, 2, cv2.LINE_AA)
