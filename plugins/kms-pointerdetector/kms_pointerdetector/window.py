"""Windows: rectangles of the video that know whether the pointer is in them, and how they look."""

from __future__ import annotations

from typing import Any, Final

import attrs
import numpy as np

from kms_trio.api import Picture

__all__ = ["Window"]

INACTIVE_COLOUR: Final = (200, 200, 200)
ACTIVE_COLOUR: Final = (0, 200, 0)


@attrs.frozen
class Window:
    """A window; lengths in pixels. Images are BGRA, None for a plain frame."""

    id: str
    left: int
    top: int
    width: int
    height: int
    image: Picture | None = attrs.field(default=None, eq=False)
    active_image: Picture | None = attrs.field(default=None, eq=False)
    transparency: float = 0.0

    def holds(self, x: float, y: float) -> bool:
        """Whether a place lies in it."""
        return self.left <= x < self.left + self.width and self.top <= y < self.top + self.height

    def draw(self, cv2: Any, picture: Picture, active: bool) -> None:
        """Draw it into a picture (BGR).

        While the pointer is in it the active image shows, or else the other one; without an image a frame does.
        """
        image = self.active_image if active and self.active_image is not None else self.image
        if image is not None:
            self._lay(picture, image)
            return
        self.frame(cv2, picture, ACTIVE_COLOUR if active else INACTIVE_COLOUR)

    def frame(self, cv2: Any, picture: Picture, colour: tuple[int, int, int]) -> None:
        """Draw its edges into a picture (BGR)."""
        corner = self.left + self.width - 1, self.top + self.height - 1
        cv2.rectangle(picture, (self.left, self.top), corner, colour, 2)

    def part(self, picture: Picture) -> Picture:
        """What of a picture lies in it; empty when it is outside."""
        return picture[self.top : self.top + self.height, self.left : self.left + self.width]

    def _lay(self, picture: Picture, image: Picture) -> None:
        right, bottom = min(picture.shape[1], self.left + self.width), min(picture.shape[0], self.top + self.height)
        left, top = max(0, self.left), max(0, self.top)
        if right <= left or bottom <= top:
            return
        # Only what is visible is scaled, so that a huge window costs no more than the picture.
        columns = (np.arange(left, right) - self.left) * image.shape[1] // self.width
        rows = (np.arange(top, bottom) - self.top) * image.shape[0] // self.height
        shown = image[rows[:, None], columns]
        below = picture[top:bottom, left:right]
        opacity = shown[..., 3:].astype(np.float32) * ((1 - self.transparency) / 255)
        below[:] = below + (shown[..., :3] - below.astype(np.float32)) * opacity
