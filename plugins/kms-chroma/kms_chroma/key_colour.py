"""The colour to replace: learnt from pixels, told from others by hue, saturation and brightness.

Hue runs in a circle (180 steps in OpenCV) and means nothing for pixels without saturation, so the bounds are kept as a
table for each of the three: pixel by pixel that is one look-up.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from kms_trio.api import Picture

__all__ = ["KeyColour"]

HUES: Final = 180
HUE_MARGIN: Final = 8
"""To both sides of the hues that were seen."""
COLOURED: Final = 50
"""From this saturation on a screen counts as coloured; below it is white, grey or black."""
USUAL_SHARE: Final = 90
"""How much of the pixels bounds are made of, in percent: the others may be noise, or not the screen."""


class KeyColour:
    """A colour with the spread that it has in a picture.

    `pixels` are (n, 3), hue, saturation and brightness as OpenCV has them for 8 bit.
    """

    def __init__(self, pixels: npt.NDArray[np.uint8]) -> None:
        hue, saturation, brightness = pixels.astype(np.float64).T
        self._table = np.zeros((1, 256, 3), np.uint8)
        hues, saturations, brightnesses = (self._table[0, :, channel] for channel in range(3))
        if np.median(saturation) >= COLOURED:
            middle = _middle_hue(hue)
            spread = float(np.percentile(np.abs(_around(hue - middle)), USUAL_SHARE)) + HUE_MARGIN
            hues[:HUES][np.abs(_around(np.arange(HUES) - middle)) <= spread] = 255
            # Shadows and light on a screen change these more than its hue.
            saturations[round(max(COLOURED / 2, _low(saturation) * 0.6)) :] = 255
            brightnesses[round(max(25.0, _low(brightness) * 0.5)) :] = 255
        else:
            hues[:] = 255
            saturations[: round(min(255.0, _high(saturation) + 25)) + 1] = 255
            # White goes on to what is brighter, black to what is darker.
            bright = np.median(brightness) >= 128
            lowest = round(max(0.0, _low(brightness) - 30)) if bright else 0
            highest = 255 if bright else round(min(255.0, _high(brightness) + 30))
            brightnesses[lowest : highest + 1] = 255

    def mask(self, cv2: Any, hsv: Picture) -> Picture:
        """255 for the pixels of a picture (height, width, 3; HSV) that have the colour, 0 for others.

        Single pixels that have it, or have it not, are put right.
        """
        found = cv2.LUT(hsv, self._table)
        mask = cv2.bitwise_and(cv2.bitwise_and(found[..., 0], found[..., 1]), found[..., 2])
        small = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
        large = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
        mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, small)
        return np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, large), np.uint8)


def _middle_hue(hue: npt.NDArray[np.float64]) -> float:
    """The mean on the circle."""
    angle = np.angle(np.exp(2j * np.pi * hue / HUES).mean())
    return float(angle) / (2 * np.pi) * HUES


def _around(difference: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Differences of hues by the shorter way, -90 to 90."""
    return np.asarray((difference + HUES / 2) % HUES - HUES / 2, np.float64)


def _low(values: npt.NDArray[np.float64]) -> float:
    return float(np.percentile(values, 100 - USUAL_SHARE))


def _high(values: npt.NDArray[np.float64]) -> float:
    return float(np.percentile(values, USUAL_SHARE))
