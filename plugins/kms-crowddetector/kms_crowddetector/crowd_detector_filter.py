"""CrowdDetectorFilter (crowddetector.CrowdDetectorFilter.kmd.json)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kms_crowddetector.generated.interfaces import CrowdDetectorFilterInterface
from kms_crowddetector.motion import MotionSeer
from kms_crowddetector.region import Region
from kms_trio.api import ErrorCode, KurentoError, Picture, PictureFormat, VideoFilter, require, yuv_planes

if TYPE_CHECKING:
    from kms_crowddetector.generated import types
    from kms_trio.api import MediaObject, ObjectContext, RemoteClass

__all__ = ["CrowdDetectorFilter"]

USUAL_WIDTH: Final = 320
SMALLEST_WIDTH: Final = 32
LARGEST_WIDTH: Final = 4096
OUTLINE_LUMA: Final = 235


class CrowdDetectorFilter(VideoFilter, CrowdDetectorFilterInterface):
    """Tells how full regions of the video are, how freely people move in them, and where to.

    Creating one raises KurentoError 40107 for a region that is none.
    """

    picture_format = PictureFormat.YUV

    def __init__(
        self,
        context: ObjectContext,
        parent: MediaObject | None,
        object_class: RemoteClass,
        rois: Sequence[types.RegionOfInterest],
        media_pipeline: MediaObject | None = None,
    ) -> None:
        super().__init__(context, parent, object_class, media_pipeline)
        for roi in rois:
            _check(roi)
        self._regions = [Region(roi) for roi in rois]
        self._processing_width = USUAL_WIDTH
        self._cv2: Any = None
        self._seer: MotionSeer | None = None
        self._seen: tuple[tuple[int, int], float] | None = None

    def prepare(self) -> None:
        """Load OpenCV. Raises KurentoError 40108 when it is not installed."""
        by = self.object_class.name
        self._cv2 = require("cv2", package="opencv-python-headless", extra="kms-crowddetector[opencv]", by=by)

    @property
    def processing_width(self) -> int:
        """Width to which pictures are scaled before they are looked at, in pixels."""
        return self._processing_width

    @processing_width.setter
    def processing_width(self, value: int) -> None:
        if not SMALLEST_WIDTH <= value <= LARGEST_WIDTH:
            raise _illegal(f"'processingWidth' must be from {SMALLEST_WIDTH} to {LARGEST_WIDTH} pixels, not {value}")
        self._processing_width = value

    def process(self, picture: Picture) -> Picture | None:
        """Look at a picture and draw the outlines of the regions into it."""
        luma = yuv_planes(picture)[0]
        size = self._size(luma)
        now = self.picture_time_s
        if self._seer is None or self._seen is None or self._seen[0] != size or now < self._seen[1]:
            self._seer = MotionSeer(self._cv2)  # another size or another stream: the background is unknown again
        self._seen = size, now
        scene = self._seer.see(np.asarray(self._cv2.resize(luma, size, interpolation=self._cv2.INTER_AREA)), now)
        for region in self._regions:
            for event in region.look(self._cv2, scene):
                self.emit(event)
        for region in self._regions:
            self._cv2.polylines(luma, [region.places(luma.shape)], True, OUTLINE_LUMA, 1)
        return picture

    def _size(self, luma: Picture) -> tuple[int, int]:
        height, width = luma.shape
        scaled = min(width, self._processing_width)
        return scaled, max(1, round(height * scaled / width))


def _check(roi: types.RegionOfInterest) -> None:
    if len(roi.points) < 3:
        raise _illegal(f"region '{roi.id}' must have at least 3 points, not {len(roi.points)}")
    for point in roi.points:
        if not (_is_share(point.x) and _is_share(point.y)):
            raise _illegal(f"points of region '{roi.id}' must be from 0.0 to 1.0, not {point.x},{point.y}")
    config = roi.region_of_interest_config
    for what, levels in (
        ("occupancy", (config.occupancy_level_min, config.occupancy_level_med, config.occupancy_level_max)),
        ("fluidity", (config.fluidity_level_min, config.fluidity_level_med, config.fluidity_level_max)),
    ):
        if list(levels) != sorted(levels) or not 0 <= levels[0] <= levels[-1] <= 100:
            raise _illegal(f"{what} levels of region '{roi.id}' must rise, from 0 to 100, not {levels}")


def _is_share(value: float) -> bool:
    return math.isfinite(value) and 0 <= value <= 1


def _illegal(text: str) -> KurentoError:
    return KurentoError(ErrorCode.MEDIA_OBJECT_ILLEGAL_PARAM_ERROR, text)
