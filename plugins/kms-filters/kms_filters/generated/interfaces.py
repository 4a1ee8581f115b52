"""Abstract bases of the classes of the module `filters`.

Generated from its spec by `python -m kms_trio.spec generate`; do not edit.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from kms_trio.generated.core import interfaces as core_interfaces

if TYPE_CHECKING:
    from kms_trio.dispatch import MaybeAwaitable


class FaceOverlayFilterInterface(core_interfaces.FilterInterface, ABC):
    """Finds faces in the video and lays a picture over each.

    Created with:

    - `media_pipeline`: The pipeline that it belongs to.
    """

    @abstractmethod
    def unset_overlayed_image(self) -> MaybeAwaitable[None]:
        """Takes the picture away."""

    @abstractmethod
    def set_overlayed_image(
        self,
        uri: str,
        offset_x_percent: float,
        offset_y_percent: float,
        width_percent: float,
        height_percent: float,
    ) -> MaybeAwaitable[None]:
        """Sets the picture to lay over faces. Position and size are shares of the rectangle around the face: 1.0 is its
        whole width or height.

        - `uri`: Where the picture is: `file:///path` or `http(s)://`; its transparency is respected.
        - `offset_x_percent`: Shift to the right, as a share of the face's width; negative to the left.
        - `offset_y_percent`: Shift downwards, as a share of the face's height; negative upwards.
        - `width_percent`: Width of the picture, as a share of the face's.
        - `height_percent`: Height of the picture, as a share of the face's.
        """


class GStreamerFilterInterface(core_interfaces.FilterInterface, ABC):
    """Runs a GStreamer element on the media. Only a single element is possible, and only such as the operator allows.

    Created with:

    - `media_pipeline`: The pipeline that it belongs to.
    - `command`: The element with its properties, as for `gst-launch`: `videoflip method=horizontal-flip`.
    - `filter_type`: Which media to filter. Default: `"AUTODETECT"`.
    """

    @property
    @abstractmethod
    def command(self) -> str:
        """The command that the filter was created with."""

    @abstractmethod
    def set_element_property(self, property_name: str, property_value: str) -> MaybeAwaitable[None]:
        """Sets a property of the element while it runs. Fails with MARSHALL_ERROR (40001) when there is no such
        property or the value does not fit, and with NOT_IMPLEMENTED (40006) for properties of other types than
        integers, floating point numbers, enumerations and strings.

        - `property_name`: Name of the property.
        - `property_value`: Value as text; for an enumeration its nick.
        """


class ImageOverlayFilterInterface(core_interfaces.FilterInterface, ABC):
    """Lays pictures over the video, each at its place.

    Created with:

    - `media_pipeline`: The pipeline that it belongs to.
    """

    @abstractmethod
    def remove_image(self, id: str) -> MaybeAwaitable[None]:
        """Takes a picture away. Does nothing when there is none of this id.

        - `id`: Id given to `addImage`.
        """

    @abstractmethod
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
    ) -> MaybeAwaitable[None]:
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


class OpenCVFilterInterface(core_interfaces.FilterInterface, ABC):
    """Base of filters of modules that work frame by frame on decoded video."""


class ZBarFilterInterface(core_interfaces.FilterInterface, ABC):
    """Reads bar codes and QR codes in the video, which it passes on unchanged.

    Created with:

    - `media_pipeline`: The pipeline that it belongs to.

    Raises the events `CodeFound`.
    """
