"""How near the process is to its limits on threads and open files."""

from __future__ import annotations

import logging
import os
import resource
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from kms_trio.errors import ErrorCode, KurentoError

logger = logging.getLogger(__name__)

#: Counting descriptors walks a directory, so a count serves for this long.
COUNT_LIFETIME_S: Final = 0.25

_DESCRIPTORS: Final = Path("/proc/self/fd")


class ResourceLimits:
    """Refuses new objects while the process is above `exception_limit` (0 to 1) of a limit."""

    def __init__(self, exception_limit: float, monotonic: Callable[[], float]) -> None:
        self._exception_limit = exception_limit
        self._monotonic = monotonic
        self._counted_at = -COUNT_LIFETIME_S
        self._used: tuple[int, int] = (0, 0)
        self.thread_limit = _soft_limit(resource.RLIMIT_NPROC)
        self.file_limit = _soft_limit(resource.RLIMIT_NOFILE)

    def check(self) -> None:
        """Raise KurentoError 40009 when there is no room for another object."""
        threads, files = self.used()
        if self._over(threads, self.thread_limit):
            raise _exhausted("threads", self.thread_limit)
        if self._over(files, self.file_limit):
            raise _exhausted("files", self.file_limit)

    def used(self) -> tuple[int, int]:
        """Return threads and open files, counted a moment ago."""
        now = self._monotonic()
        if now - self._counted_at >= COUNT_LIFETIME_S:
            self._counted_at = now
            self._used = (threading.active_count(), _open_files())
        return self._used

    def fraction(self) -> float:
        """Return the part of the tighter limit that is in use, 0 when there is none."""
        threads, files = self.used()
        parts = [used / limit for used, limit in ((threads, self.thread_limit), (files, self.file_limit)) if limit]
        return max(parts, default=0.0)

    def _over(self, used: int, limit: int | None) -> bool:
        return limit is not None and used > limit * self._exception_limit


def _soft_limit(which: int) -> int | None:
    soft, _ = resource.getrlimit(which)
    return None if soft == resource.RLIM_INFINITY else soft


def _open_files() -> int:
    try:
        return len(os.listdir(_DESCRIPTORS))  # noqa: PTH208 - half the cost of building paths
    except OSError:
        return 0


def _exhausted(what: str, limit: int | None) -> KurentoError:
    logger.error("Reached KMS %s limit: %s", what, limit)
    return KurentoError(ErrorCode.NOT_ENOUGH_RESOURCES, f"Reached KMS {what} limit: {limit}")
