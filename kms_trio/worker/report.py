"""What a worker tells of itself once a second: sign of life, and what placement goes by."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

import attrs

from kms_trio.worker.figures import Figures
from kms_trio.worker.frames import Message

#: Between two reports.
REPORT_PERIOD_S: Final = 1.0

_MEMORY_FILE: Final = Path("/proc/self/statm")


@attrs.frozen(kw_only=True)
class WorkerReport:
    """One report. `figures` are for `/metrics`."""

    #: CPU time of the process over time, 1.0 is a whole core; the threads of codecs count.
    cpu: float
    #: The same of the thread that forwards packets.
    loop_cpu: float
    #: The longest that the event loop was late for a timer since the last report.
    lateness_s: float
    memory_bytes: int
    pipelines: int
    objects: int
    figures: Figures = attrs.field(factory=Figures)

    def to_message(self) -> Message:
        """As JSON data."""
        return attrs.asdict(self)

    @classmethod
    def from_message(cls, message: Message) -> WorkerReport:
        """Read what `to_message` made."""
        return cls(**{**message, "figures": Figures.from_message(message["figures"])})


class Meter:
    """Measures the process that it is in; used in the thread of the event loop."""

    def __init__(self, page_bytes: int) -> None:
        self._page_bytes = page_bytes
        self._at_s = time.monotonic()
        self._process_s = time.process_time()
        self._loop_s = time.thread_time()
        self._lateness_s = 0.0

    def was_late(self, lateness_s: float) -> None:
        """Note how late a timer was."""
        self._lateness_s = max(self._lateness_s, lateness_s)

    def report(self, *, pipelines: int, objects: int, figures: Figures) -> WorkerReport:
        """Return what was measured since the last report."""
        now_s, process_s, loop_s = time.monotonic(), time.process_time(), time.thread_time()
        elapsed_s = max(now_s - self._at_s, REPORT_PERIOD_S / 2)  # the first report comes at once
        report = WorkerReport(
            cpu=(process_s - self._process_s) / elapsed_s,
            loop_cpu=(loop_s - self._loop_s) / elapsed_s,
            lateness_s=self._lateness_s,
            memory_bytes=int(_MEMORY_FILE.read_text(encoding="ascii").split()[1]) * self._page_bytes,
            pipelines=pipelines,
            objects=objects,
            figures=figures,
        )
        self._at_s, self._process_s, self._loop_s, self._lateness_s = now_s, process_s, loop_s, 0.0
        return report
