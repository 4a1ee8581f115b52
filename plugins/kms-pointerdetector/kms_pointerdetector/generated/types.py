"""Enumerations and registers of the module `pointerdetector`.

Generated from its spec by `python -m kms_trio.spec generate`; do not edit.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

import attrs


@attrs.frozen(kw_only=True)
class PointerDetectorWindowMediaParam:
    """A window: a rectangle of the video, in pixels, perhaps with pictures to show in it."""

    MODULE: ClassVar[str] = "pointerdetector"
    TYPE: ClassVar[str] = "PointerDetectorWindowMediaParam"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "id": "id",
            "height": "height",
            "width": "width",
            "upper_right_x": "upperRightX",
            "upper_right_y": "upperRightY",
            "active_image": "activeImage",
            "image_transparency": "imageTransparency",
            "image": "image",
        },
    )

    id: str
    """Name of the window, in events too."""

    height: int
    """Height."""

    width: int
    """Width."""

    upper_right_x: int
    """Left edge, whatever the name says."""

    upper_right_y: int
    """Upper edge."""

    active_image: str | None = None
    """Where the picture is that shows while the pointer is in the window."""

    image_transparency: float | None = None
    """How much of the video shows through the pictures: 0.0 nothing, 1.0 all."""

    image: str | None = None
    """Where the picture is that shows while the pointer is elsewhere."""


@attrs.frozen(kw_only=True)
class WindowParam:
    """A rectangle of the video, in pixels."""

    MODULE: ClassVar[str] = "pointerdetector"
    TYPE: ClassVar[str] = "WindowParam"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "top_right_corner_x": "topRightCornerX",
            "top_right_corner_y": "topRightCornerY",
            "width": "width",
            "height": "height",
        },
    )

    top_right_corner_x: int
    """Left edge, whatever the name says."""

    top_right_corner_y: int
    """Upper edge."""

    width: int
    """Width."""

    height: int
    """Height."""
