"""The services that every media object is given."""

from __future__ import annotations

import itertools
import socket
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

import attrs

from kms_trio.objects.ids import new_object_id

if TYPE_CHECKING:
    from kms_trio.clock import Clock
    from kms_trio.dispatch import ModuleDescriptor
    from kms_trio.media.flow import Timers
    from kms_trio.objects.bus import EventBus
    from kms_trio.objects.directory import Directory
    from kms_trio.objects.media_object import MediaObject
    from kms_trio.objects.references import References
    from kms_trio.objects.scopes import Supervisor
    from kms_trio.objects.uri_policy import UriPolicy
    from kms_trio.settings import Settings


S = TypeVar("S", bound="SharedService")


class SharedService(Protocol):
    """Something that objects of a bundle share, such as a listening port."""

    def __init__(self, context: ObjectContext) -> None: ...


class SharedHttp(Protocol):
    """An HTTP port that processes share: who has it passes on what is meant for us."""

    prefix: str
    """What the paths of all our URLs begin with, behind the slash."""

    async def listen(self, host: str | None, port: int) -> tuple[list[socket.socket], int]:
        """Sockets to serve on, each connection for one request, and the port that leads to them.

        Raises HttpListenError.
        """


@attrs.define(kw_only=True)
class ObjectContext:
    """One server's services; two servers in a process have two contexts and share nothing.

    `network` (`kms_trio.net.service.NetworkService`) and `codecs` (`kms_trio.codecs.service.CodecService`) are injected
    by the application; `modules` are the loaded module descriptors by name.
    """

    settings: Settings
    clock: Clock
    directory: Directory
    references: References
    bus: EventBus
    supervisor: Supervisor
    timers: Timers
    uri_policy: UriPolicy
    network: Any
    codecs: Any
    modules: Mapping[str, ModuleDescriptor]
    #: How to listen for HTTP where a port belongs to several processes; None where it is ours.
    shared_http: SharedHttp | None = None
    #: Called with a pipeline whose own task crashed; set by the lifecycle, which then releases it.
    on_pipeline_crash: Callable[[MediaObject], None] | None = None
    #: Called when what an object tells of itself (name, tags, children...) has changed, and when it is released.
    on_change: Callable[[MediaObject], None] | None = None
    _counters: dict[str, itertools.count[int]] = attrs.field(factory=dict, init=False)
    _shared: dict[type[Any], Any] = attrs.field(factory=dict, init=False)

    def shared(self, kind: type[S]) -> S:
        """The one object of class `kind` that this server has, made at first use."""
        if kind not in self._shared:
            self._shared[kind] = kind(self)
        return cast(S, self._shared[kind])

    def new_id(self, parent_id: str | None, type_name: str) -> str:
        """The id of an object that is being made: its parent's, and something that nobody guesses."""
        return new_object_id(parent_id, type_name)

    def next_number(self, kind: str) -> int:
        """Count things of a kind in this server from 0, for the names of elements and bins in events and graphs."""
        return next(self._counters.setdefault(kind, itertools.count()))
