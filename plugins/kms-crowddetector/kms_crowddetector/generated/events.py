"""Events of the module `crowddetector`.

Generated from its spec by `python -m kms_trio.spec generate`; do not edit.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

import attrs

from kms_trio.generated.core import events as core_events


@attrs.frozen(kw_only=True)
class CrowdDetectorDirection(core_events.Media):
    """People in a region move in a direction."""

    MODULE: ClassVar[str] = "crowddetector"
    TYPE: ClassVar[str] = "CrowdDetectorDirection"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "source": "source",
            "timestamp_millis": "timestampMillis",
            "tags": "tags",
            "type": "type",
            "direction_angle": "directionAngle",
            "roi_id": "roiId",
        },
    )

    direction_angle: float
    """The direction, in degrees."""

    roi_id: str
    """The region's `id`."""


@attrs.frozen(kw_only=True)
class CrowdDetectorFluidity(core_events.Media):
    """The fluidity of a region, that is how freely people move in it, has another level."""

    MODULE: ClassVar[str] = "crowddetector"
    TYPE: ClassVar[str] = "CrowdDetectorFluidity"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "source": "source",
            "timestamp_millis": "timestampMillis",
            "tags": "tags",
            "type": "type",
            "fluidity_percentage": "fluidityPercentage",
            "fluidity_level": "fluidityLevel",
            "roi_id": "roiId",
        },
    )

    fluidity_percentage: float
    """Fluidity, in percent."""

    fluidity_level: int
    """Its level, from 0 to 3."""

    roi_id: str
    """The region's `id`."""


@attrs.frozen(kw_only=True)
class CrowdDetectorOccupancy(core_events.Media):
    """The occupancy of a region, that is how full it is, has another level."""

    MODULE: ClassVar[str] = "crowddetector"
    TYPE: ClassVar[str] = "CrowdDetectorOccupancy"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "source": "source",
            "timestamp_millis": "timestampMillis",
            "tags": "tags",
            "type": "type",
            "occupancy_percentage": "occupancyPercentage",
            "occupancy_level": "occupancyLevel",
            "roi_id": "roiId",
        },
    )

    occupancy_percentage: float
    """Occupancy, in percent."""

    occupancy_level: int
    """Its level, from 0 to 3."""

    roi_id: str
    """The region's `id`."""
