"""Which object lives in which worker. An id begins with its pipeline's, so pipelines are all that must be looked up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kms_trio.objects.ids import pipeline_id

if TYPE_CHECKING:
    from kms_trio.worker.link import WorkerLink


class Ledger:
    """The objects of all workers, in the order in which they were created."""

    def __init__(self) -> None:
        self._links: dict[str, WorkerLink] = {}
        self._objects: dict[str, dict[str, None]] = {}

    def __contains__(self, object_id: str) -> bool:
        return object_id in self._objects.get(pipeline_id(object_id), ())

    @property
    def pipelines(self) -> list[str]:
        """The ids of all pipelines, oldest first."""
        return list(self._links)

    def link_of(self, object_id: object) -> WorkerLink | None:
        """The worker that an object lives in, or would; None where there is no such pipeline."""
        return self._links.get(pipeline_id(object_id)) if isinstance(object_id, str) else None

    def born(self, link: WorkerLink, object_id: str) -> None:
        """An object was created."""
        root = pipeline_id(object_id)
        self._links.setdefault(root, link)
        self._objects.setdefault(root, {})[object_id] = None

    def died(self, object_id: str) -> None:
        """An object was destroyed; unknown ones are ignored."""
        root = pipeline_id(object_id)
        objects = self._objects.get(root)
        if objects is None:
            return
        objects.pop(object_id, None)
        if object_id == root:
            del self._objects[root], self._links[root]

    def forget(self, link: WorkerLink) -> list[str]:
        """A worker is gone: return the objects that it had, oldest first, so parents before their children."""
        roots = [root for root, its in self._links.items() if its is link]
        lost = [object_id for root in roots for object_id in self._objects[root]]
        for root in roots:
            del self._objects[root], self._links[root]
        return lost
