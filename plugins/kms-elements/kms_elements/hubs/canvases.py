"""Memory for pictures, used again: fresh memory of this size costs more to get from the system than to fill."""

from __future__ import annotations

import weakref
from typing import Final

import av
import numpy as np

from kms_trio.api import Picture, yuv_planes

__all__ = ["Canvases"]

MOST_SPARE: Final = 4
"""Pictures whose memory is kept although nobody uses it."""


class Canvases:
    """Makes frames of planar YUV 4:2:0 whose memory comes back when the last user, in Python or FFmpeg, lets go.

    The last user may be in any thread.
    """

    def __init__(self) -> None:
        self._spare: list[Picture] = []

    def take(self, width: int, height: int) -> tuple[av.VideoFrame, tuple[Picture, Picture, Picture]]:
        """A frame of even size and views of its planes; what they show is left over."""
        shape = (height * 3 // 2, width)
        memory = None
        while self._spare and (memory is None or memory.shape != shape):  # others are of a size that is over
            memory = self._spare.pop()
        if memory is None or memory.shape != shape:
            memory = np.empty(shape, np.uint8)
        lent = memory[:]  # what the frame's buffer holds: gone when the buffer is
        weakref.finalize(lent, self._give_back, memory).atexit = False
        return av.VideoFrame.from_numpy_buffer(lent, "yuv420p"), yuv_planes(memory)

    def _give_back(self, memory: Picture) -> None:
        if len(self._spare) < MOST_SPARE:
            self._spare.append(memory)
