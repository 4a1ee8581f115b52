"""What a worker says, read and checked: `host` has the table of it.

A worker runs decoders on what strangers send, so it may be one that a stranger has taken over, or whose memory is
damaged. What it says reaches the control process only in the shape that is expected; anything else ends the worker.
"""

from __future__ import annotations

import math
from typing import Any, Final

import attrs

from kms_trio.errors import KurentoError
from kms_trio.worker.frames import FrameError, Message
from kms_trio.worker.report import WorkerReport

#: What the names begin with of the sockets that workers serve HTTP on.
BACK_PREFIX: Final = "kms-trio-"

#: The fields of a log record that may travel, and their types. Others could replace its methods or be formatted.
LOG_TYPES: Final[dict[str, type | tuple[type, ...]]] = {
    "name": str, "msg": str, "levelno": int, "levelname": str, "created": (int, float), "msecs": (int, float),
    "relativeCreated": (int, float), "pathname": str, "filename": str, "module": str, "funcName": str, "lineno": int,
    "process": int, "processName": str, "thread": int, "threadName": str, "exc_text": str, "stack_info": str,
    "object_id": str,
}  # fmt: skip
_LOG_REQUIRED: Final = frozenset({"name", "msg", "levelno", "levelname"})

#: The year 10000, in Unix time: what C libraries can put into words.
_END_OF_TIME_S: Final = 253_402_300_800


@attrs.frozen
class Reply:
    """The answer to request `number`. `known` and `legacy` are None when the request was of no session."""

    number: int
    result: Any
    error: KurentoError | None
    retired: bool
    known: bool | None
    legacy: bool | None
    lasts: bool


@attrs.frozen
class Event:
    """An event for sessions."""

    session_ids: tuple[str, ...]
    name: str
    source_id: str
    data: dict[str, Any]


def read_reply(message: Message) -> Reply:
    """Read a `reply`. Raises FrameError."""
    number, known, legacy = message["reply"], message.get("known"), message.get("legacy")
    error = message.get("error")
    retired, lasts = "retired" in message, "lasts" in message
    _check(message, isinstance(number, int) and isinstance(known, bool | None) and isinstance(legacy, bool | None))
    _check(message, retired or "result" in message or error is not None)
    failure = None
    if error is not None:
        _check(message, isinstance(error, list) and len(error) == 3)
        code, text, data_type = error
        _check(message, isinstance(code, int) and isinstance(text, str) and isinstance(data_type, str | None))
        failure = KurentoError(code, text, data_type=data_type)
    result = message.get("result")
    _check(message, not lasts or (isinstance(result, dict) and "value" in result))
    return Reply(number, result, failure, retired, known, legacy, lasts)


def read_event(message: Message) -> Event:
    """Read an `event`. Raises FrameError."""
    event = message["event"]
    _check(message, isinstance(event, list) and len(event) == 4)
    sessions, name, source_id, data = event
    _check(message, isinstance(sessions, list) and all(isinstance(each, str) for each in sessions))
    _check(message, isinstance(name, str) and isinstance(source_id, str) and isinstance(data, dict))
    return Event(tuple(sessions), name, source_id, data)


def read_object(message: Message, said: str) -> str:
    """Read the id of the object that was `born`, has `died` or is to `forget`. Raises FrameError."""
    object_id = message[said]
    _check(message, isinstance(object_id, str))
    return str(object_id)


def read_report(message: Message) -> WorkerReport:
    """Read a `report`. Raises FrameError."""
    try:
        report = WorkerReport.from_message(message["report"])
    except (TypeError, KeyError, ValueError, AttributeError) as problem:
        raise FrameError(f"expected a report, got {_short(message)}: {problem}") from problem
    numbers = (report.cpu, report.loop_cpu, report.lateness_s, report.memory_bytes, report.pipelines, report.objects)
    figures = report.figures
    _check(message, isinstance(figures.counters, dict) and isinstance(figures.objects, dict))
    counts = (*figures.counters.values(), *figures.objects.values(), figures.held_back)
    _check(message, all(_is_number(each) for each in (*numbers, *counts)))
    return report


def read_log(message: Message) -> dict[str, Any]:
    """Read the fields of a `log` record. Raises FrameError."""
    fields = message["log"]
    _check(message, isinstance(fields, dict) and fields.keys() >= _LOG_REQUIRED)
    for name, value in fields.items():
        expected = LOG_TYPES.get(name)
        _check(message, expected is not None and (value is None or isinstance(value, expected)))
    _check(message, all(fields[name] is not None for name in _LOG_REQUIRED))
    created_s = fields.get("created", 0)
    _check(message, _is_number(created_s) and 0 <= created_s < _END_OF_TIME_S)
    return dict(fields)


def read_listen(message: Message) -> Message:
    """Check a `listen`. Raises FrameError."""
    host, port, back = message.get("host"), message.get("port"), message.get("back")
    _check(message, isinstance(message["listen"], int) and isinstance(host, str | None) and isinstance(back, str))
    _check(message, str(back).startswith(BACK_PREFIX))
    _check(message, isinstance(port, int) and 0 <= port < 65_536)
    return message


def read_failure(message: Message) -> str:
    """Read why a worker `failed` to start. Raises FrameError."""
    _check(message, isinstance(message["failed"], str))
    return str(message["failed"])


def _check(message: Message, right: bool) -> None:
    if not right:
        raise FrameError(f"expected what a worker says, got {_short(message)}")


def _short(message: Message) -> str:
    text = repr(message)
    return text if len(text) <= 120 else f"{text[:117]}..."


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
