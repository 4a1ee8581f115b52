"""Enumerations and registers of the module `crowddetector`.

Generated from its spec by `python -m kms_trio.spec generate`; do not edit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import ClassVar

import attrs


@attrs.frozen(kw_only=True)
class RegionOfInterest:
    """A region of the video."""

    MODULE: ClassVar[str] = "crowddetector"
    TYPE: ClassVar[str] = "RegionOfInterest"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"points": "points", "region_of_interest_config": "regionOfInterestConfig", "id": "id"},
    )

    points: Sequence[RelativePoint]
    """Its corners, in order."""

    region_of_interest_config: RegionOfInterestConfig
    """When to tell something of it."""

    id: str
    """Name of the region, in events too."""


@attrs.frozen(kw_only=True)
class RegionOfInterestConfig:
    """From which values on the level of a region changes, and after how many pictures it is told. Percentages are from
    0 to 100.
    """

    MODULE: ClassVar[str] = "crowddetector"
    TYPE: ClassVar[str] = "RegionOfInterestConfig"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "occupancy_level_min": "occupancyLevelMin",
            "occupancy_level_med": "occupancyLevelMed",
            "occupancy_level_max": "occupancyLevelMax",
            "occupancy_num_frames_to_event": "occupancyNumFramesToEvent",
            "fluidity_level_min": "fluidityLevelMin",
            "fluidity_level_med": "fluidityLevelMed",
            "fluidity_level_max": "fluidityLevelMax",
            "fluidity_num_frames_to_event": "fluidityNumFramesToEvent",
            "send_optical_flow_event": "sendOpticalFlowEvent",
            "optical_flow_num_frames_to_event": "opticalFlowNumFramesToEvent",
            "optical_flow_num_frames_to_reset": "opticalFlowNumFramesToReset",
            "optical_flow_angle_offset": "opticalFlowAngleOffset",
        },
    )

    occupancy_level_min: int = 10
    """Occupancy from which the level is 1, in percent."""

    occupancy_level_med: int = 35
    """Occupancy from which the level is 2, in percent."""

    occupancy_level_max: int = 65
    """Occupancy from which the level is 3, in percent."""

    occupancy_num_frames_to_event: int = 5
    """Pictures in a row with a new level before it is told."""

    fluidity_level_min: int = 10
    """Fluidity from which the level is 1, in percent."""

    fluidity_level_med: int = 35
    """Fluidity from which the level is 2, in percent."""

    fluidity_level_max: int = 65
    """Fluidity from which the level is 3, in percent."""

    fluidity_num_frames_to_event: int = 5
    """Pictures in a row with a new level before it is told."""

    send_optical_flow_event: bool = False
    """Whether the direction of movement is told."""

    optical_flow_num_frames_to_event: int = 3
    """Pictures with movement before its direction is told."""

    optical_flow_num_frames_to_reset: int = 3
    """Pictures without movement after which counting begins anew."""

    optical_flow_angle_offset: int = 0
    """What is added to directions, in degrees."""


@attrs.frozen(kw_only=True)
class RelativePoint:
    """A point of the video."""

    MODULE: ClassVar[str] = "crowddetector"
    TYPE: ClassVar[str] = "RelativePoint"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType({"x": "x", "y": "y"})

    x: float
    """From the left edge, as a share of the width."""

    y: float
    """From the upper edge, as a share of the height."""
