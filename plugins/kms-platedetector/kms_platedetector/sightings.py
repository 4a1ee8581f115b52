"""Which readings are told: one that comes several times within a moment, once while the plate is there."""

from __future__ import annotations

from typing import Final

__all__ = ["Sightings"]

CONFIRMED_BY: Final = 3
"""Readings alike; wrong ones seldom repeat themselves."""
WITHIN_S: Final = 3.0
GONE_S: Final = 5.0
"""A plate that was not read for so long is told anew."""


class Sightings:
    """Readings of one stream; for one thread at a time."""

    def __init__(self) -> None:
        self._read_s: dict[str, list[float]] = {}
        self._told_s: dict[str, float] = {}

    def confirmed(self, texts: list[str], time_s: float) -> list[str]:
        """Take what was read in a picture of that time; return what is to be told."""
        self._read_s = {
            text: kept
            for text, times in self._read_s.items()
            if (kept := [each for each in times if 0 <= time_s - each <= WITHIN_S])
        }
        self._told_s = {text: told_s for text, told_s in self._told_s.items() if 0 <= time_s - told_s <= GONE_S}
        confirmed = []
        for text in dict.fromkeys(texts):
            self._read_s.setdefault(text, []).append(time_s)
            if text in self._told_s:
                self._told_s[text] = time_s  # it is still there
            elif len(self._read_s[text]) >= CONFIRMED_BY:
                self._told_s[text] = time_s
                confirmed.append(text)
        return confirmed
