"""Events of the module `videosampler`.

Generated from its spec by `python -m kms_trio.spec generate`; do not edit.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

import attrs

from kms_trio.generated.core import events as core_events


@attrs.frozen(kw_only=True)
class SampleImageDelivered(core_events.Media):
    """A picture was taken."""

    MODULE: ClassVar[str] = "videosampler"
    TYPE: ClassVar[str] = "SampleImageDelivered"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "source": "source",
            "timestamp_millis": "timestampMillis",
            "tags": "tags",
            "type": "type",
            "delivered": "delivered",
        },
    )

    delivered: bool
    """Whether it was delivered."""
