"""Events of the module `markerdetector`.

Generated from its spec by `python -m kms_trio.spec generate`; do not edit.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

import attrs

from kms_trio.generated.core import events as core_events


@attrs.frozen(kw_only=True)
class MarkerCount(core_events.Media):
    """The number of markers with some id has changed."""

    MODULE: ClassVar[str] = "markerdetector"
    TYPE: ClassVar[str] = "MarkerCount"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "source": "source",
            "timestamp_millis": "timestampMillis",
            "tags": "tags",
            "type": "type",
            "marker_id": "markerId",
            "marker_count": "markerCount",
            "marker_count_diff": "markerCountDiff",
        },
    )

    marker_id: int
    """The id."""

    marker_count: int
    """How many there are now."""

    marker_count_diff: int
    """How many more than before; negative for fewer."""
