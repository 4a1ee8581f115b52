"""Enumerations and registers of the module `chroma`.

Generated from its spec by `python -m kms_trio.spec generate`; do not edit.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

import attrs


@attrs.frozen(kw_only=True)
class WindowParam:
    """A rectangle of the video, in pixels."""

    MODULE: ClassVar[str] = "chroma"
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
