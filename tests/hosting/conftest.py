"""Servers with the module of samples, whose filters run in host processes, and cameras for them."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from fractions import Fraction
from typing import Any

import attrs
import pytest
import trio

from kms_trio.app import Server, build
from kms_trio.clock import SystemClock
from kms_trio.codecs.service import CodecService
from kms_trio.generated.core.types import MediaType
from kms_trio.hosting.unit_link import UnitLimits
from kms_trio.media.formats import RAW_VIDEO, StreamKind, Want
from kms_trio.media.streams import RawStream
from kms_trio.net.service import NetworkService
from kms_trio.objects.filter_hosts import FilterHosts
from kms_trio.objects.invoke import invoke
from kms_trio.objects.marshal import Marshaller
from kms_trio.plugins import Candidate, Plugins
from kms_trio.settings import Settings
from kms_trio.testing.clips import numbered_picture, picture_number
from kms_trio.testing.elements import Tap
from tests.hosting.samples.module import MODULE

PATIENCE_S = 100
RAW = Want(StreamKind.RAW)


@attrs.define(eq=False)
class House:
    """One server without sockets. `events` are (source id, event), as they were raised."""

    server: Server
    marshaller: Marshaller
    events: list[tuple[str, Any]] = attrs.field(factory=list)
    id: str = "house"
    """As taps are tied to it as elements are to each other."""

    @property
    def context(self) -> Any:
        return self.server.context

    @property
    def hosts(self) -> FilterHosts:
        return self.context.shared(FilterHosts)

    async def pipeline(self) -> Any:
        return await self.server.lifecycle.create("s", "MediaPipeline", {})

    async def make(self, pipeline: Any, name: str, **parameters: Any) -> Any:
        return await self.server.lifecycle.create("s", name, {"mediaPipeline": pipeline.id, **parameters})

    async def release(self, media_object: Any) -> None:
        await self.server.lifecycle.release(media_object)

    async def call(self, element: Any, operation: str, **parameters: Any) -> Any:
        return await invoke(element, element.object_class.operations[operation], parameters, self.marshaller)

    async def filmed(self, pipeline: Any, name: str, **parameters: Any) -> Film:
        """A filter with a camera in front of it and somebody who looks behind it."""
        made = await self.make(pipeline, name, **parameters)
        source = await self.make(pipeline, "PassThrough")
        stream = RawStream(RAW_VIDEO)
        source.source_pad(MediaType.VIDEO).set_input(stream)
        source.connect(made)
        tap = Tap(self, made.source_pad(MediaType.VIDEO), RAW)
        return Film(self, made, stream, tap)

    def told(self, element: Any, name: str = "Error") -> list[Any]:
        """Events of that name which an element has raised."""
        return [event for source, event in self.events if source == element.id and name == event.TYPE]

    async def until(self, condition: Callable[[], Any]) -> Any:
        """Wait until something is so."""
        with trio.fail_after(PATIENCE_S):
            while not (found := condition()):  # noqa: ASYNC110 - processes and threads tell nobody
                await trio.sleep(0.001)
        return found

    async def error(self, element: Any, text: str) -> Any:
        """Wait for an Error event of an element with that text in it."""
        return await self.until(
            lambda: next((event for event in self.told(element) if text in event.description), None)
        )


@attrs.define(eq=False)
class Film:
    """A filter, what it is shown and what leaves it."""

    house: House
    filter: Any
    stream: RawStream
    tap: Tap
    pts: int = 0

    def show(self, number: int, size: tuple[int, int] = (160, 120)) -> Any:
        """Show a picture, and do not wait."""
        self.pts += 3000
        picture = numbered_picture(number, size[0] & ~1, size[1] & ~1)
        if size[0] % 2 or size[1] % 2:
            picture = picture.reformat(*size)
        picture.pts, picture.time_base = self.pts, Fraction(1, 90_000)
        self.stream.push(picture)
        return picture

    async def see(self, *numbers: int, size: tuple[int, int] = (160, 120)) -> list[int | None]:
        """Show pictures, each when the one before has come through; the numbers that left."""
        begin = len(self.tap.units)
        for count, number in enumerate(numbers, begin + 1):
            self.show(number, size)
            await self.house.until(lambda count=count: len(self.tap.units) >= count)
        return [picture_number(picture) for picture in self.tap.units[begin:]]

    async def flow(self, condition: Callable[[], Any]) -> Any:
        """Show pictures, each when the one before has come through, until something is so."""
        with trio.fail_after(PATIENCE_S):
            while not (found := condition()):
                await self.see(7)
                await trio.sleep(0.001)
        return found

    def lose_patience(self, late_s: float, kill_s: float) -> None:
        """From now on, give this filter so little time."""
        self.filter.link._limits = UnitLimits(late_s, late_s)
        self.filter._limits = attrs.evolve(self.filter._limits, late_s=late_s, kill_s=kill_s)

    async def mode(self, mode: str) -> None:
        await self.house.call(self.filter, "setMode", mode=mode)


@contextlib.asynccontextmanager
async def open_house(**filters: Any) -> AsyncIterator[House]:
    """A server with settings of `kmsTrio.filters`; none of its hosts is ever late, however busy the machine."""
    settings = Settings()
    patient = {"late_s": 600.0, "kill_s": 600.0, **filters}
    settings = attrs.evolve(settings, filters=attrs.evolve(settings.filters, **patient))
    clock = SystemClock()
    async with CodecService() as codecs, trio.open_nursery() as nursery:
        server = build(settings, Plugins([Candidate("samples", lambda: MODULE)]), clock, NetworkService(clock), codecs)
        house = House(server, Marshaller(server.context.directory, server.context.modules))
        server.context.bus.listen(lambda source, event: house.events.append((source.id, event)))
        await nursery.start(server.context.supervisor.run)
        nursery.start_soon(server.context.timers.run)
        yield house
        await server.lifecycle.release_all()
        nursery.cancel_scope.cancel()


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_house() as opened:
        yield opened
