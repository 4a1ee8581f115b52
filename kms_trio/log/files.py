"""Log files as Kurento writes them: a new one at each start, at midnight and when one is full.

Names are `2024-05-06T070809.00000.pid123.log`: time, counter, process. The folder is kept below
`file_size_bytes * file_count` by deleting the oldest files of such names, whoever wrote them.
"""

from __future__ import annotations

import logging
import os
import re
import time
from pathlib import Path
from typing import Final, TextIO

_NAME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d{6}\.\d{5}\.pid\d+\.log")


class RotatingFolderHandler(logging.Handler):
    """Writes to the newest file of a folder; a folder that is gone or a full disk is reported on stderr."""

    def __init__(self, folder: Path, *, file_size_bytes: int, file_count: int) -> None:
        """Open the first file. Raises OSError when the folder cannot be made or written to."""
        super().__init__()
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._file_size_bytes = file_size_bytes
        self._total_bytes = file_size_bytes * file_count
        self._counter = 0
        self._written_bytes = 0
        self._day = ""
        self._stream: TextIO | None = None
        self._open(time.time())

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line, in a new file if it would not fit or the day is over."""
        try:
            line = self.format(record) + "\n"
            size = len(line.encode("utf-8", "backslashreplace"))
            full = self._written_bytes > 0 and self._written_bytes + size > self._file_size_bytes
            if self._stream is None or full or _day(record.created) > self._day:
                self._open(record.created)
            assert self._stream is not None
            self._stream.write(line)
            self._stream.flush()
            self._written_bytes += size
        except (OSError, ValueError):
            self.handleError(record)

    def close(self) -> None:
        """Close the file."""
        self.acquire()
        try:
            if self._stream is not None:
                self._stream.close()
                self._stream = None
        finally:
            self.release()
        super().close()

    def _open(self, unix_s: float) -> None:
        if self._stream is not None:
            self._stream.close()
            self._stream = None
        stamp = time.strftime("%Y-%m-%dT%H%M%S", time.localtime(unix_s))
        file = self._folder / f"{stamp}.{self._counter:05d}.pid{os.getpid()}.log"
        self._counter += 1
        self._stream = file.open("a", encoding="utf-8", errors="backslashreplace")
        self._day = _day(unix_s)
        self._written_bytes = 0
        self._delete_oldest(keep=file)

    def _delete_oldest(self, keep: Path) -> None:
        """Make room for one more full file; `keep` stays whatever the sum says."""
        files = sorted(file for file in self._folder.iterdir() if _NAME.fullmatch(file.name) and file != keep)
        sizes = {file: _size(file) for file in files}
        total_bytes = sum(sizes.values()) + self._file_size_bytes
        for file in files:
            if total_bytes <= self._total_bytes:
                return
            file.unlink(missing_ok=True)
            total_bytes -= sizes[file]


def _day(unix_s: float) -> str:
    return time.strftime("%Y-%m-%d", time.localtime(unix_s))


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0
