"""Running a command anew whenever a file changes, for `kms-trio run-module --reload`."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

__all__ = ["run_until_done", "snapshot"]

#: How often files are looked at, and whether the command has ended.
LOOK_INTERVAL_S: Final = 0.3
#: How long the command may take to end before it is killed: longer than a server takes.
STOP_DEADLINE_S: Final = 15.0

_WATCHED: Final = frozenset({".py", ".json", ".toml"})
_PASSED_OVER: Final = frozenset({"node_modules", "__pycache__", "dist", "build"})


def run_until_done(command: Sequence[str], folder: Path) -> int:
    """Run `command`, again whenever a source file below `folder` changes; its exit code.

    A command that fails is run again after the next change. SIGINT, SIGTERM and SIGHUP end it and this.
    """
    wanted_end = threading.Event()
    stopping = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    former = {each: signal.signal(each, lambda *_: wanted_end.set()) for each in stopping}
    try:
        while True:
            before = snapshot(folder)
            # A group of its own: the terminal's Ctrl-C is passed on below, once.
            process = subprocess.Popen(command, start_new_session=True)
            while not wanted_end.wait(LOOK_INTERVAL_S) and snapshot(folder) == before:
                if process.poll() == 0:
                    return 0
            code = _stopped(process)
            if wanted_end.is_set():
                return code
            print("A file has changed: starting again", flush=True)
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def snapshot(folder: Path) -> Mapping[str, tuple[int, int]]:
    """Time and size of each source file below `folder`; files that vanish meanwhile are left out."""
    found = {}
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name not in _PASSED_OVER and not name.startswith(".")]
        for name in files:
            if os.path.splitext(name)[1] in _WATCHED:  # noqa: PTH122 - thousands of times, without making paths
                try:
                    status = os.stat(os.path.join(place, name))  # noqa: PTH116, PTH118 - the same
                except OSError:
                    continue
                found[f"{place}/{name}"] = (status.st_mtime_ns, status.st_size)
    return found


def _stopped(process: subprocess.Popen[bytes]) -> int:
    """End the process if it still runs; its exit code."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(STOP_DEADLINE_S)
        except subprocess.TimeoutExpired:
            process.kill()
    return process.wait()
