"""How objects come into being, are held and go.

Creating: structure the parameters, construct, `start`, and only then make the object known. Releasing: forget the
whole subtree at once, so that no request reaches it any more, then close it children first, each under a shielded
deadline, and say ObjectDestroyed in that order. Both happen in the task that asks.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final

import trio

from kms_trio.dispatch import Parameter
from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.generated.core.events import ObjectCreated, ObjectDestroyed
from kms_trio.objects.filter_hosts import FilterHosts
from kms_trio.objects.ids import MANAGER_ID
from kms_trio.objects.invoke import constructor_arguments, with_defaults
from kms_trio.objects.media_object import MediaObject
from kms_trio.objects.scopes import CLOSE_DEADLINE_S as SCOPE_DEADLINE_S

if TYPE_CHECKING:
    from kms_trio.objects.catalog import Catalog
    from kms_trio.objects.context import ObjectContext
    from kms_trio.objects.marshal import Marshaller
    from kms_trio.objects.resources import ResourceLimits

logger = logging.getLogger("KurentoMediaSet")

#: How long one object's `close` may take; a recorder finishes its file within it.
CLOSE_DEADLINE_S: Final = 10.0

#: How long the tasks of an object may take to end that could not be closed in time.
LEAST_DEADLINE_S: Final = 0.2

#: Constructor parameters of these types name the parent of the new object.
_PARENT_TYPES: Final = frozenset({"MediaPipeline", "Hub"})


class Lifecycle:
    """Creates and destroys the objects of one server."""

    def __init__(
        self,
        context: ObjectContext,
        catalog: Catalog,
        marshaller: Marshaller,
        limits: ResourceLimits,
        check_create: Callable[[str, str], None],
    ) -> None:
        """`check_create(session_id, type_name)` raises KurentoError to refuse a creation."""
        self._context = context
        self._catalog = catalog
        self._marshaller = marshaller
        self._limits = limits
        self._check_create = check_create
        #: When closing must be over, by Trio's clock, however long single objects may take; set before the server ends.
        self._close_until = math.inf
        context.on_pipeline_crash = self._pipeline_crashed

    def check_memory(self) -> None:
        """Make room for what a client has kept beside objects. Raises KurentoError 40009 when there is none."""
        self._limits.check_memory()

    async def create(self, session_id: str, type_name: str, parameters: Any) -> MediaObject:
        """Create an object held by `session_id`. Raises KurentoError when there is no such class, the parameters are
        wrong, resources run out, or the object cannot start.
        """
        object_class = self._catalog.find(type_name)
        self._check_create(session_id, object_class.qualified_name)
        self._limits.check()
        declared = object_class.constructor or ()
        arguments = constructor_arguments(declared, parameters, self._marshaller)
        parent = _parent(declared, arguments)
        created: MediaObject | None = None
        hosts = self._context.shared(FilterHosts)
        if hosts.wants(object_class):
            created = await hosts.make(object_class, self._catalog.path(type_name), parent, parameters)
        if created is None:
            implementation = await self._catalog.implementation(type_name)
            complete = with_defaults(declared, arguments, self._marshaller, implementation.own_defaults)
            created = implementation(self._context, parent, object_class, **complete)
        try:
            await created.start()
            if parent is not None and parent.releasing:
                raise KurentoError(ErrorCode.MEDIA_OBJECT_NOT_FOUND, f"Object '{parent.id}' not found")
        except BaseException:
            await self._close(created)  # noqa: ASYNC102 - shielded and bounded there
            raise
        self._context.directory.add(created)
        self._context.references.add_created(session_id, created.id)
        self._manager().emit(ObjectCreated(object=created))
        return created

    async def release(self, media_object: MediaObject) -> None:
        """Destroy an object with all below it, whoever holds it. The ServerManager stays."""
        await self._destroy([media_object])

    async def give_up(self, session_id: str, object_id: str) -> None:
        """Take an object from a session; destroy it if that was the last one."""
        await self._destroy_ids(self._context.references.give_up(session_id, object_id))

    async def end_session(self, session_id: str, *, release: bool = False) -> None:
        """Forget a session and its subscriptions; with `release`, destroy what it holds even if others hold it too."""
        self._context.bus.drop_session(session_id)
        held = self._context.references.held_by(session_id)
        abandoned = self._context.references.end_session(session_id)
        await self._destroy_ids(held if release else abandoned)

    async def release_all(self, within_s: float = math.inf) -> None:
        """Destroy everything, as before the server ends; what is not closed `within_s` is given up."""
        self._close_until = trio.current_time() + within_s
        pipelines = [root for root in self._context.directory.roots() if root.id != MANAGER_ID]
        if pipelines:
            logger.info("Destroying %d pipelines that are already alive", len(pipelines))
        await self._destroy(pipelines, last=True)

    def _manager(self) -> MediaObject:
        return self._context.directory.get(MANAGER_ID)

    async def _destroy_ids(self, object_ids: Iterable[str]) -> None:
        found = (self._context.directory.find(object_id) for object_id in object_ids)
        await self._destroy([each for each in found if each is not None])

    async def _destroy(self, roots: Iterable[MediaObject], *, last: bool = False) -> None:
        doomed: dict[str, MediaObject] = {}
        for root in roots:
            if root.id != MANAGER_ID:
                for each in _subtree(root):
                    if not each.releasing:
                        doomed[each.id] = each
        for each in doomed.values():
            each.releasing = True
        for each in doomed.values():
            self._context.directory.remove(each)
            self._context.references.forget_object(each.id)
            if self._context.on_change is not None:
                self._context.on_change(each)
        for generation in _deepest_first(doomed.values()):
            await self._close_all(generation)
            for each in generation:
                self._context.bus.drop_object(each.id)
                self._manager().emit(ObjectDestroyed(object_id=each.id))
        if doomed and not last and self._context.directory.holds_only_manager:
            self._limits.all_released()

    async def _close_all(self, objects: list[MediaObject]) -> None:
        """Close objects of one depth; several of them at the same time, as each may take its while."""
        if len(objects) == 1:
            await self._close(objects[0])
            return
        async with trio.open_nursery() as nursery:
            for each in objects:
                nursery.start_soon(self._close, each)

    async def _close(self, media_object: MediaObject) -> None:
        """Named guard: an object that cannot be closed properly does not keep others from being closed."""
        began = trio.current_time()
        tasks_deadline_s = min(SCOPE_DEADLINE_S, max(self._close_until - began, LEAST_DEADLINE_S))
        if type(media_object).close is MediaObject.close:
            await media_object.scope.close(tasks_deadline_s)  # nothing of its own to give back
            self._let_go(media_object)
            return
        with trio.move_on_at(min(began + CLOSE_DEADLINE_S, self._close_until), shield=True) as patience:
            try:
                await media_object.close()
            except Exception:
                logger.exception("%s: close failed", media_object.id)
        if patience.cancelled_caught:
            logger.error("%s: close took longer than %.0f s", media_object.id, trio.current_time() - began)
            tasks_deadline_s = LEAST_DEADLINE_S
        await media_object.scope.close(tasks_deadline_s)
        self._let_go(media_object)

    def _let_go(self, media_object: MediaObject) -> None:
        """Named guard, as `_close` is. An object whose tasks have not ended in time is left to them."""
        if not media_object.scope.ended:
            return
        try:
            media_object.let_go()
        except Exception:
            logger.exception("%s: a part could not be let go", media_object.id)

    def _pipeline_crashed(self, pipeline: MediaObject) -> None:
        self._context.supervisor.adopt(lambda: self.release(pipeline))


def _parent(declared: tuple[Parameter, ...], arguments: dict[str, Any]) -> MediaObject | None:
    for parameter in declared:
        if parameter.type.kind == "remote" and parameter.type.name in _PARENT_TYPES:
            parent: MediaObject = arguments[parameter.attribute]
            return parent
    return None


def _subtree(root: MediaObject) -> list[MediaObject]:
    found = [root]
    for each in found:  # grows while it is walked
        found.extend(each.children)
    return found


def _deepest_first(objects: Iterable[MediaObject]) -> list[list[MediaObject]]:
    by_depth: dict[int, list[MediaObject]] = {}
    for each in objects:
        by_depth.setdefault(each.id.count("/"), []).append(each)
    return [by_depth[depth] for depth in sorted(by_depth, reverse=True)]
