"""The ServerManagers of a server with workers: one speaks to clients for all of them, a worker's tells that one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import trio

from kms_trio.errors import KurentoError
from kms_trio.generated.core.events import ObjectCreated, ObjectDestroyed
from kms_trio.objects.server_manager import ServerManager

if TYPE_CHECKING:
    from collections.abc import Callable

    from kms_trio.generated.core.events import RaiseBase
    from kms_trio.worker.link import WorkerLink
    from kms_trio.worker.tree import WorkerTree


class TreeServerManager(ServerManager):
    """Lives in the control process; `tree` is set once there is one."""

    tree: WorkerTree

    @property
    def pipelines(self) -> Any:
        """The ids of all pipelines: the objects are in other processes."""
        return self.tree.ledger.pipelines

    @property
    def sessions(self) -> list[str]:
        """Ids of all sessions that hold an object."""
        return list(self.tree.sessions)

    async def get_used_cpu(self, interval: int) -> float | None:  # type: ignore[override]  # null, as ever, for no time
        """Return the percentage of all processors that all processes of the server use, over the next `interval` ms."""
        if interval <= 0:
            return None
        parts: list[float] = []

        async def add_own() -> None:
            parts.append(await super(TreeServerManager, self).get_used_cpu(interval) or 0.0)

        async def add(link: WorkerLink) -> None:
            try:
                parts.append(await link.request("worker.usedCpu", {"interval": interval}))
            except KurentoError:
                return  # a worker that died meanwhile uses nothing

        async with trio.open_nursery() as nursery:
            nursery.start_soon(add_own)
            for link in self.tree.pool.links:
                nursery.start_soon(add, link)
        return round(sum(parts), 2)

    def get_used_memory(self) -> int:
        """Return the resident memory of all processes of the server, KiB, as workers last reported it."""
        reports = (link.report for link in self.tree.pool.links)
        return super().get_used_memory() + sum(report.memory_bytes // 1024 for report in reports if report is not None)


class HostedServerManager(ServerManager):
    """Lives in a worker; no client reaches it."""

    #: Called with `born` or `died` and the id of an object. The event itself is raised by the control process.
    tell_of_object: Callable[[str, str], None] | None = None

    def emit(self, event: RaiseBase) -> None:
        """Tell of objects that come and go; plugins hear the event here, as they do without workers."""
        if self.tell_of_object is not None and isinstance(event, ObjectCreated):
            self.tell_of_object("born", event.object.id)
        elif self.tell_of_object is not None and isinstance(event, ObjectDestroyed):
            self.tell_of_object("died", event.object_id)
        super().emit(event)
