"""OpenCVFilter (filters.OpenCVFilter.kmd.json): what modules with filters made of OpenCV calls derive from."""

from __future__ import annotations

from kms_filters.generated.interfaces import OpenCVFilterInterface
from kms_trio.api import PictureFormat, VideoFilter, require

__all__ = ["OpenCVFilter"]


class OpenCVFilter(VideoFilter, OpenCVFilterInterface):
    """Base of filters whose `process` gets BGRA pictures to hand to OpenCV, as in Kurento."""

    picture_format = PictureFormat.BGRA

    def prepare(self) -> None:
        """Make sure that OpenCV is there. Raises KurentoError 40108 when it is not; subclasses call this first."""
        by = self.object_class.name
        require("cv2", package="opencv-python-headless", extra="kms-filters[opencv]", by=by)
