"""A server's objects without its sockets: what the classes below the protocol are tested on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import attrs
import pytest
import trio

from kms_trio.app import Server, build
from kms_trio.codecs.service import CodecService
from kms_trio.net.service import NetworkService
from kms_trio.objects.media_object import MediaObject
from kms_trio.plugins import Plugins
from kms_trio.settings import Settings


class FixedClock:
    """A clock that stands still unless it is set."""

    def __init__(self) -> None:
        self.now_s = 1_700_000_000.25

    def monotonic(self) -> float:
        return self.now_s

    def unix(self) -> float:
        return self.now_s


@attrs.define
class Told:
    """Events as `EventBus.deliver` was given them: name, source, data."""

    events: list[tuple[str, str, dict[str, Any]]] = attrs.field(factory=list)

    def deliver(self, sessions: tuple[str, ...], name: str, source_id: str, data: dict[str, Any]) -> None:
        self.events += [(name, source_id, data)] * len(sessions)

    def take(self) -> list[tuple[str, str, dict[str, Any]]]:
        taken, self.events = self.events, []
        return taken

    def names(self) -> list[str]:
        return [name for name, _, _ in self.take()]


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
async def parts(nursery: trio.Nursery, clock: FixedClock) -> Server:
    """A server put together, with its supervisor running and no sockets open."""
    server = build(Settings(), Plugins([]), clock, NetworkService(clock), CodecService())
    await nursery.start(server.context.supervisor.run)
    nursery.start_soon(server.context.timers.run)
    return server


@pytest.fixture
def told(parts: Server) -> Told:
    told = Told()
    parts.context.bus.deliver = told.deliver
    return told


Create = Callable[..., Awaitable[Any]]


@pytest.fixture
def create(parts: Server) -> Create:
    """What creates objects, by type and wire parameters, for the session `s`."""

    async def create(type_name: str, **parameters: Any) -> MediaObject:
        return await parts.lifecycle.create("s", type_name, parameters)

    return create


@pytest.fixture
def subscribe(parts: Server) -> Callable[..., None]:
    """Subscribe the session `s` to events of an object."""

    def subscribe(source: MediaObject, *names: str) -> None:
        for name in names:
            assert name in source.object_class.events
            parts.context.bus.subscribe("s", source.id, name)

    return subscribe
