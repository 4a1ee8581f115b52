"""Enumerations and registers of the module `videosampler`.

Generated from its spec by `python -m kms_trio.spec generate`; do not edit.
"""

from __future__ import annotations

import enum


class ImageDelivery(enum.StrEnum):
    """How pictures are delivered: not at all, or by a call of gRPC."""

    NONE = "NONE"
    GRPC = "GRPC"


class ImageEncoding(enum.StrEnum):
    """File formats of pictures."""

    PNG = "PNG"
    JPEG = "JPEG"
    BMP = "BMP"
    PBM = "PBM"
    PPM = "PPM"
