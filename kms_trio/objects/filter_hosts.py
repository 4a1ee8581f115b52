"""FilterHosts: which filters run in host processes, and the processes: one a module and pipeline."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import trio

from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.generated.core.module import MODULE as CORE
from kms_trio.hosting.errors import HostGoneError, HostProtocolError
from kms_trio.hosting.messages import Message
from kms_trio.hosting.process import HostLimits, HostProcess
from kms_trio.hosting.unit_socket import UnitSocket, unit_sockets
from kms_trio.objects.hosted_filter import FilterTraits, HostedFilter
from kms_trio.objects.leniency import NotConvertibleError
from kms_trio.objects.marshal import Marshaller
from kms_trio.settings import Settings
from kms_trio.settings.options import walk

if TYPE_CHECKING:
    from kms_trio.dispatch import Operation, RemoteClass
    from kms_trio.generated.core.events import RaiseBase
    from kms_trio.objects.context import ObjectContext
    from kms_trio.objects.media_object import MediaObject

__all__ = ["FilterHost", "FilterHosts"]

MEDIA_ELEMENT: Final = CORE.classes["MediaElement"]
ENDPOINT: Final = CORE.classes["Endpoint"]
TRUST_ALL: Final = "*"
START_LIMIT_S: Final = 120.0
"""How long importing a module, and preparing a filter, may take each."""

logger = logging.getLogger("kms.hosting")


class FilterHost:
    """One host process, and the filters in it."""

    def __init__(self, hosts: FilterHosts, module: str, pipeline: MediaObject, limits: HostLimits) -> None:
        self.module = module
        self.pipeline = pipeline
        self.filters: dict[str, HostedFilter] = {}
        self.users = 0
        """Filters in it, and those that are being made."""
        self._hosts = hosts
        self.process = HostProcess(f"module '{module}'", limits, self._said, self._ended)

    async def run(self) -> None:
        """Named guard: look after the process; a fault of ours in that ends the host alone."""
        try:
            await self.process.run()
        except Exception:
            logger.exception("%s: its host cannot be looked after", self.module)

    def settle(self, message: Message) -> None:
        """The first message, see `kms_trio.host.program`."""
        self.process.control.post(message)

    async def request(self, do: str, within_s: float, **parameters: Any) -> Any:
        """Have the host do something, or kill it when it does not answer. Raises HostGoneError, KurentoError."""
        try:
            with trio.move_on_after(within_s):
                return await self.process.control.request(do, **parameters)
        except HostProtocolError as problem:
            self.kill(f"said what makes no sense: {problem}")
            raise HostGoneError(f"said what makes no sense: {problem}") from problem
        reason = f"was killed because it had not answered '{do}' for {within_s:g} s"
        self.kill(reason)
        raise HostGoneError(reason)

    async def create(self, element: HostedFilter) -> UnitSocket:
        """Make a filter; the socket of its units."""
        ours, theirs = unit_sockets()
        wire = UnitSocket(ours)
        self.filters[element.id] = element
        with theirs:
            await self.request(
                "create",
                START_LIMIT_S,
                files=(theirs.fileno(),),
                of=element.id,
                path=element.path,
                module=element.object_class.module,
                **{"class": element.object_class.name},
                parameters=element.parameters,
                elementNumber=element.element_number,
            )
        return wire

    def measure(self) -> None:
        """A filter is ready."""
        self.process.measure()

    def kill(self, reason: str) -> None:
        """End the process at once; its filters are told."""
        self.process.kill(reason)

    def _said(self, message: Message) -> None:
        """Raises HostProtocolError."""
        if "log" in message:
            self._log(message)
            return
        element = self.filters.get(str(message.get("of")))
        if element is None:
            return  # it has been released meanwhile
        try:
            element.said(message)
        except HostProtocolError:
            raise
        except Exception as failure:  # noqa: BLE001 - the guard of the host: who listens to one filter must not end it
            element.on_crash(failure)

    def _log(self, message: Message) -> None:
        name, level, text = message["log"], message.get("level"), message.get("text")
        if not (isinstance(name, str) and isinstance(level, int) and isinstance(text, str)):
            raise HostProtocolError(f"expected name, level and text of a log line, got {message!r}")
        logging.getLogger(name).log(level, "[host %d] %s", self.process.pid, text)

    def _ended(self, reason: str | None) -> None:
        self._hosts.forget(self)
        filters, self.filters = tuple(self.filters.values()), {}
        for element in filters:
            element.host_ended(self, reason or "has ended")


class FilterHosts:
    """See the module docstring; one a server (`ObjectContext.shared`)."""

    def __init__(self, context: ObjectContext) -> None:
        self._context = context
        self._settings = context.settings.filters
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
            limits = HostLimits(self._settings.memory_mib << 20, self._settings.nice)
            try:
                host = FilterHost(self, object_class.module, pipeline, limits)
            except OSError as error:
                raise KurentoError(
                    ErrorCode.NOT_ENOUGH_RESOURCES, f"Cannot start a host process: {error.strerror}"
                ) from error
            self._running[key] = host
            self._context.supervisor.adopt(host.run)
            host.settle(self._first_message(object_class, pipeline))
        host.users += 1
        return host

    def _give_back(self, host: FilterHost) -> None:
        host.users -= 1
        if host.users == 0:
            self.forget(host)
            host.process.finish()

    def _first_message(self, object_class: RemoteClass, pipeline: MediaObject) -> Message:
        """What a host has to know; no secret is in it, and no setting of other modules."""
        ancestors = {object_class.qualified_name, *object_class.hierarchy}
        modules = [
            module
            for module in self._context.modules.values()
            if module.name != CORE.name and any(each.qualified_name in ancestors for each in module.classes.values())
        ]
        own = self._context.settings.modules
        return {
            "path": sys.path,
            "level": logging.root.level or logging.WARNING,
            "module": object_class.module,
            "packages": [module.package for module in modules],
            "settings": _settings_for_hosts(self._context.settings),
            "moduleSettings": {module.name: _plain(own[module.name]) for module in modules if module.name in own},
            "pipeline": pipeline.id,
        }


def _settings_for_hosts(settings: Settings) -> dict[str, Any]:
    """Settings of the classes of media objects and the policy of URIs, by dotted key, where they are no defaults."""
    wanted: dict[str, Any] = {}
    for row in walk(Settings):
        value: Any = settings
        for name in row.attribute:
            value = getattr(value, name)
        told = row.path[0] == "modules" or row.path[:2] == ("kmsTrio", "uriPolicy")
        if told and not row.option.secret and value != row.option.default:
            wanted[".".join(row.path)] = row.option.kind.render(value)
    return wanted


def _plain(value: Any) -> Any:
    """The same as JSON can say it."""
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value
