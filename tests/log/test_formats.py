from __future__ import annotations

import json
import logging
import re
import sys

import pytest

from kms_trio.log import FIXME, LOG, TRACE, for_object
from kms_trio.log.formats import JsonFormatter, KurentoFormatter

LINE = re.compile(
    r"(?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d,\d{6}) (?P<pid>\d+) (?P<thread>0x[0-9a-f]{16}) "
    r"(?P<level>[ a-z]{7}) (?P<category>.{25,}?) (?P<file>[^ :]+):(?P<line>\d+) (?P<function>\w+)\(\) "
    r"(?:<(?P<object>[^>]*)>)? (?P<message>.*)"
)


def record_of(
    level: int, message: str, *, category: str = "KurentoMediaServer", object_id: str = ""
) -> logging.LogRecord:
    record = logging.LogRecord(category, level, "/x/server.py", 12, message, None, None, "start")
    if object_id:
        record.object_id = object_id
    return record


@pytest.mark.parametrize(
    ("level", "word"),
    [
        (logging.CRITICAL, "  error"),
        (logging.ERROR, "  error"),
        (logging.WARNING, "warning"),
        (FIXME, "  fixme"),
        (logging.INFO, "   info"),
        (logging.DEBUG, "  debug"),
        (LOG, "    log"),
        (TRACE, "  trace"),
    ],
)
def test_line_has_the_columns_that_operators_cut(level: int, word: str) -> None:
    match = LINE.fullmatch(KurentoFormatter().format(record_of(level, "started", object_id="abc_kurento.X")))
    assert match is not None
    assert match["level"] == word
    assert match["category"] == "KurentoMediaServer".ljust(25)
    assert (match["file"], match["line"], match["function"]) == ("server.py", "12", "start")
    assert (match["object"], match["message"]) == ("abc_kurento.X", "started")


def test_line_without_an_object() -> None:
    match = LINE.fullmatch(KurentoFormatter().format(record_of(logging.INFO, "started")))
    assert match is not None
    assert match["object"] is None
    assert match["message"] == "started"


def test_colour_is_around_the_level_only() -> None:
    line = KurentoFormatter(colour=True).format(record_of(logging.ERROR, "gone"))
    assert "\x1b[31;1m  error\x1b[0m Kurento" in line


def test_traceback_follows_the_line() -> None:
    record = record_of(logging.ERROR, "gone")
    try:
        raise RuntimeError("why")
    except RuntimeError:
        record.exc_info = sys.exc_info()
    first, *rest = KurentoFormatter().format(record).splitlines()
    assert first.endswith("gone")
    assert rest[0].startswith("Traceback")
    assert rest[-1] == "RuntimeError: why"


def test_json_line() -> None:
    fields = json.loads(JsonFormatter().format(record_of(logging.WARNING, 'a "b"\nc', object_id="id1")))
    assert fields["level"] == "warning"
    assert fields["category"] == "KurentoMediaServer"
    assert fields["message"] == 'a "b"\nc'
    assert fields["object"] == "id1"
    assert "traceback" not in fields


def test_object_logger_puts_the_id_into_the_record(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        for_object(logging.getLogger("agnosticbin"), "id1").info("TRANSCODING ACTIVE for %s", "video")
    assert caplog.records[0].object_id == "id1"  # type: ignore[attr-defined]  # an extra field
    assert caplog.records[0].getMessage() == "TRANSCODING ACTIVE for video"
