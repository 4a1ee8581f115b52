"""How long sound waits to be mixed, known to the worker that mixes and needed by who shows the pictures beside it.

A playout buffer that has learnt of jitter holds all sound of a participant back; their pictures should wait as long.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = ["LongestWait", "PlayoutWaits"]

WINDOW: Final = 25
"""Frames over which the longest wait is looked for, and as many before them."""


class PlayoutWaits:
    """By key of the participant, in seconds, how long their least delayed samples wait; nobody whose wait is unknown.

    Written by the worker and read by anybody: one mapping replaces another.
    """

    def __init__(self) -> None:
        self.seconds: Mapping[int, float] = {}


class LongestWait:
    """The wait of what had no delay on its way: the longest one, as all that came later waits for less.

    `seconds` is None until a frame has been noted since the beginning or since `forget`.
    """

    def __init__(self) -> None:
        self.seconds: float | None = None
        self._before_s = self._longest_s = 0.0
        self._count = 0

    def note(self, wait_s: float) -> None:
        """A frame will wait for so long."""
        self._longest_s = max(self._longest_s, wait_s) if self._count else wait_s
        self._before_s = self._longest_s if self.seconds is None else self._before_s
        self._count += 1
        self.seconds = max(self._before_s, self._longest_s)
        if self._count == WINDOW:
            self._before_s, self._count = self._longest_s, 0

    def forget(self) -> None:
        """What waits now waits for another time."""
        self.seconds = None
        self._count = 0
