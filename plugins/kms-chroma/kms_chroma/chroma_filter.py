"""ChromaFilter (chroma.ChromaFilter.kmd.json)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kms_chroma.generated.interfaces import ChromaFilterInterface
from kms_chroma.key_colour import KeyColour
from kms_trio.api import ErrorCode, KurentoError, Picture, PictureFormat, VideoFilter, load_image, require

if TYPE_CHECKING:
    from kms_chroma.generated import types
    from kms_trio.api import MediaObject, ObjectContext, RemoteClass

__all__ = ["ChromaFilter"]

CALIBRATION_PICTURES: Final = 10
"""Cameras need a moment to settle; what they show in it is taken together."""


class ChromaFilter(VideoFilter, ChromaFilterInterface):
    """Shows an image wherever the video has the colour that its window had at the beginning of the stream.

    Creating one raises KurentoError 40107 for a window that is none, 40600 for an image that cannot be loaded.
    """

    picture_format = PictureFormat.BGR
    replayed = ("set_background", "unset_background")

    def __init__(
        self,
        context: ObjectContext,
        parent: MediaObject | None,
        object_class: RemoteClass,
        window: types.WindowParam,
        background_image: str = "",
        media_pipeline: MediaObject | None = None,
    ) -> None:
        super().__init__(context, parent, object_class, media_pipeline)
        left, top = window.top_right_corner_x, window.top_right_corner_y
        if left < 0 or top < 0 or window.width <= 0 or window.height <= 0:
            raise KurentoError(
                ErrorCode.MEDIA_OBJECT_ILLEGAL_PARAM_ERROR,
                f"'window' must be a rectangle inside the video, not {window.width}x{window.height} at {left},{top}",
            )
        self._window = slice(top, top + window.height), slice(left, left + window.width)
        self._uri = background_image
        self._cv2: Any = None
        self._samples: list[Picture] = []
        self._key: KeyColour | None = None
        self._warned = False
        self._image: Picture | None = None  # BGR; replaced, never changed
        self._fitted: tuple[Picture, Picture] | None = None

    def prepare(self) -> None:
        """Load OpenCV. Raises KurentoError 40108 when it is not installed."""
        self._cv2 = require("cv2", package="opencv-python-headless", extra="kms-chroma[opencv]", by="ChromaFilter")

    async def start(self) -> None:
        """Prepare, and load the image that the constructor was given."""
        await super().start()
        if self._uri:
            await self.set_background(self._uri)

    async def set_background(self, uri: str) -> None:
        """Load an image and show it. Raises KurentoError 40107, and 40600 when it cannot be loaded."""
        image = await load_image(uri, self.context.uri_policy, self.context.settings.uri_endpoint.default_path)
        opacity = image[..., 3:].astype(np.uint16)
        self._image = (image[..., :3] * opacity // 255).astype(np.uint8)  # what is transparent is black

    def unset_background(self) -> None:
        """Show the video as it is."""
        self._image = None

    def process(self, picture: Picture) -> Picture | None:
        """Learn the colour, or replace it."""
        if self._key is None:
            self._learn(picture)
            return picture
        image = self._image
        if image is not None:
            cv2 = self._cv2
            mask = self._key.mask(cv2, cv2.cvtColor(picture, cv2.COLOR_BGR2HSV))
            cv2.copyTo(self._fit(image, picture), mask, picture)
        return picture

    def _learn(self, picture: Picture) -> None:
        sample = np.ascontiguousarray(picture[self._window])
        if sample.size:
            self._samples.append(self._cv2.cvtColor(sample, self._cv2.COLOR_BGR2HSV).reshape(-1, 3))
        elif not self._warned:
            self._warned = True
            self.log.warning("The window lies outside of the video, which has %d x %d", *picture.shape[1::-1])
        if len(self._samples) == CALIBRATION_PICTURES:
            self._key = KeyColour(np.concatenate(self._samples))
            self._samples.clear()

    def _fit(self, image: Picture, picture: Picture) -> Picture:
        """The image in the size of a picture."""
        if self._fitted is None or self._fitted[0] is not image or self._fitted[1].shape != picture.shape:
            size = picture.shape[1::-1]
            fitted = self._cv2.resize(image, size, interpolation=self._cv2.INTER_AREA)
            self._fitted = image, np.asarray(fitted, np.uint8)
        return self._fitted[1]
