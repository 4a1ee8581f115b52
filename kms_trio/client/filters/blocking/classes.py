"""Classes of the module `filters`.

Generated from its spec by `python -m kms_trio.spec generate`; do not edit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from kms_trio.client.core.blocking import classes as core_classes

if TYPE_CHECKING:
    from kms_trio.client.core.blocking import types as core_types


class FaceOverlayFilter(core_classes.Filter):
    """Finds faces in the video and lays a picture over each."""

    TYPE: ClassVar[str] = "kurento.FaceOverlayFilter"
    PACKAGE: ClassVar[str] = "kms_trio.client.filters.blocking"

    @classmethod
    def create(cls, media_pipeline: core_classes.MediaPipeline) -> Self:
        """Makes a filter that shows nothing until a picture is set.

        - `media_pipeline`: The pipeline that it belongs to.
        """
        created: Self = cls._create(media_pipeline.kurento, media_pipeline)
        return created

    def unset_overlayed_image(self) -> None:
        """Takes the picture away."""
        self._call("unsetOverlayedImage")

    def set_overlayed_image(
        self,
        uri: str,
        offset_x_percent: float,
        offset_y_percent: float,
        width_percent: float,
        height_percent: float,
    ) -> None:
        """Sets the picture to lay over faces. Position and size are shares of the rectangle around the face: 1.0 is its
        whole width or height.

        - `uri`: Where the picture is: `file:///path` or `http(s)://`; its transparency is respected.
        - `offset_x_percent`: Shift to the right, as a share of the face's width; negative to the left.
        - `offset_y_percent`: Shift downwards, as a share of the face's height; negative upwards.
        - `width_percent`: Width of the picture, as a share of the face's.
        - `height_percent`: Height of the picture, as a share of the face's.
        """
        self._call("setOverlayedImage", uri, offset_x_percent, offset_y_percent, width_percent, height_percent)


class GStreamerFilter(core_classes.Filter):
    """Runs a GStreamer element on the media. Only a single element is possible, and only such as the operator
    allows.
    """

    TYPE: ClassVar[str] = "kurento.GStreamerFilter"
    PACKAGE: ClassVar[str] = "kms_trio.client.filters.blocking"

    @classmethod
    def create(
        cls,
        media_pipeline: core_classes.MediaPipeline,
        command: str,
        *,
        filter_type: core_types.FilterType | None = None,
    ) -> Self:
        """Makes a filter. Fails with MARSHALL_ERROR (40001) when the command cannot be read or names more than one
        element.

        - `media_pipeline`: The pipeline that it belongs to.
        - `command`: The element with its properties, as for `gst-launch`: `videoflip method=horizontal-flip`.
        - `filter_type`: Which media to filter. Default: `"AUTODETECT"`.
        """
        created: Self = cls._create(media_pipeline.kurento, media_pipeline, command, filter_type)
        return created

    def get_command(self) -> str:
        """The command that the filter was created with."""
        result: str = self._call("getCommand")
        return result

    def set_element_property(self, property_name: str, property_value: str) -> None:
        """Sets a property of the element while it runs. Fails with MARSHALL_ERROR (40001) when there is no such
        property or the value does not fit, and with NOT_IMPLEMENTED (40006) for properties of other types than
        integers, floating point numbers, enumerations and strings.

        - `property_name`: Name of the property.
        - `property_value`: Value as text; for an enumeration its nick.
        """
        self._call("setElementProperty", property_name, property_value)


class ImageOverlayFilter(core_classes.Filter):
    """Lays pictures over the video, each at its place."""

    TYPE: ClassVar[str] = "kurento.ImageOverlayFilter"
    PACKAGE: ClassVar[str] = "kms_trio.client.filters.blocking"

    @classmethod
    def create(cls, media_pipeline: core_classes.MediaPipeline) -> Self:
        """Makes a filter without pictures.

        - `media_pipeline`: The pipeline that it belongs to.
        """
        created: Self = cls._create(media_pipeline.kurento, media_pipeline)
        return created

    def remove_image(self, id: str) -> None:
        """Takes a picture away. Does nothing when there is none of this id.

        - `id`: Id given to `addImage`.
        """
        self._call("removeImage", id)

    def add_image(
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
        """Adds a picture, or replaces the one of the same id. Position and size are shares of the frame, from 0 to 1.

        - `id`: An id of your choice.
        - `uri`: Where the picture is: `file:///path` or `http(s)://`; its transparency is respected.
        - `offset_x_percent`: Left edge, as a share of the frame's width.
        - `offset_y_percent`: Upper edge, as a share of the frame's height.
        - `width_percent`: Width, as a share of the frame's.
        - `height_percent`: Height, as a share of the frame's.
        - `keep_aspect_ratio`: Whether to keep the picture's proportions, within the width and height given.
        - `center`: Whether to centre a picture that does not fill the width and height given.
        """
        self._call(
            "addImage",
            id,
            uri,
            offset_x_percent,
            offset_y_percent,
            width_percent,
            height_percent,
            keep_aspect_ratio,
            center,
        )


class OpenCVFilter(core_classes.Filter):
    """Base of filters of modules that work frame by frame on decoded video."""

    TYPE: ClassVar[str] = "kurento.OpenCVFilter"
    PACKAGE: ClassVar[str] = "kms_trio.client.filters.blocking"


class ZBarFilter(core_classes.Filter):
    """Reads bar codes and QR codes in the video, which it passes on unchanged.

    Raises the events `CodeFound`.
    """

    TYPE: ClassVar[str] = "kurento.ZBarFilter"
    PACKAGE: ClassVar[str] = "kms_trio.client.filters.blocking"

    @classmethod
    def create(cls, media_pipeline: core_classes.MediaPipeline) -> Self:
        """Makes a filter.

        - `media_pipeline`: The pipeline that it belongs to.
        """
        created: Self = cls._create(media_pipeline.kurento, media_pipeline)
        return created
