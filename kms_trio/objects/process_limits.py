"""What the system lets this process have: threads, open files and memory, and how much of each it has.

Threads are bounded by RLIMIT_NPROC and by the pids controller of the control group (systemd's TasksMax, Docker's
`--pids-limit`); the lower of the two counts. Threads of native libraries count as well, so Python is not asked.
"""

from __future__ import annotations

import math
import os
import resource
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import attrs

_DESCRIPTORS: Final = "/proc/self/fd"
_TASKS: Final = "/proc/self/task"
_CONTROL_GROUPS: Final = Path("/proc/self/cgroup")
_CONTROL_GROUP_FOLDER: Final = Path("/sys/fs/cgroup")


@attrs.frozen
class Usage:
    """Threads, open files and resident memory of the process."""

    threads: int
    files: int
    memory_bytes: int = 0


def count_usage() -> Usage:
    """Count; costs some microseconds, and more the more there are."""
    return Usage(_entries(_TASKS), _entries(_DESCRIPTORS), _resident_bytes())


def file_limit() -> int | None:
    """How many files may be open at once; None when that is unlimited."""
    return _soft_limit(resource.RLIMIT_NOFILE)


def thread_limit() -> int | None:
    """How many threads there may be; None when that is unlimited."""
    limits = [
        _soft_limit(resource.RLIMIT_NPROC),
        *(_number_in(file) for file in _control_group_files("pids", "pids.max")),
    ]
    return min((limit for limit in limits if limit is not None), default=None)


def memory_limit() -> int | None:
    """How many bytes of memory there may be: those of the machine, or less where its control group says so."""
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    files = (*_control_group_files("memory", "memory.max"), *_control_group_files("memory", "memory.limit_in_bytes"))
    limits = [machine if machine > 0 else None, *map(_number_in, files)]
    return min((limit for limit in limits if limit is not None), default=None)


def usable_cores() -> int:
    """How many cores this process may keep busy: those it may run on, or less where its control group has a quota."""
    cores = len(os.sched_getaffinity(0))
    quotas = [_cores_of_quota(file) for file in _control_group_files("cpu", "cpu.max")]
    return max(min([cores, *(quota for quota in quotas if quota is not None)]), 1)


def raise_file_limit() -> None:
    """Take as many open files as the hard limit grants: the soft one is small for the sake of programs with select."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        except (OSError, ValueError):
            return  # some systems grant less than they say; what there was stays


def _soft_limit(which: int) -> int | None:
    soft, _ = resource.getrlimit(which)
    return None if soft == resource.RLIM_INFINITY else soft


def _control_group_files(controller: str, name: str) -> Iterator[Path]:
    """Where the control group of the process says what it may have (cgroups(7), versions 1 and 2)."""
    try:
        lines = _CONTROL_GROUPS.read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    for line in lines:
        _number, controllers, path = line.split(":", 2)
        if controllers == "" or controller in controllers.split(","):
            yield _CONTROL_GROUP_FOLDER / controllers / path.lstrip("/") / name


def _cores_of_quota(file: Path) -> int | None:
    """`max 100000`, or microseconds of CPU time in a period of so many; part of a core counts as one."""
    try:
        quota, period = file.read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return None
    return math.ceil(int(quota) / int(period)) if quota.isdecimal() and period.isdecimal() and int(period) else None


def _number_in(file: Path) -> int | None:
    """What a file of a control group allows; None for `max`, or without the file."""
    try:
        text = file.read_text(encoding="ascii").strip()
    except OSError:
        return None
    return int(text) if text.isdecimal() else None


def _resident_bytes() -> int:
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    except OSError:
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _entries(folder: str) -> int:
    try:
        return len(os.listdir(folder))  # noqa: PTH208 - half the cost of building paths
    except OSError:
        return 0
