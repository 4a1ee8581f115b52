"""How a record becomes a line: Kurento's layout for people, JSON for machines."""

from __future__ import annotations

import json
import logging
import time
from typing import Final

from kms_trio.log.levels import level_word

_RESET: Final = "\x1b[0m"
_COLOURS: Final = {"error": "\x1b[31;1m", "warning": "\x1b[33;1m", "fixme": "\x1b[35;1m", "info": "\x1b[32m"}


class KurentoFormatter(logging.Formatter):
    """`TIME PID THREAD LEVEL CATEGORY FILE:LINE FUNCTION() OBJECT MESSAGE`.

    Time is local, to the microsecond; the level is padded to 7 characters and the category to 25, so that
    searches and cutters made for Kurento's logs keep working. OBJECT is `<id>` of a media object, or nothing.
    """

    def __init__(self, *, colour: bool = False) -> None:
        super().__init__()
        self._colour = colour

    def format(self, record: logging.LogRecord) -> str:
        """The line, and the traceback below it if the record has one."""
        word = level_word(record.levelno)
        level = f"{word:>7}"
        if self._colour and word in _COLOURS:
            level = f"{_COLOURS[word]}{level}{_RESET}"
        line = (
            f"{local_time(record.created)} {record.process} 0x{record.thread or 0:016x} {level} "
            f"{record.name:<25} {record.filename}:{record.lineno} {record.funcName}() "
            f"{_object_of(record)}{record.getMessage()}"
        )
        return line + _traceback_of(self, record)


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The object; `object` and `traceback` only where there is one."""
        fields: dict[str, object] = {
            "time": local_time(record.created).replace(",", "."),
            "level": level_word(record.levelno),
            "category": record.name,
            "message": record.getMessage(),
            "file": record.filename,
            "line": record.lineno,
            "function": record.funcName,
            "pid": record.process,
            "thread": record.threadName,
        }
        object_id = getattr(record, "object_id", "")
        if object_id:
            fields["object"] = object_id
        if traceback := _traceback_of(self, record).strip():
            fields["traceback"] = traceback
        return json.dumps(fields, ensure_ascii=False)


def local_time(unix_s: float) -> str:
    """`2024-05-06T07:08:09,123456` in local time."""
    whole_s, microseconds = divmod(round(unix_s * 1_000_000), 1_000_000)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.localtime(whole_s))},{microseconds:06d}"


def _object_of(record: logging.LogRecord) -> str:
    object_id = getattr(record, "object_id", "")
    return f"<{object_id}> " if object_id else " "


def _traceback_of(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    parts = []
    if record.exc_text and not record.exc_info:  # of another process
        parts.append(record.exc_text)
    if record.exc_info:
        parts.append(formatter.formatException(record.exc_info))
    if record.stack_info:
        parts.append(formatter.formatStack(record.stack_info))
    return "".join(f"\n{part}" for part in parts)
