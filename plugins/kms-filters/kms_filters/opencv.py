"""OpenCVFilter (filters.OpenCVFilter.kmd.json): what modules with filters made of OpenCV calls derive from."""

from __future__ import annotations

from kms_filters.generated.interfaces import OpenCVFilterInterface
from kms_filters.libraries import require
from kms_trio.api import ErrorCode, PictureFormat, VideoFilter

__all__ = ["OpenCVFilter"]


class OpenCVFilter(VideoFilter, OpenCVFilterInterface):
    """Base of filters whose `process` gets BGRA pictures to hand to OpenCV, as in Kurento."""

    picture_format = PictureFormat.BGRA

    def prepare(self) -> None:
        """Make sure that OpenCV is there. Raises KurentoError 40108 when it is not; subclasses call this first."""
        name = self.object_class.name
        require(
            "cv2",
            package="opencv-python-headless",
            extra="opencv",
            by=name,
            code=ErrorCode.MEDIA_OBJECT_NOT_AVAILABLE,
            text=f"{name} plugin not available",
        )
