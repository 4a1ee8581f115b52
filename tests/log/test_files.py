from __future__ import annotations

import logging
import os
import re
from datetime import UTC, datetime
from pathlib import Path

from kms_trio.log import CrashLog
from kms_trio.log.files import RotatingFolderHandler

DAY_S = 24 * 3600


def write(handler: logging.Handler, message: str, *, later_s: float = 0) -> None:
    record = logging.LogRecord("a", logging.INFO, "f.py", 1, message, None, None)
    record.created += later_s
    handler.handle(record)


def test_name_of_the_first_file(tmp_path: Path) -> None:
    handler = RotatingFolderHandler(tmp_path / "logs", file_size_bytes=1000, file_count=2)
    handler.close()
    (file,) = (tmp_path / "logs").iterdir()
    assert re.fullmatch(rf"\d{{4}}-\d\d-\d\dT\d{{6}}\.00000\.pid{os.getpid()}\.log", file.name)


def test_full_file_is_followed_by_the_next_and_the_oldest_goes(tmp_path: Path) -> None:
    handler = RotatingFolderHandler(tmp_path, file_size_bytes=100, file_count=3)
    for number in range(10):
        write(handler, f"{number}" * 79)
    handler.close()
    files = sorted(tmp_path.iterdir())
    assert [file.read_text()[0] for file in files] == ["7", "8", "9"]
    assert all(file.stat().st_size == 80 for file in files)


def test_new_file_at_midnight(tmp_path: Path) -> None:
    handler = RotatingFolderHandler(tmp_path, file_size_bytes=1000, file_count=3)
    write(handler, "today")
    write(handler, "tomorrow", later_s=DAY_S)
    write(handler, "tomorrow too", later_s=DAY_S)
    handler.close()
    assert [file.read_text() for file in sorted(tmp_path.iterdir())] == ["today\n", "tomorrow\ntomorrow too\n"]


def test_files_of_others_stay(tmp_path: Path) -> None:
    other = tmp_path / "errors.log"
    other.write_text("x" * 1000)
    handler = RotatingFolderHandler(tmp_path, file_size_bytes=10, file_count=1)
    write(handler, "one line that is larger than a file may be")
    handler.close()
    assert other.exists()
    assert any("one line" in file.read_text() for file in tmp_path.iterdir())


def test_each_start_has_its_line_and_crashes_follow(tmp_path: Path) -> None:
    for hour in (13, 14):
        log = CrashLog(tmp_path, now=datetime(2024, 9, 19, hour, 44, 48, tzinfo=UTC))
        log.write(RuntimeError(f"at {hour}"))
        log.close()
    text = (tmp_path / "errors.log").read_text()
    assert text.startswith("\n\n2024-09-19T13:44:48+00:00 -- New execution\n")
    assert "RuntimeError: at 13\n\n\n2024-09-19T14:44:48+00:00 -- New execution\n" in text
    assert text.endswith("RuntimeError: at 14\n")
