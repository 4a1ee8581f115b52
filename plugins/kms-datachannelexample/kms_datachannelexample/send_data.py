"""KmsSendData (datachannelexample.KmsSendData.kmd.json)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import attrs

from kms_datachannelexample.generated.interfaces import KmsSendDataInterface
from kms_datachannelexample.metadata import Face, FacesOfPictures
from kms_trio.api import Picture, PictureFormat, VideoFilter

if TYPE_CHECKING:
    from kms_trio.api import MediaObject, ObjectContext, RemoteClass

__all__ = ["KmsSendData"]


class KmsSendData(VideoFilter, KmsSendDataInterface):
    """Sends the faces of pictures on as data when they are others than before: `{"faces": [{"x": ..., ...}, ...]}`.

    A `VideoFilter`, as nothing else sees pictures; for clients it is a MediaElement.
    """

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
        self._sent: tuple[Face, ...] = ()

    def on_data(self, message: str | bytes, label: str) -> str | bytes | None:
        """Hand on what enters as data."""
        return message

    def process(self, picture: Picture) -> Picture | None:
        """Send what is new of a picture."""
        faces = self._faces.get(self.id, self.picture_time_s)
        if faces is not None and faces != self._sent:
            self._sent = faces
            self.send_data(json.dumps({"faces": [attrs.asdict(face) for face in faces]}))
        return picture
