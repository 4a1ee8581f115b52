"""ArMarkerdetector (markerdetector.ArMarkerdetector.kmd.json)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kms_filters.opencv import OpenCVFilter
from kms_markerdetector.generated.events import MarkerCount
from kms_markerdetector.generated.interfaces import ArMarkerdetectorInterface
from kms_markerdetector.markers import Census, Marker, MarkerFinder
from kms_markerdetector.sticker import Sticker, picture_of_text
from kms_trio.api import ErrorCode, KurentoError, Picture, load_image, require

if TYPE_CHECKING:
    from kms_trio.api import MediaObject, ObjectContext, RemoteClass

__all__ = ["ArMarkerdetector"]

MAX_SCALE: Final = 100.0
FOUND_COLOUR: Final = (0, 255, 0, 255)
REJECTED_COLOUR: Final = (0, 0, 255, 255)


class ArMarkerdetector(OpenCVFilter, ArMarkerdetectorInterface):
    """Finds ArUco markers, lays an image or a text over them, and tells how many there are of each id."""

    replayed = ("set_show_debug_level", "set_overlay_image", "set_overlay_text", "set_overlay_scale")

    def __init__(
        self,
        context: ObjectContext,
        parent: MediaObject | None,
        object_class: RemoteClass,
        media_pipeline: MediaObject | None = None,
    ) -> None:
        super().__init__(context, parent, object_class, media_pipeline)
        self._debug_level = 0
        self._image_uri = ""
        self._text = ""
        self._scale = 1.0
        self._stickers: tuple[Sticker | None, Sticker | None] = None, None  # image, text; replaced, never changed
        self._cv2: Any = None
        self._finder: MarkerFinder | None = None
        self._census = Census()

    def prepare(self) -> None:
        """Load OpenCV. Raises KurentoError 40108 when it is not installed."""
        super().prepare()
        by = self.object_class.name
        self._cv2 = require("cv2", package="opencv-python-headless", extra="kms-markerdetector[all]", by=by)
        self._finder = MarkerFinder(self._cv2)

    def set_show_debug_level(self, show_debug_level: int) -> None:
        """Draw 0 nothing, 1 frames and ids of markers, 2 also what only looked like some."""
        self._debug_level = show_debug_level

    def get_show_debug_level(self) -> int:
        """How much is drawn; 0 unless set."""
        return self._debug_level

    async def set_overlay_image(self, overlay_image: str) -> None:
        """Lay that image over markers, none when empty. Raises KurentoError 40107, 40600 when it cannot be loaded."""
        image = None
        if overlay_image:
            policy, default_path = self.context.uri_policy, self.context.settings.uri_endpoint.default_path
            image = Sticker(self._cv2, await load_image(overlay_image, policy, default_path))
        self._image_uri = overlay_image
        self._stickers = image, self._stickers[1]

    def get_overlay_image(self) -> str:
        """Where the image is; empty for none."""
        return self._image_uri

    def set_overlay_text(self, overlay_text: str) -> None:
        """Lay that text over markers, above the image; none when empty."""
        self._text = overlay_text
        text = Sticker(self._cv2, picture_of_text(self._cv2, overlay_text)) if overlay_text else None
        self._stickers = self._stickers[0], text

    def get_overlay_text(self) -> str:
        """The text; empty for none."""
        return self._text

    def set_overlay_scale(self, overlay_scale: float) -> None:
        """Set the size of image and text, 1.0 for that of the marker. Raises KurentoError 40107."""
        if not (math.isfinite(overlay_scale) and 0 < overlay_scale <= MAX_SCALE):
            raise KurentoError(
                ErrorCode.MEDIA_OBJECT_ILLEGAL_PARAM_ERROR,
                f"'overlayScale' must be above 0 and at most {MAX_SCALE:g}, not {overlay_scale}",
            )
        self._scale = overlay_scale

    def get_overlay_scale(self) -> float:
        """The size; 1.0 unless set."""
        return self._scale

    def process(self, picture: Picture) -> Picture | None:
        """Find the markers of a picture, tell what changed, and draw."""
        assert self._finder is not None
        markers, rejected = self._finder.find(self._cv2.cvtColor(picture, self._cv2.COLOR_BGRA2GRAY))
        for change in self._census.changes(markers, self.picture_time_s):
            self.emit(MarkerCount(marker_id=change.id, marker_count=change.count, marker_count_diff=change.difference))
        scale = self._scale
        for sticker in self._stickers:
            if sticker is not None:
                for marker in markers:
                    sticker.lay(picture, marker.corners, scale)
        if self._debug_level > 0:
            self._draw_found(picture, markers)
        if self._debug_level > 1:
            self._cv2.polylines(picture, [np.int32(each) for each in rejected], True, REJECTED_COLOUR, 1)
        return picture

    def _draw_found(self, picture: Picture, markers: list[Marker]) -> None:
        cv2 = self._cv2
        for marker in markers:
            cv2.polylines(picture, [np.int32(marker.corners)], True, FOUND_COLOUR, 2)
            x, y = (int(place) for place in marker.corners[0])
            cv2.putText(picture, str(marker.id), (x, y - 6), cv2.FONT_HERSHEY_SIMPLEX, 0.6, FOUND_COLOUR, 2)
