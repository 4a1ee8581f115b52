"""Which worker a new pipeline goes to.

The least loaded one, where pipelines that were placed since it last reported count as well: a burst of creates comes
faster than reports do. A worker that was near its limit for several seconds in a row, or that holds
already, gets none.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import attrs

from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.worker.report import WorkerReport

#: The part of its cores above which a worker is near its limit...
LIMIT: Final = 0.9
#: ...and for how many reports in a row it has to be, so that an import or a burst of joins does not count.
REPORTS_AT_LIMIT: Final = 5

#: What a pipeline is taken to cost, in cores, before it shows.
EXPECTED_COST: Final = 0.05


@attrs.define
class WorkerLoad:
    """What placement knows of a worker. `cores` is its share of the machine."""

    number: int
    cores: float = 1.0
    report: WorkerReport | None = None
    placed_since_report: int = 0
    _reports_at_limit: int = 0

    def reported(self, report: WorkerReport) -> None:
        """Take a report."""
        self.report = report
        self.placed_since_report = 0
        if report.figures.held_back:
            self._reports_at_limit = REPORTS_AT_LIMIT
            return
        near = report.loop_cpu > LIMIT or report.cpu > LIMIT * self.cores
        self._reports_at_limit = self._reports_at_limit + 1 if near else 0

    @property
    def at_limit(self) -> bool:
        """Whether the worker should get no more."""
        return self._reports_at_limit >= REPORTS_AT_LIMIT

    @property
    def rank(self) -> tuple[float, int, int]:
        """The lower the better: load in steps that are more than noise, pipelines, number."""
        report = self.report
        cpu, pipelines = (0.0, 0) if report is None else (report.cpu, report.pipelines)
        load = cpu + EXPECTED_COST * self.placed_since_report
        return round(load, 1), pipelines + self.placed_since_report, self.number


def place(loads: Iterable[WorkerLoad]) -> WorkerLoad:
    """Choose, and count the pipeline. Raises KurentoError 40009 when all are at their limit."""
    loads = list(loads)
    room = [load for load in loads if not load.at_limit]
    if not room:
        raise KurentoError(
            ErrorCode.NOT_ENOUGH_RESOURCES,
            f"All {len(loads)} media workers are at their limit: above {LIMIT:.0%} of a core for "
            f"{REPORTS_AT_LIMIT} seconds; nothing new can be created until some media has ended",
        )
    chosen = min(room, key=lambda load: load.rank)
    chosen.placed_since_report += 1
    return chosen
