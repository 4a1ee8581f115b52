from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from kms_trio.log import LogConfig, configure


@pytest.fixture(autouse=True)
def restored_logging() -> Iterator[None]:
    """Put the process's logging back as it was."""
    root, manager = logging.root, logging.root.manager
    handlers, level = root.handlers[:], root.level
    levels = {name: logger.level for name, logger in manager.loggerDict.items() if isinstance(logger, logging.Logger)}
    yield
    for handler in root.handlers[:]:
        root.removeHandler(handler)
        if handler not in handlers:
            handler.close()
    for handler in handlers:
        root.addHandler(handler)
    root.setLevel(level)
    manager.loggerClass = None
    logging.captureWarnings(False)
    for name, logger in manager.loggerDict.items():
        if isinstance(logger, logging.Logger):
            logger.setLevel(levels.get(name, logging.NOTSET))


class Counted:
    """Counts how often it is turned into text."""

    def __init__(self) -> None:
        self.formatted = 0

    def __str__(self) -> str:
        self.formatted += 1
        return "counted"


def test_levels_hold_for_loggers_made_before_and_after() -> None:
    before = logging.getLogger("KurentoTestBefore")
    stream = io.StringIO()
    configure(LogConfig(gst_debug="2,Kurento*:4"), stream)
    after = logging.getLogger("KurentoTestAfter")
    other = logging.getLogger("othercategory")
    for logger in (before, after, other):
        logger.info("info from %s", logger.name)
        logger.warning("warning from %s", logger.name)
    text = stream.getvalue()
    assert "info from KurentoTestBefore" in text
    assert "info from KurentoTestAfter" in text
    assert "info from othercategory" not in text
    assert "warning from othercategory" in text


def test_nothing_is_formatted_for_a_level_that_is_off() -> None:
    configure(LogConfig(gst_debug="3"), io.StringIO())
    counted = Counted()
    logging.getLogger("agnosticbin").debug("%s", counted)
    assert counted.formatted == 0
    logging.getLogger("agnosticbin").warning("%s", counted)
    assert counted.formatted == 1


def test_files_and_stream_get_the_same_lines(tmp_path: Path) -> None:
    stream = io.StringIO()
    configure(LogConfig(gst_debug="4", folder=tmp_path), stream)
    logging.getLogger("KurentoMediaServer").info("Kurento Media Server started")
    (file,) = tmp_path.iterdir()
    assert file.read_text() == stream.getvalue()
    assert file.read_text().endswith("  Kurento Media Server started\n")


def test_json_layout_and_a_warning_for_what_is_not_understood() -> None:
    stream = io.StringIO()
    configure(LogConfig(gst_debug="4,what", layout="json"), stream)
    assert '"level": "warning"' in stream.getvalue()
    assert "'what' is not understood" in stream.getvalue()
