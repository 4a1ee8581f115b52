"""ImageOverlayFilter (filters.ImageOverlayFilter.kmd.json)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from kms_filters.generated.interfaces import ImageOverlayFilterInterface
from kms_filters.overlay import Box, Overlay, finite
from kms_trio.api import Picture, PictureFormat, VideoFilter, load_image, yuv_planes

if TYPE_CHECKING:
    from kms_trio.api import MediaObject, ObjectContext, RemoteClass

__all__ = ["ImageOverlayFilter"]


@attrs.frozen
class _Placed:
    """An image and where it belongs; the numbers are shares of the frame."""

    overlay: Overlay
    x: float
    y: float
    width: float
    height: float
    keep_aspect_ratio: bool
    center: bool

    def box(self, frame_width: int, frame_height: int) -> Box:
        """The place in a frame of that size."""
        x, y = self.x * frame_width, self.y * frame_height
        width, height = self.width * frame_width, self.height * frame_height
        if not self.keep_aspect_ratio:
            return Box(x, y, width, height)
        fitting = min(width, height * self.overlay.aspect_ratio)
        fitting_height = fitting / self.overlay.aspect_ratio
        if self.center:
            x, y = x + (width - fitting) / 2, y + (height - fitting_height) / 2
        return Box(x, y, fitting, fitting_height)


class ImageOverlayFilter(VideoFilter, ImageOverlayFilterInterface):
    """Lays images over the video in the order in which they were added."""

    picture_format = PictureFormat.YUV

    def __init__(
        self,
        context: ObjectContext,
        parent: MediaObject | None,
        object_class: RemoteClass,
        media_pipeline: MediaObject | None = None,
    ) -> None:
        super().__init__(context, parent, object_class, media_pipeline)
        self._images: dict[str, _Placed] = {}  # replaced, never changed: the worker reads it
        self.bypass = True

    async def add_image(
        self,
        id: str,
        uri: str,
        offset_x_percent: float,
        offset_y_percent: float,
        width_percent: float,
        height_percent: float,
        keep_aspect_ratio: bool,
        center: bool,
    ) -> None:
        """Load an image and show it from now on. Raises KurentoError 40107, 40600 when it cannot be loaded."""
        finite(
            offsetXPercent=offset_x_percent,
            offsetYPercent=offset_y_percent,
            widthPercent=width_percent,
            heightPercent=height_percent,
        )
        image = await load_image(uri, self.context.uri_policy, self.context.settings.uri_endpoint.default_path)
        placed = _Placed(
            Overlay(image),
            offset_x_percent,
            offset_y_percent,
            width_percent,
            height_percent,
            keep_aspect_ratio,
            center,
        )
        self._show({**self._images, id: placed})

    def remove_image(self, id: str) -> None:
        """Show it no longer; an unknown id is ignored."""
        self._show({other: placed for other, placed in self._images.items() if other != id})

    def _show(self, images: dict[str, _Placed]) -> None:
        self._images = images
        self.bypass = not images

    def process(self, picture: Picture) -> Picture | None:
        """Lay the images over a picture."""
        height, width = yuv_planes(picture)[0].shape
        for placed in self._images.values():
            placed.overlay.draw(picture, placed.box(width, height))
        return picture
