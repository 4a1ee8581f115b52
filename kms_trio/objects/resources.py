"""Refusing work before threads, open files or memory run out, and ending a server that idles above its limits."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Callable
from typing import Final

from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.objects.process_limits import Usage, count_usage, file_limit, memory_limit, thread_limit

logger = logging.getLogger("KurentoResourceManager")

#: Counting descriptors walks a directory, so a count serves for this long...
COUNT_LIFETIME_S: Final = 0.25

#: ...or until objects of this appetite, which were created since, might have used up what was left.
APPETITE: Final = Usage(threads=4, files=8)


def terminate_process() -> None:
    """Ask this process for an orderly end, as an operator would."""
    os.kill(os.getpid(), signal.SIGTERM)


class ResourceLimits:
    """Refuses new objects while the process is above `exception_limit` (0 to 1) of a limit.

    With a `kill_limit`, `all_released` calls `terminate` when the process is above that: descriptors or threads
    that remain although no object does are lost for good, and a supervisor starts a fresh server.

    `share` is how many processes have to get along with the threads and the memory that there may be; open files are
    counted for each.
    """

    def __init__(
        self,
        exception_limit: float,
        monotonic: Callable[[], float],
        *,
        kill_limit: float | None = None,
        share: int = 1,
        count: Callable[[], Usage] = count_usage,
        terminate: Callable[[], None] = terminate_process,
    ) -> None:
        self._exception_limit = exception_limit
        self._kill_limit = kill_limit
        self._monotonic = monotonic
        self._count = count
        self._terminate = terminate
        self._counted_at = -COUNT_LIFETIME_S
        self._checks_since = 0
        self._used = Usage(0, 0)
        threads = thread_limit()
        self.thread_limit = None if threads is None else threads // share
        self.file_limit = file_limit()
        memory = memory_limit()
        self.memory_limit = None if memory is None else memory // share

    def announce(self) -> None:
        """Log what the limits are."""
        logger.info("System limits: %s threads, %s files", *map(_words, (self.thread_limit, self.file_limit)))
        logger.info(
            "Using above %.0f%% of system limits will throw NOT_ENOUGH_RESOURCES exception", 100 * self._exception_limit
        )
        if self._kill_limit is not None:
            logger.info(
                "Using above %.2f%% of system limits will kill the server when no objects are alive",
                100 * self._kill_limit,
            )

    def check(self) -> None:
        """Make room for one more object. Raises KurentoError 40009 when there is none."""
        self._checks_since += 1
        appetite = Usage(APPETITE.threads * self._checks_since, APPETITE.files * self._checks_since)
        if self._counted_at + COUNT_LIFETIME_S <= self._monotonic() or self._excess(self._exception_limit, appetite):
            self._count_now()
        self._refuse(self._excess(self._exception_limit) or self._memory_excess())

    def check_memory(self) -> None:
        """Make room for something small that is kept for a client. Raises KurentoError 40009 when there is none."""
        if self._counted_at + COUNT_LIFETIME_S <= self._monotonic():
            self._count_now()
        self._refuse(self._memory_excess())

    def all_released(self) -> None:
        """No media object is left: end the process if it is above the kill limit all the same."""
        if self._kill_limit is None:
            return
        self._count_now()
        excess = self._excess(self._kill_limit)
        if excess is not None:
            logger.error("Resources over the limit, server will be killed: %s", excess)
            self._terminate()

    def used(self) -> Usage:
        """Return what is in use, counted a moment ago."""
        if self._counted_at + COUNT_LIFETIME_S <= self._monotonic():
            self._count_now()
        return self._used

    def fraction(self) -> float:
        """Return the part of the tighter limit that is in use, 0 when there is none."""
        used = self.used()
        parts = [
            part / limit
            for part, limit in (
                (used.threads, self.thread_limit),
                (used.files, self.file_limit),
                (used.memory_bytes, self.memory_limit),
            )
            if limit
        ]
        return max(parts, default=0.0)

    def _count_now(self) -> None:
        self._counted_at = self._monotonic()
        self._checks_since = 0
        self._used = self._count()

    def _excess(self, part: float, more: Usage = Usage(0, 0)) -> str | None:  # noqa: B008 - frozen
        """What would be above `part` of its limit with `more` than was counted, in words; None if nothing would."""
        if self.thread_limit is not None and self._used.threads + more.threads > self.thread_limit * part:
            return f"Reached KMS threads limit: {self.thread_limit}"
        if self.file_limit is not None and self._used.files + more.files > self.file_limit * part:
            return f"Reached KMS files limit: {self.file_limit}"
        return None

    def _memory_excess(self) -> str | None:
        if self.memory_limit is not None and self._used.memory_bytes > self.memory_limit * self._exception_limit:
            return f"Reached KMS memory limit: {self.memory_limit >> 20} MiB"
        return None

    def _refuse(self, excess: str | None) -> None:
        if excess is not None:
            logger.error("%s", excess)
            raise KurentoError(ErrorCode.NOT_ENOUGH_RESOURCES, excess)


def _words(limit: int | None) -> str:
    return "unlimited" if limit is None else str(limit)
