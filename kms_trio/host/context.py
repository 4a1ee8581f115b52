"""HostContext: the services that a filter gets in a host process, in place of the server's `ObjectContext`.

There is a clock, the settings, the policy of URIs, timers and tasks. What would reach into the server is not there, and
says so, and what to do: the operator may trust the module, which then runs in the server.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar, cast

from kms_trio.clock import SystemClock
from kms_trio.dispatch import ModuleDescriptor
from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.net.timers import WorkerTimers
from kms_trio.objects.directory import Directory
from kms_trio.objects.scopes import Supervisor
from kms_trio.objects.uri_policy import UriPolicy
from kms_trio.settings import Settings

if TYPE_CHECKING:
    from kms_trio.objects.media_object import MediaObject

__all__ = ["HostBus", "HostContext", "HostDirectory"]

S = TypeVar("S")

_OF_THE_SERVER: Final = frozenset({"directory", "references", "network", "codecs"})


class HostBus:
    """Where events of filters go: to the server, `tell` being what sends them."""

    def __init__(self, tell: Callable[[Any, str, Any], None]) -> None:
        self._tell = tell

    def wanted(self, object_id: str, event_name: str) -> bool:
        """Whether anybody listens; the server knows, so it is told of all."""
        return True

    def publish(self, source: Any, event_name: str, event: Any) -> None:
        """Send an event to the server."""
        self._tell(source, event_name, event)


class HostDirectory(Directory):
    """What parameters can name in a host process: the pipeline."""

    def __init__(self, module: str) -> None:
        super().__init__()
        self._module = module

    def get(self, object_id: str) -> MediaObject:
        """Return the object; raises KurentoError 40101, with the remedy where it is one of the server's."""
        found = self.find(object_id)
        if found is not None:
            return found
        raise KurentoError(
            ErrorCode.MEDIA_OBJECT_NOT_FOUND,
            f"Object '{object_id}' not found: a host process knows the pipeline alone, so add '{self._module}' to "
            "kmsTrio.filters.trusted to run this module in the server",
        )


class HostContext:
    """What stands for `kms_trio.objects.context.ObjectContext`."""

    def __init__(self, module: str, settings: Settings, modules: Mapping[str, ModuleDescriptor], bus: HostBus) -> None:
        self.settings = settings
        self.modules = modules
        self.bus = bus
        self.clock = SystemClock()
        self.supervisor = Supervisor()
        self.timers = WorkerTimers()
        self.uri_policy = UriPolicy.of(settings.uri_policy)
        self.on_pipeline_crash: Callable[[Any], None] | None = None
        self.next_id = ""
        """The id that the server gave to the object which is being made."""
        self._module = module
        self.next_element: tuple[str, int] | None = None
        """The class and number of the element which is being made."""
        self._numbers = itertools.count()
        self._shared: dict[type[Any], Any] = {}

    def new_id(self, parent_id: str | None, type_name: str) -> str:
        """The id of the object that is being made."""
        return self.next_id

    def next_number(self, kind: str) -> int:
        """Count things; an element gets the number that it has in the server."""
        if self.next_element is not None and self.next_element[0] == kind:
            return self.next_element[1]
        return next(self._numbers)

    def shared(self, kind: type[S]) -> S:
        """The one object of class `kind` that this process has."""
        if kind not in self._shared:
            self._shared[kind] = cast(Any, kind)(self)
        return cast(S, self._shared[kind])

    def __getattr__(self, name: str) -> NoReturn:
        if name in _OF_THE_SERVER:
            raise KurentoError(
                ErrorCode.MEDIA_OBJECT_OPERATION_NOT_SUPPORTED,
                f"context.{name} is the server's and not to be had in a host process: add '{self._module}' to "
                "kmsTrio.filters.trusted to run this module in the server",
            )
        raise AttributeError(f"a host process has no context.{name}")
