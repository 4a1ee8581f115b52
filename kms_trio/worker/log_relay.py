"""Log records of a worker, written by the control process: one file, one layout, one place that rotates it.

A record travels as its fields, so a line looks as it would have looked in the worker: with its process, thread, source
and the object that it speaks of. Native crashes cannot travel; their stacks go straight to `errors.log`.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from typing import Any, Final

import trio

from kms_trio.worker.channel import Channel, ChannelClosedError
from kms_trio.worker.frames import Message

#: Records of other threads that wait for the event loop; more are dropped, and how many is told.
MAX_WAITING: Final = 10_000

_FIELDS: Final = (
    "name", "levelno", "levelname", "pathname", "filename", "module", "lineno", "funcName", "created", "msecs",
    "relativeCreated", "thread", "threadName", "processName", "process", "object_id",
)  # fmt: skip


class RelayHandler(logging.Handler):
    """Sends every record over the channel; made inside the event loop, used from any thread."""

    def __init__(self, channel: Channel) -> None:
        super().__init__()
        self._channel = channel
        self._token = trio.lowlevel.current_trio_token()
        self._thread = threading.get_ident()
        self._waiting: deque[Message] = deque()
        self._dropped = 0
        self._texts = logging.Formatter()

    def emit(self, record: logging.LogRecord) -> None:
        """Send a record, or have the event loop send it; without a control process it is lost."""
        message = {"log": self._plain(record)}
        if threading.get_ident() == self._thread:
            self._send_waiting()
            self._send(message)
            if record.levelno >= logging.WARNING:
                self._channel.flush()  # these may be last words
            return
        if len(self._waiting) >= MAX_WAITING:
            self._dropped += 1
            return
        self._waiting.append(message)
        try:
            self._token.run_sync_soon(self._send_waiting, idempotent=True)
        except trio.RunFinishedError:
            return  # the worker has ended around this thread

    def _plain(self, record: logging.LogRecord) -> dict[str, Any]:
        fields = {name: getattr(record, name) for name in _FIELDS if hasattr(record, name)}
        fields["msg"] = record.getMessage()
        traceback = record.exc_text
        if record.exc_info:
            traceback = self._texts.formatException(record.exc_info)
        if traceback:
            fields["exc_text"] = traceback
        if record.stack_info:
            fields["stack_info"] = record.stack_info
        return fields

    def _send_waiting(self) -> None:
        while self._waiting:
            self._send(self._waiting.popleft())
        if self._dropped:
            dropped, self._dropped = self._dropped, 0
            logging.getLogger("KurentoLogging").warning("%d records of this worker's threads were dropped", dropped)

    def _send(self, message: Message) -> None:
        try:
            self._channel.send(message)
        except ChannelClosedError:
            return


def replay(fields: dict[str, Any]) -> None:
    """Log a record that a worker has sent; the worker has looked at its level."""
    record = logging.makeLogRecord(fields)
    logging.getLogger(record.name).handle(record)
