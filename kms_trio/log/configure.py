"""Putting it together at the start of a process: thresholds, formats and where lines go.

This sets up the standard library's logging for the whole process, so only commands call it.
A logger that is off costs what a disabled logger of the standard library costs: one cached look-up.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Literal, TextIO

import attrs

from kms_trio.log.files import RotatingFolderHandler
from kms_trio.log.formats import JsonFormatter, KurentoFormatter
from kms_trio.log.thresholds import DEFAULT_GST_DEBUG, Thresholds, parse_gst_debug

_MEGABYTE = 1024 * 1024


@attrs.frozen(kw_only=True)
class LogConfig:
    """What a command line and the environment say about logging."""

    gst_debug: str = DEFAULT_GST_DEBUG
    #: Folder for rotated files; None: stderr only.
    folder: Path | None = None
    file_size_bytes: int = 100 * _MEGABYTE
    file_count: int = 10
    layout: Literal["text", "json"] = "text"
    #: Colour levels on stderr when it is a terminal.
    colour: bool = True


def configure(config: LogConfig, stream: TextIO | None = None) -> Thresholds:
    """Send the records of all loggers to `stream` (default: stderr), and to files if there is a folder.

    Returns the levels in effect. Raises OSError when the folder cannot be written to.
    """
    thresholds = parse_gst_debug(config.gst_debug)
    stream = stream or sys.stderr
    handlers: list[logging.Handler] = [logging.StreamHandler(stream)]
    handlers[0].setFormatter(_formatter(config, colour=config.colour and stream.isatty()))
    if config.folder is not None:
        file_handler = RotatingFolderHandler(
            config.folder, file_size_bytes=config.file_size_bytes, file_count=config.file_count
        )
        file_handler.setFormatter(_formatter(config, colour=False))
        handlers.append(file_handler)
    logging.basicConfig(handlers=handlers, force=True)
    _apply(thresholds)
    logging.captureWarnings(True)
    for part in thresholds.ignored:
        logging.getLogger("KurentoLogging").warning(
            "GST_DEBUG: %r is not understood; expected LEVEL or CATEGORY:LEVEL with a level from 0 to 9", part
        )
    return thresholds


def _formatter(config: LogConfig, *, colour: bool) -> logging.Formatter:
    return JsonFormatter() if config.layout == "json" else KurentoFormatter(colour=colour)


def set_levels(gst_debug: str) -> None:
    """Set levels alone: for a process whose records go elsewhere."""
    _apply(parse_gst_debug(gst_debug))


def _apply(thresholds: Thresholds) -> None:
    """Give every logger that exists its level, and those that are made later as well."""
    manager = logging.root.manager

    class CategoryLogger(logging.Logger):
        """A logger that is born with its category's level."""

        def __init__(self, name: str) -> None:
            super().__init__(name, thresholds.python_level_for(name))

    manager.setLoggerClass(CategoryLogger)
    logging.root.setLevel(thresholds.python_level_for("root"))
    for name, logger in list(manager.loggerDict.items()):
        if isinstance(logger, logging.Logger):
            logger.setLevel(thresholds.python_level_for(name))
