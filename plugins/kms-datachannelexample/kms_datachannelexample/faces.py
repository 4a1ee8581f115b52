"""KmsDetectFaces and KmsShowFaces (datachannelexample.*.kmd.json): faces to the metadata of pictures and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kms_datachannelexample.generated.interfaces import KmsDetectFacesInterface, KmsShowFacesInterface
from kms_datachannelexample.metadata import Face, FacesOfPictures
from kms_filters.faces import FaceFinder
from kms_trio.api import Picture, PictureFormat, VideoFilter, require, yuv_planes

if TYPE_CHECKING:
    from kms_trio.api import MediaObject, ObjectContext, RemoteClass

__all__ = ["KmsDetectFaces", "KmsShowFaces"]

FRAME_LUMA: Final = 235
FRAME_WIDTH: Final = 3
"""Pixels."""


class KmsDetectFaces(VideoFilter, KmsDetectFacesInterface):
    """Finds the faces of each picture and passes it on as it is."""

    picture_format = PictureFormat.GRAY
    read_only = True

    def __init__(
        self,
        context: ObjectContext,
        parent: MediaObject | None,
        object_class: RemoteClass,
        media_pipeline: MediaObject | None = None,
    ) -> None:
        super().__init__(context, parent, object_class, media_pipeline)
        self._faces = context.shared(FacesOfPictures)
        self._finder: FaceFinder | None = None

    def prepare(self) -> None:
        """Load OpenCV and its cascade. Raises KurentoError 40108 when OpenCV is not installed."""
        by = self.object_class.name
        cv2 = require("cv2", package="opencv-python-headless", extra="kms-datachannelexample[all]", by=by)
        self._finder = FaceFinder(cv2)

    def process(self, picture: Picture) -> Picture | None:
        """Find the faces."""
        assert self._finder is not None
        boxes = self._finder.find(picture, self.picture_time_s)
        faces = tuple(Face(round(box.x), round(box.y), round(box.width), round(box.height)) for box in boxes)
        self._faces.put(self.id, self.picture_time_s, faces)
        return picture


class KmsShowFaces(VideoFilter, KmsShowFacesInterface):
    """Draws a frame around each face."""

    picture_format = PictureFormat.YUV

    def __init__(
        self,
        context: ObjectContext,
        parent: MediaObject | None,
        object_class: RemoteClass,
        media_pipeline: MediaObject | None = None,
    ) -> None:
        super().__init__(context, parent, object_class, media_pipeline)
        self._faces = context.shared(FacesOfPictures)

    def process(self, picture: Picture) -> Picture | None:
        """Draw."""
        luma = yuv_planes(picture)[0]
        for face in self._faces.get(self.id, self.picture_time_s) or ():
            left, top = max(0, face.x), max(0, face.y)
            part = luma[top : face.y + face.height, left : face.x + face.width]
            for edge in (part[:FRAME_WIDTH], part[-FRAME_WIDTH:], part[:, :FRAME_WIDTH], part[:, -FRAME_WIDTH:]):
                edge[:] = FRAME_LUMA
        return picture
