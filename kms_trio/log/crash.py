"""`errors.log`: one section for each start, and whatever ended the process.

Kurento's service appends the process's stderr to this file; operators look there after a crash.
"""

from __future__ import annotations

import faulthandler
import traceback
from datetime import datetime
from pathlib import Path
from typing import TextIO


class CrashLog:
    """The open file. Python's tracebacks go through `write`, those of native code through faulthandler."""

    def __init__(self, folder: Path, *, now: datetime) -> None:
        """Append the line of this start: `now` with its time zone. Raises OSError."""
        folder.mkdir(parents=True, exist_ok=True)
        self._stream: TextIO = (folder / "errors.log").open("a", encoding="utf-8", errors="backslashreplace")
        self._stream.write(f"\n\n{now.isoformat(timespec='seconds')} -- New execution\n")
        self._stream.flush()

    def catch_native_crashes(self) -> None:
        """Have the stacks of all threads written here when the process gets SIGSEGV, SIGABRT, SIGBUS or SIGFPE."""
        faulthandler.enable(self._stream)

    def write(self, error: BaseException) -> None:
        """Append the full traceback of `error`."""
        self._stream.write("".join(traceback.format_exception(error)))
        self._stream.flush()

    def close(self) -> None:
        """Stop catching and close the file."""
        if faulthandler.is_enabled():
            faulthandler.disable()
        self._stream.close()
