"""FaceOverlayFilter (filters.FaceOverlayFilter.kmd.json)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from kms_filters.faces import FaceFinder
from kms_filters.generated.interfaces import FaceOverlayFilterInterface
from kms_filters.overlay import Box, Overlay, finite
from kms_trio.api import Picture, PictureFormat, VideoFilter, load_image, require, yuv_planes

if TYPE_CHECKING:
    from kms_trio.api import MediaObject, ObjectContext, RemoteClass

__all__ = ["FaceOverlayFilter"]


@attrs.frozen
class _Worn:
    """What faces wear; the numbers are shares of the face."""

    overlay: Overlay
    x: float
    y: float
    width: float
    height: float

    def box(self, face: Box) -> Box:
        """Where it belongs on a face."""
        return Box(
            face.x + self.x * face.width,
            face.y + self.y * face.height,
            self.width * face.width,
            self.height * face.height,
        )


class FaceOverlayFilter(VideoFilter, FaceOverlayFilterInterface):
    """Finds faces and lays an image over each. Without an image nothing is searched."""

    picture_format = PictureFormat.YUV

    def __init__(
        self,
        context: ObjectContext,
        parent: MediaObject | None,
        object_class: RemoteClass,
        media_pipeline: MediaObject | None = None,
    ) -> None:
        super().__init__(context, parent, object_class, media_pipeline)
        self._worn: _Worn | None = None
        self._finder: FaceFinder | None = None
        self.bypass = True

    def prepare(self) -> None:
        """Load OpenCV and its cascade. Raises KurentoError 40108 when OpenCV is not installed."""
        by = self.object_class.name
        cv2 = require("cv2", package="opencv-python-headless", extra="kms-filters[opencv]", by=by)
        self._finder = FaceFinder(cv2)

    async def set_overlayed_image(
        self,
        uri: str,
        offset_x_percent: float,
        offset_y_percent: float,
        width_percent: float,
        height_percent: float,
    ) -> None:
        """Load an image and lay it over faces. Raises KurentoError 40107, and 40600 when it cannot be loaded."""
        finite(
            offsetXPercent=offset_x_percent,
            offsetYPercent=offset_y_percent,
            widthPercent=width_percent,
            heightPercent=height_percent,
        )
        image = await load_image(uri, self.context.uri_policy, self.context.settings.uri_endpoint.default_path)
        self._worn = _Worn(Overlay(image), offset_x_percent, offset_y_percent, width_percent, height_percent)
        self.bypass = False

    def unset_overlayed_image(self) -> None:
        """Leave faces as they are."""
        self._worn = None
        self.bypass = True

    def process(self, picture: Picture) -> Picture | None:
        """Lay the image over the faces of a picture."""
        worn = self._worn
        assert self._finder is not None
        if worn is not None:
            for face in self._finder.find(yuv_planes(picture)[0], self.picture_time_s):
                worn.overlay.draw(picture, worn.box(face))
        return picture
