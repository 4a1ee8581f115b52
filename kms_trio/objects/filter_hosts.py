"""FilterHosts: which filters run in host processes, and the processes: one a module and pipeline."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.generated.core.module import MODULE as CORE
from kms_trio.hosting.errors import HostGoneError, HostProtocolError
from kms_trio.hosting.messages import Message
from kms_trio.hosting.process import HostLimits
from kms_trio.objects.filter_host import START_LIMIT_S, FilterHost
from kms_trio.objects.filter_traits import FilterTraits
from kms_trio.objects.host_settling import first_message
from kms_trio.objects.hosted_filter import HostedFilter
from kms_trio.objects.leniency import NotConvertibleError
from kms_trio.objects.marshal import Marshaller

if TYPE_CHECKING:
    from kms_trio.dispatch import Operation, RemoteClass
    from kms_trio.generated.core.events import RaiseBase
    from kms_trio.objects.context import ObjectContext
    from kms_trio.objects.media_object import MediaObject

__all__ = ["FilterHosts"]

MEDIA_ELEMENT: Final = CORE.classes["MediaElement"]
ENDPOINT: Final = CORE.classes["Endpoint"]
TRUST_ALL: Final = "*"

logger = logging.getLogger("kms.hosting")


class FilterHosts:
    """See the module docstring; one a server (`ObjectContext.shared`)."""

    def __init__(self, context: ObjectContext) -> None:
        self._context = context
        self._settings = context.settings.filters
        self._limits = HostLimits(
            self._settings.memory_mib << 20, self._settings.nice, context.settings.processes.environment
        )
        self._marshaller = Marshaller(context.directory, context.modules)
        self._events = {
            (module.name, name): event for module in context.modules.values() for name, event in module.events.items()
        }
        self._any_event = {name: event for (_, name), event in self._events.items()}
        self._running: dict[tuple[str, str], FilterHost] = {}
        self._in_server: set[str] = set()
        """Classes that have been looked at and cannot be hosted."""

    @property
    def running(self) -> tuple[int, ...]:
        """Process ids of the hosts."""
        return tuple(host.process.pid for host in self._running.values())

    def wants(self, object_class: RemoteClass) -> bool:
        """Whether objects of a class are to run in host processes, if their implementation can.

        Some specs call an element that works like a filter a plain MediaElement, so those are tried as well.
        """
        trusted = self._settings.trusted
        return (
            object_class.is_a(MEDIA_ELEMENT.qualified_name)
            and not object_class.is_a(ENDPOINT.qualified_name)
            and object_class.module not in (*trusted, CORE.name)
            and TRUST_ALL not in trusted
        )

    async def make(
        self, object_class: RemoteClass, path: str, parent: MediaObject | None, parameters: Any
    ) -> HostedFilter | None:
        """Make the element of a filter, to be started at once; None for one made of no base for hosted filters.

        The implementation is imported in the host alone: what importing it does is no business of the server.

        Raises KurentoError 40108 when its implementation cannot be imported.
        """
        if parent is None:
            return None
        if object_class.qualified_name in self._in_server:
            return None
        host = await self._host(object_class, parent)
        element = None
        try:
            traits = FilterTraits.read(await host.request("load", START_LIMIT_S, path=path))
            if traits is not None:
                element = HostedFilter(
                    self._context, parent, object_class, hosts=self, path=path, parameters=parameters, traits=traits
                )
                element.adopt_host(host)
                return element
        except (HostGoneError, HostProtocolError) as problem:
            raise KurentoError(
                ErrorCode.MEDIA_OBJECT_NOT_AVAILABLE,
                f"Factory '{object_class.name}' cannot be loaded: the host process {problem}",
            ) from problem
        finally:
            if element is None:
                self._give_back(host)
        logger.info("%s is no filter that can be hosted: it runs in the server", object_class.name)
        self._in_server.add(object_class.qualified_name)
        return None

    async def host_for(self, element: HostedFilter) -> FilterHost:
        """The host of an element's module and pipeline; to be given back with `release`."""
        assert element.parent is not None
        if element.releasing or element.parent.releasing:
            raise HostGoneError("has nothing to run any more")
        return await self._host(element.object_class, element.parent)

    async def release(self, host: FilterHost, element: HostedFilter) -> None:
        """An element needs its host no more; the last one ends it, and waits until it has."""
        known = host.filters.pop(element.id, None)
        try:
            if known is not None and not host.process.ended and host.users > 1:
                await host.request("release", self._settings.kill_s, of=element.id)
        except (HostGoneError, KurentoError) as problem:
            logger.info("%s: %s", element.id, problem)
        finally:
            self._give_back(host)
        if host.process.ended:
            await host.process.wait()

    def forget(self, host: FilterHost) -> None:
        """A host has ended."""
        key = (host.module, host.pipeline.id)
        if self._running.get(key) is host:
            del self._running[key]

    def is_own(self, operation: Operation) -> bool:
        """Whether an operation is a module's own."""
        return operation.name not in MEDIA_ELEMENT.operations

    def read_event(self, object_class: RemoteClass, message: Message) -> RaiseBase:
        """An event that an object of a class has told. Raises HostProtocolError for one that it does not have."""
        name, data = message.get("event"), message.get("data")
        if not isinstance(name, str) or name not in object_class.events or not isinstance(data, dict):
            raise HostProtocolError(f"expected an event of {object_class.name}, got {name!r}")
        event_type = self._events.get((object_class.module, name)) or self._any_event[name]
        try:
            event: RaiseBase = self._marshaller.read_event(data, event_type)
            return event
        except (KurentoError, NotConvertibleError, TypeError) as error:
            raise HostProtocolError(f"expected the data of {name}: {error}") from error

    async def _host(self, object_class: RemoteClass, pipeline: MediaObject) -> FilterHost:
        key = (object_class.module, pipeline.id)
        host = self._running.get(key)
        if host is None or host.process.ended:
            try:
                host = FilterHost(object_class.module, pipeline, self._limits, self.forget)
            except OSError as error:
                raise KurentoError(
                    ErrorCode.NOT_ENOUGH_RESOURCES, f"Cannot start a host process: {error.strerror}"
                ) from error
            self._running[key] = host
            self._context.supervisor.adopt(host.run)
            host.settle(first_message(object_class, pipeline, self._context))
        host.users += 1
        return host

    def _give_back(self, host: FilterHost) -> None:
        host.users -= 1
        if host.users == 0:
            self.forget(host)
            host.process.finish()
