"""Keeps the workers alive: as many as there shall be, each started again when it is gone.

The first start has to succeed, as what keeps a worker from starting then is the operator's to cure. Later a worker that
dies is replaced at once, and one that dies again and again after growing pauses.
"""

from __future__ import annotations

import logging
from typing import Final, Protocol

import attrs
import trio

from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.settings import Settings
from kms_trio.worker.assignment import Assignment, WorkerLog, share_of_ports
from kms_trio.worker.count import cores_of_each
from kms_trio.worker.figures import Figures, total
from kms_trio.worker.link import Listener, WorkerLink, WorkerLostError
from kms_trio.worker.placement import WorkerLoad, place

logger = logging.getLogger("KurentoMediaServer")

#: Pauses before a worker is started that died young; they double from the first to the last.
FIRST_PAUSE_S: Final = 0.5
LONGEST_PAUSE_S: Final = 30.0
#: What lived this long did not die young.
YOUNG_S: Final = 60.0

#: How long a pipeline waits for a worker that is being started.
START_PATIENCE_S: Final = 15.0


class PoolListener(Listener, Protocol):
    """A listener to all links that also hears of their end."""

    def lost(self, link: WorkerLink) -> None:
        """The worker is gone, and all its objects with it."""


@attrs.frozen(kw_only=True)
class WorkerStatus:
    """One worker, for health and metrics. `process` 0: none runs just now."""

    number: int
    up: bool
    process: int
    pipelines: int
    cpu: float
    memory_bytes: int


class WorkerPool:
    """`count` workers with these settings. `listener` is set before `run`."""

    def __init__(self, settings: Settings, count: int, log: WorkerLog) -> None:
        self.listener: PoolListener | None = None
        self._settings = settings
        self._count = count
        self._log = log
        self._links: dict[int, WorkerLink] = {}
        self._changed = trio.Event()
        self._stopping = False
        self._failures: list[str] = []
        #: What workers had counted that are no more.
        self._of_ended = Figures()

    @property
    def links(self) -> list[WorkerLink]:
        """The workers that serve requests now, by number."""
        return [link for _, link in sorted(self._links.items()) if link.is_ready]

    @property
    def statuses(self) -> list[WorkerStatus]:
        """All workers, also those that are being started."""
        return [self._status(number) for number in range(1, self._count + 1)]

    @property
    def figures(self) -> Figures:
        """What all workers together count, those that have ended included."""
        reports = [link.report for link in self._links.values() if link.report is not None]
        return total([self._of_ended, *(report.figures for report in reports)])

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Start all, then keep them alive until cancelled. Raises OSError when one cannot start the first time."""
        ports = self._settings.base_rtp_endpoint
        shares = [
            share_of_ports(ports.min_port, ports.max_port, number, self._count) for number in range(1, self._count + 1)
        ]
        async with trio.open_nursery() as nursery:
            for number, (min_port, max_port) in enumerate(shares, 1):
                assignment = Assignment(
                    number=number,
                    count=self._count,
                    settings=self._settings,
                    min_port=min_port,
                    max_port=max_port,
                    log=self._log,
                )
                nursery.start_soon(self._keep, assignment)
            while len(self.links) < self._count:
                await self._change()
                if self._failures:
                    raise OSError(self._failures[0])
            task_status.started()

    async def stop(self, release_within_s: float) -> None:
        """Have all workers close their objects and end; returns when they have. For the caller to bound."""
        self._stopping = True
        for link in self._links.values():
            link.stop(release_within_s)
        while self._links:
            await self._change()

    async def choose(self) -> WorkerLink:
        """The worker for a new pipeline. Raises KurentoError 40009 when none is running, or all are at their limit."""
        with trio.move_on_after(START_PATIENCE_S):
            while not self.links:
                await self._change()
        links = {link.number: link for link in self.links}
        if not links:
            raise KurentoError(ErrorCode.NOT_ENOUGH_RESOURCES, "No media worker is running")
        return links[place(link.load for link in links.values()).number]

    def ready(self) -> None:
        """A worker serves from now on."""
        self._change_happened()

    async def _keep(self, assignment: Assignment) -> None:
        number, pause_s, was_ready, retired = assignment.number, 0.0, False, False
        while not self._stopping:
            assert self.listener is not None, "set before the pool runs"
            began = trio.current_time()
            try:
                link = WorkerLink(
                    self.listener,
                    WorkerLoad(number, cores_of_each(self._count)),
                    self._settings.processes.environment,
                )
            except OSError as problem:
                failure = f"media worker {number} cannot be started: {problem}"
            else:
                self._links[number] = link
                try:
                    await link.run(assignment)
                finally:
                    del self._links[number]
                    if link.report is not None:
                        self._of_ended = total([self._of_ended, link.report.figures.only_counters()])
                was_ready = was_ready or link.was_ready
                retired = link.retired
                failure = self._over(link)
            if not was_ready:
                self._failures.append(failure)
            self._change_happened()
            if not was_ready:
                return
            young = trio.current_time() - began < YOUNG_S and not retired
            if young and pause_s:
                logger.warning("Media worker %d is started again in %.1f s", number, pause_s)
                await trio.sleep(pause_s)
            pause_s = min(max(2 * pause_s, FIRST_PAUSE_S), LONGEST_PAUSE_S) if young else 0.0

    def _over(self, link: WorkerLink) -> str:
        """Tell of the end of a worker; return why it could not start, if it could not."""
        assert self.listener is not None
        self.listener.lost(link)
        if link.retired:
            logger.info("Media worker %d (process %d) ended", link.number, link.pid)
        elif link.start_failure is None:
            lost = WorkerLostError(f"media worker {link.number} (process {link.pid}) {link.loss}")
            logger.error("Media worker %d died; its pipelines are lost", link.number, exc_info=lost)
        return link.start_failure or f"media worker {link.number} {link.loss}"

    def _status(self, number: int) -> WorkerStatus:
        link = self._links.get(number)
        if link is None or not link.is_ready:
            return WorkerStatus(number=number, up=False, process=0, pipelines=0, cpu=0.0, memory_bytes=0)
        report = link.report
        return WorkerStatus(
            number=number,
            up=True,
            process=link.pid,
            pipelines=0 if report is None else report.pipelines,
            cpu=0.0 if report is None else round(report.cpu, 3),
            memory_bytes=0 if report is None else report.memory_bytes,
        )

    async def _change(self) -> None:
        await self._changed.wait()

    def _change_happened(self) -> None:
        self._changed.set()
        self._changed = trio.Event()
