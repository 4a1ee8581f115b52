"""`GST_DEBUG` syntax: which categories are logged from which level on.

    3,Kurento*:4,agnosticbin:5

A bare level is the default; `pattern:level` is for categories that match the glob; of two
patterns that match, the later one counts. A category is the name of a Python logger.
"""

from __future__ import annotations

import fnmatch
import re

import attrs

from kms_trio.log.levels import LEVEL_NAMES, PYTHON_LEVELS

#: What a Kurento service logs when nobody says otherwise.
DEFAULT_GST_DEBUG = "2,Kurento*:4,kms*:4,sdp*:4,webrtc*:4,*rtpendpoint:4,rtp*handler:4,rtpsynchronizer:4,agnosticbin:4"


@attrs.frozen
class Thresholds:
    """Parsed levels, 0 to 9."""

    default: int
    #: Patterns with their levels; the last match counts.
    rules: tuple[tuple[str, int], ...] = ()
    #: Parts that were not understood, passed over as GStreamer does.
    ignored: tuple[str, ...] = ()

    def level_for(self, category: str) -> int:
        """The level, 0 to 9, up to which `category` is logged."""
        for pattern, level in reversed(self.rules):
            if fnmatch.fnmatchcase(category, pattern):
                return level
        return self.default

    def python_level_for(self, category: str) -> int:
        """The same as a level of the logging module: records at or above it are logged."""
        return PYTHON_LEVELS[self.level_for(category)]


def parse_gst_debug(text: str, default: int = 2) -> Thresholds:
    """Read a `GST_DEBUG` value; what is not understood is passed over and kept in `ignored`.

    `default` is the level, 0 to 9, of categories that `text` says nothing of.
    """
    rules: list[tuple[str, int]] = []
    ignored: list[str] = []
    for part in text.split(","):
        part = part.strip()
        if not part:
            continue
        pattern, colon, word = part.rpartition(":")
        level = _level(word)
        if level is None or (colon and not pattern.strip()):
            ignored.append(part)
        elif colon:
            rules.append((pattern.strip(), level))
        else:
            default = level
    return Thresholds(default, tuple(rules), tuple(ignored))


def _level(word: str) -> int | None:
    word = word.strip()
    if re.fullmatch(r"\d{1,9}", word, re.ASCII):
        return min(int(word), 9)
    return LEVEL_NAMES.get(word.upper())
