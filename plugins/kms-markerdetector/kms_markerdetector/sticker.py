"""What is laid over markers: a picture, bent as the marker is in the video."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from kms_trio.api import Picture

__all__ = ["Sticker", "picture_of_text"]

LONGER_SIDE: Final = 256
"""Images are kept in this size, in pixels: about that of markers."""
TEXT_HEIGHT: Final = 64
TEXT_MARGIN: Final = 24
MAX_TEXT: Final = 200
"""Characters; more could not be read on a marker."""


class Sticker:
    """A square with an image (BGRA) in its middle, to be laid over markers. `cv2` is OpenCV."""

    def __init__(self, cv2: Any, image: Picture) -> None:
        self._cv2 = cv2
        height, width = image.shape[:2]
        scale = LONGER_SIDE / max(height, width)
        # Premultiplied with its opacity, so that colours of invisible pixels do not bleed into the edges.
        pixels = image.astype(np.float32)
        pixels[..., :3] *= pixels[..., 3:] / 255
        size = max(1, round(width * scale)), max(1, round(height * scale))
        self._image = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)

    def lay(self, picture: Picture, corners: npt.NDArray[np.float32], scale: float) -> None:
        """Lay it over a marker in a picture (BGRA), in place; `scale` 1.0 is as large as the marker.

        The image keeps its proportions: its longer side is as long as the marker's, times `scale`.
        """
        cv2 = self._cv2
        height, width = self._image.shape[:2]
        longer = max(height, width)
        middle = corners.mean(axis=0)
        square = ((corners - middle) * scale + middle).astype(np.float32)
        left, top = np.floor(np.maximum(square.min(axis=0), 0)).astype(int)
        right, bottom = np.ceil(np.minimum(square.max(axis=0), picture.shape[1::-1])).astype(int)
        if right <= left or bottom <= top:
            return
        x, y = (longer - width) / 2, (longer - height) / 2
        flat = np.array([(-x, -y), (longer - x, -y), (longer - x, longer - y), (-x, longer - y)], np.float32)
        bend = cv2.getPerspectiveTransform(flat, square - np.array([left, top], np.float32))
        size = (int(right - left), int(bottom - top))
        laid = cv2.warpPerspective(self._image, bend, size, flags=cv2.INTER_LINEAR)
        below = picture[top:bottom, left:right, :3]
        below[:] = below * (1 - laid[..., 3:] / 255) + laid[..., :3]


def picture_of_text(cv2: Any, text: str) -> Picture:
    """White letters with a dark edge on nothing (BGRA). Hershey's fonts have ASCII only; the rest becomes `?`."""
    font, thickness = cv2.FONT_HERSHEY_SIMPLEX, 4
    text = text[:MAX_TEXT].encode("ascii", "replace").decode()
    size = cv2.getFontScaleFromHeight(font, TEXT_HEIGHT, thickness)
    (width, height), base = cv2.getTextSize(text, font, size, thickness)
    picture = np.zeros((height + base + 2 * TEXT_MARGIN, width + 2 * TEXT_MARGIN, 4), np.uint8)
    place = TEXT_MARGIN, TEXT_MARGIN + height
    cv2.putText(picture, text, place, font, size, (40, 40, 40, 255), 3 * thickness, cv2.LINE_AA)
    cv2.putText(picture, text, place, font, size, (255, 255, 255, 255), thickness, cv2.LINE_AA)
    return picture
