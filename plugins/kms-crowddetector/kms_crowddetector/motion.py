"""Seeing people in a stream: what differs from the background, and what of it moves where.

The background is learnt (a mixture of Gaussians for each pixel, OpenCV's MOG2): what stands still for half a minute
becomes part of it. Movement is dense optical flow between one picture and the next (DIS).
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from kms_crowddetector.region import Scene
from kms_trio.api import Picture

__all__ = ["MotionSeer"]

ABSORBED_S: Final = 30.0
"""What stands still for so long becomes part of the background."""
HISTORY_S: Final = ABSORBED_S / 0.105
"""Time constant of learning: MOG2 takes as background what it has seen for a tenth of it."""
DIFFERENT: Final = 25.0
"""Squared distance from the background, in its standard deviations, from which a pixel is something else."""
LEARNING_PICTURES: Final = 3
"""Pictures at the beginning that are taken as background at once."""
MOVING_SHARE_A_SECOND: Final = 0.04
"""Who moves goes this share of the picture's width in a second, at least."""
LONGEST_STEP_S: Final = 1.0
"""Between pictures further apart there is no telling what moved."""


class MotionSeer:
    """Sees one stream at one size; for one thread at a time. `cv2` is OpenCV."""

    def __init__(self, cv2: Any) -> None:
        self._cv2 = cv2
        self._background = cv2.createBackgroundSubtractorMOG2(varThreshold=DIFFERENT, detectShadows=True)
        self._background.setShadowValue(0)
        self._flow = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
        self._last: tuple[Picture, float] | None = None
        self._seen = 0

    def see(self, luma: Picture, time_s: float) -> Scene:
        """What a picture (height, width) shows that was taken at `time_s`."""
        cv2 = self._cv2
        step_s = 0.0 if self._last is None else time_s - self._last[1]
        usable = self._last is not None and 0 < step_s <= LONGEST_STEP_S
        self._seen += 1
        rate = 0.5 if self._seen <= LEARNING_PICTURES else min(1.0, max(0.0, step_s) / HISTORY_S)
        people = self._background.apply(cv2.GaussianBlur(luma, (5, 5), 0), learningRate=rate)
        small = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
        large = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (9, 9))
        people = cv2.morphologyEx(cv2.morphologyEx(people, cv2.MORPH_OPEN, small), cv2.MORPH_CLOSE, large)
        if usable and self._last is not None:
            flow = self._flow.calc(self._last[0], luma, None)
            far = np.hypot(flow[..., 0], flow[..., 1]) >= MOVING_SHARE_A_SECOND * luma.shape[1] * step_s
            moving = cv2.bitwise_and(np.where(far, np.uint8(255), np.uint8(0)), people)
        else:
            flow, moving = np.zeros((*luma.shape, 2), np.float32), np.zeros_like(people)
        self._last = luma.copy(), time_s
        return Scene(np.asarray(people, np.uint8), np.asarray(moving, np.uint8), flow)
