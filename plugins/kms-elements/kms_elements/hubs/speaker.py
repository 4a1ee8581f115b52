"""Who speaks: the loudest participant, without jumping to and fro.

How loud everybody is comes from the worker that mixes, which has the samples in hand anyway.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Final, Generic, TypeVar

__all__ = ["Loudness", "SpeakerChoice"]

P = TypeVar("P", bound=Hashable)

SILENCE: Final = 200.0
"""Quieter than this (root mean square in the scale of 16-bit integers, -44 dB) nobody speaks."""
LOUDER: Final = 1.5
"""Somebody else gets the place of the speaker when they are louder by this factor..."""
HOLD_S: Final = 1.5
"""...and the speaker has had it for this long."""
SMOOTHING: Final = 0.15
"""Share of the newest 20 ms in a level."""


class Loudness:
    """Levels of the participants of a mix, by key.

    Written by the worker and read by anybody: one mapping replaces another.
    """

    def __init__(self) -> None:
        self.levels: Mapping[int, float] = {}

    def note(self, heard: Mapping[int, float]) -> None:
        """Take in the levels of the newest block; who is not in it is silent."""
        levels = {key: self.levels.get(key, 0.0) * (1 - SMOOTHING) for key in self.levels.keys() | heard.keys()}
        for key, level in heard.items():
            levels[key] += level * SMOOTHING
        self.levels = {key: level for key, level in levels.items() if level > 1}


class SpeakerChoice(Generic[P]):
    """Remembers who has the place of the speaker."""

    def __init__(self) -> None:
        self._speaker: P | None = None
        self._since_s = 0.0

    def choose(self, levels: Mapping[P, float], now_s: float) -> P | None:
        """The speaker among the participants in `levels`; None when there is nobody at all."""
        if not levels:
            return None
        loudest = max(levels, key=lambda each: levels[each])
        speaker = self._speaker
        if speaker is not None and speaker in levels:
            louder = levels[loudest] > max(SILENCE, levels[speaker] * LOUDER)
            if not louder or now_s - self._since_s < HOLD_S:
                return speaker
        self._speaker, self._since_s = loudest, now_s
        return loudest
