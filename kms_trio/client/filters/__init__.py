"""Client for Trio of the module `filters`.

Generated from its spec by `python -m kms_trio.spec generate`; do not edit.
"""

from __future__ import annotations

from kms_trio.client.filters.classes import (
    FaceOverlayFilter,
    GStreamerFilter,
    ImageOverlayFilter,
    OpenCVFilter,
    ZBarFilter,
)
from kms_trio.client.filters.events import CodeFound

__all__ = ["CodeFound", "FaceOverlayFilter", "GStreamerFilter", "ImageOverlayFilter", "OpenCVFilter", "ZBarFilter"]
