"""Log levels: GStreamer's numbers 0 to 9, which Kurento's operators know, over Python's own.

Python has no FIXME, LOG, TRACE or MEMDUMP, so those are numbers between and below its levels.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

FIXME: Final = 25
LOG: Final = 8
TRACE: Final = 6
MEMDUMP: Final = 4
#: Above every level: nothing passes.
OFF: Final = logging.CRITICAL + 1

#: Threshold in Python's numbers for each of GStreamer's (8 is not in use there and means TRACE).
PYTHON_LEVELS: Final = (
    OFF,
    logging.ERROR,
    logging.WARNING,
    FIXME,
    logging.INFO,
    logging.DEBUG,
    LOG,
    TRACE,
    TRACE,
    MEMDUMP,
)

#: The names that GStreamer takes in place of numbers.
LEVEL_NAMES: Final[Mapping[str, int]] = MappingProxyType(
    {
        "NONE": 0,
        "ERROR": 1,
        "WARN": 2,
        "WARNING": 2,
        "FIXME": 3,
        "INFO": 4,
        "DEBUG": 5,
        "LOG": 6,
        "TRACE": 7,
        "MEMDUMP": 9,
    }
)

_WORDS: Final = (
    (logging.ERROR, "error"),
    (logging.WARNING, "warning"),
    (FIXME, "fixme"),
    (logging.INFO, "info"),
    (logging.DEBUG, "debug"),
    (LOG, "log"),
)


def level_word(level: int) -> str:
    """The word that a log line carries for one of Python's levels."""
    for threshold, word in _WORDS:
        if level >= threshold:
            return word
    return "trace"
