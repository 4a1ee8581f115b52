"""`errors.log`: one section for each start, and the traceback of every crash.

Kurento's service appends the process's stderr to this file; operators look there after a crash. Here that is what ends
the process, and also what a guard caught before it could: a crashed element, a thread, a connection.
"""

from __future__ import annotations

import faulthandler
import logging
import threading
import traceback
from datetime import datetime
from pathlib import Path
from typing import Final, TextIO

from kms_trio.log.formats import KurentoFormatter

CRASH_FILE_NAME: Final = "errors.log"


class CrashLog:
    """The open file. Python's tracebacks go through `write`, those of native code through faulthandler."""

    def __init__(self, folder: Path, *, now: datetime) -> None:
        """Append the line of this start: `now` with its time zone. Raises OSError."""
        folder.mkdir(parents=True, exist_ok=True)
        self._stream: TextIO = (folder / CRASH_FILE_NAME).open("a", encoding="utf-8", errors="backslashreplace")
        self._stream.write(f"\n\n{now.isoformat(timespec='seconds')} -- New execution\n")
        self._stream.flush()

    def catch_native_crashes(self) -> None:
        """Have the stacks of all threads written here when the process gets SIGSEGV, SIGABRT, SIGBUS or SIGFPE."""
        faulthandler.enable(self._stream)

    def write(self, error: BaseException) -> None:
        """Append the full traceback of `error`."""
        self._stream.write("".join(traceback.format_exception(error)))
        self._stream.flush()

    @property
    def stream(self) -> TextIO:
        """The file itself."""
        return self._stream

    def handler(self) -> logging.Handler:
        """A handler for the root logger: errors with a traceback are written here as well.

        The critical one, which ends the process, comes by `write`, whatever the levels in effect.
        """
        handler = logging.StreamHandler(self._stream)
        handler.setLevel(logging.ERROR)
        handler.addFilter(lambda record: bool(record.exc_info or record.exc_text) and record.levelno < logging.CRITICAL)
        handler.setFormatter(KurentoFormatter())
        return handler

    def close(self) -> None:
        """Stop catching and close the file."""
        if faulthandler.is_enabled():
            faulthandler.disable()
        self._stream.close()


def log_thread_crash(args: threading.ExceptHookArgs) -> None:
    """For `threading.excepthook`: a thread that nothing guards is a crash like any other."""
    if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
        name = args.thread.name if args.thread is not None else "?"
        logging.getLogger("KurentoMediaServer").error("The thread %s crashed", name, exc_info=args.exc_value)
