"""What is counted of one region of interest, picture by picture, and when it is told."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import attrs
import numpy as np
import numpy.typing as npt

from kms_crowddetector.generated.events import (
    CrowdDetectorDirection,
    CrowdDetectorFluidity,
    CrowdDetectorOccupancy,
)

if TYPE_CHECKING:
    from kms_crowddetector.generated.types import RegionOfInterest
    from kms_trio.api import Event, Picture

__all__ = ["Levels", "Region", "Scene"]

MOVING_SHARE: Final = 0.004
"""Of the region's pixels: with fewer that move there is no direction."""


@attrs.frozen
class Scene:
    """What was seen in a picture, in its size when it was searched.

    `people` and `moving` are masks (255 for yes), `flow` is (height, width, 2): how far pixels moved, right and down.
    """

    people: Picture
    moving: Picture
    flow: npt.NDArray[np.float32]


class Levels:
    """A percentage as a level from 0 to 3, which changes when it has been another for some pictures in a row."""

    def __init__(self, bounds: tuple[int, int, int], pictures: int) -> None:
        self._bounds = bounds
        self._pictures = max(1, pictures)
        self._candidate = 0
        self._count = 0
        self.level = 0

    def changed(self, percentage: float) -> bool:
        """Take the percentage of a picture; whether the level is another one now."""
        level = sum(percentage >= bound for bound in self._bounds)
        if level == self.level:
            self._count = 0
            return False
        self._count = self._count + 1 if level == self._candidate else 1
        self._candidate = level
        if self._count < self._pictures:
            return False
        self.level, self._count = level, 0
        return True


class Region:
    """One region, for one stream."""

    def __init__(self, declared: RegionOfInterest) -> None:
        config = declared.region_of_interest_config
        self.id = declared.id
        self.corners = np.array([(point.x, point.y) for point in declared.points], np.float64)
        self._config = config
        self._occupancy = Levels(
            (config.occupancy_level_min, config.occupancy_level_med, config.occupancy_level_max),
            config.occupancy_num_frames_to_event,
        )
        self._fluidity = Levels(
            (config.fluidity_level_min, config.fluidity_level_med, config.fluidity_level_max),
            config.fluidity_num_frames_to_event,
        )
        self._moves: list[npt.NDArray[np.float64]] = []
        self._rests = 0
        self._mask: Picture | None = None

    def mask(self, cv2: Any, shape: tuple[int, ...]) -> Picture:
        """255 for what lies in the region, in a picture of that shape."""
        if self._mask is None or self._mask.shape != shape[:2]:
            self._mask = np.zeros(shape[:2], np.uint8)
            cv2.fillPoly(self._mask, [self.places(shape)], 255)
        return self._mask

    def places(self, shape: tuple[int, ...]) -> npt.NDArray[np.int32]:
        """The corners in a picture of that shape, in pixels."""
        return np.asarray(np.round(self.corners * (shape[1] - 1, shape[0] - 1)), np.int32)

    def look(self, cv2: Any, scene: Scene) -> list[Event]:
        """What there is to tell of a picture."""
        inside = self.mask(cv2, scene.people.shape)
        size = int(np.count_nonzero(inside))
        people = int(np.count_nonzero(cv2.bitwise_and(scene.people, inside)))
        movers = cv2.bitwise_and(scene.moving, inside)
        moving = int(np.count_nonzero(movers))
        occupancy = 100.0 * people / size if size else 0.0
        # How much of what is there moves: a queue that stands has none, people who walk freely have much.
        fluidity = min(100.0, 100.0 * moving / people) if people else 0.0
        events: list[Event] = []
        if self._occupancy.changed(occupancy):
            events.append(
                CrowdDetectorOccupancy(
                    occupancy_percentage=occupancy, occupancy_level=self._occupancy.level, roi_id=self.id
                )
            )
        if self._fluidity.changed(fluidity):
            events.append(
                CrowdDetectorFluidity(fluidity_percentage=fluidity, fluidity_level=self._fluidity.level, roi_id=self.id)
            )
        if self._config.send_optical_flow_event:
            move = scene.flow[movers > 0].mean(axis=0) if moving > MOVING_SHARE * size else None
            events += self._directions(move)
        return events

    def _directions(self, move: npt.NDArray[Any] | None) -> list[Event]:
        if move is None:
            self._rests += 1
            if self._rests >= self._config.optical_flow_num_frames_to_reset:
                self._moves.clear()
            return []
        self._rests = 0
        self._moves.append(np.asarray(move, np.float64))
        if len(self._moves) < self._config.optical_flow_num_frames_to_event:
            return []
        right, down = np.mean(self._moves, axis=0)
        self._moves.clear()
        angle = math.degrees(math.atan2(-down, right)) + self._config.optical_flow_angle_offset
        return [CrowdDetectorDirection(direction_angle=angle % 360, roi_id=self.id)]
