"""Elements without a server: a pipeline, its services, the events that are raised, and taps on pads."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import trio

from kms_trio.clock import SystemClock
from kms_trio.codecs.service import CodecService
from kms_trio.dispatch import ModuleDescriptor
from kms_trio.generated.core.module import MODULE as CORE
from kms_trio.generated.core.types import MediaType
from kms_trio.media.formats import Want
from kms_trio.media.frames import DataMessage, EncodedFrame
from kms_trio.media.pads import SinkPad, SourcePad
from kms_trio.media.streams import RawFrame, Stream
from kms_trio.net.timers import WorkerTimers
from kms_trio.objects.bus import EventBus
from kms_trio.objects.context import ObjectContext
from kms_trio.objects.directory import Directory
from kms_trio.objects.media_element import MediaElement
from kms_trio.objects.media_object import MediaObject
from kms_trio.objects.media_pipeline import MediaPipeline
from kms_trio.objects.references import References
from kms_trio.objects.scopes import Supervisor
from kms_trio.objects.uri_policy import UriPolicy
from kms_trio.settings import Settings
from kms_trio.testing.patience import PATIENCE_S

__all__ = ["Bench", "Tap", "open_bench"]


class HasContext(Protocol):
    """What a tap belongs to, as a pad belongs to its element."""

    @property
    def context(self) -> ObjectContext:
        """Its timers tell whether media flows."""


class Tap:
    """A sink that keeps what it is given.  `streams` are those that it was fed from, None included."""

    def __init__(self, bench: HasContext, source: SourcePad, want: Want) -> None:
        self.units: list[Any] = []
        self.arrivals_s: list[float] = []
        self.streams: list[Stream[Any] | None] = []
        self._changed = trio.Event()
        self._stream: Stream[Any] | None = None
        self.pad = SinkPad(bench, source.media_type, timers=bench.context.timers, on_stream=self._switch, want=want)
        source.link(self.pad)

    @property
    def stream(self) -> Stream[Any]:
        """What feeds this tap now."""
        assert self._stream is not None
        return self._stream

    async def take(self, count: int) -> list[Any]:
        """Wait until there are `count` units, and return the first `count`."""
        with trio.fail_after(PATIENCE_S):
            while len(self.units) < count:
                self._changed = trio.Event()
                await self._changed.wait()
        return self.units[:count]

    def on_frame(self, frame: EncodedFrame) -> None:
        """An encoded frame comes."""
        self._keep(frame)

    def on_raw(self, frame: RawFrame) -> None:
        """A picture or samples come."""
        self._keep(frame)

    def on_data(self, message: DataMessage) -> None:
        """A message of a data channel comes."""
        self._keep(message)

    def on_rtp(self, packets: list[Any], now: float) -> None:
        """RTP packets come."""
        for packet in packets:
            self._keep(packet)

    def _keep(self, unit: Any) -> None:
        self.units.append(unit)
        self.arrivals_s.append(trio.current_time())
        self._changed.set()

    def _switch(self, stream: Stream[Any] | None) -> None:
        if self._stream is not None:
            self._stream.detach(self)
        self._stream = stream
        self.streams.append(stream)
        if stream is not None:
            stream.attach(self)


class Bench:
    """One pipeline.  `events` are (source, event) as they were raised."""

    def __init__(self, context: ObjectContext) -> None:
        self.context = context
        self.events: list[tuple[MediaObject, Any]] = []
        self._changed = trio.Event()
        context.bus.listen(self._raised)
        self.pipeline = MediaPipeline(context, None, CORE.classes["MediaPipeline"])

    def make(self, implementation: type[Any], module: ModuleDescriptor, **parameters: Any) -> Any:
        """Construct an element of the pipeline."""
        return implementation(self.context, self.pipeline, module.classes[implementation.__name__], **parameters)

    def tap(self, element: MediaElement, media_type: MediaType, want: Want) -> Tap:
        """Take what `element` gives."""
        return Tap(self, element.source_pad(media_type), want)

    def names(self, source: MediaObject) -> list[str]:
        """Names of the events that `source` has raised."""
        return [type(event).__name__ for raised_by, event in self.events if raised_by is source]

    def errors(self, source: MediaObject) -> list[tuple[str, int]]:
        """Types and codes of the Error events that `source` has raised."""
        return [
            (event.type, event.error_code)
            for raised_by, event in self.events
            if raised_by is source and type(event).__name__ == "Error"
        ]

    async def settle(self) -> None:
        """Wait until all that was pushed so far has come out of the threads of codecs, hubs and filters."""
        with trio.fail_after(PATIENCE_S):
            while not self.context.codecs.idle:  # noqa: ASYNC110 - a thread does not tell that it is through
                await trio.sleep(0.001)

    async def expect(self, name: str, source: MediaObject, count: int = 1) -> Any:
        """Wait for the `count`-th event of that name; return it."""
        with trio.fail_after(PATIENCE_S):
            while self.names(source).count(name) < count:
                self._changed = trio.Event()
                await self._changed.wait()
        matching = [event for by, event in self.events if by is source and type(event).__name__ == name]
        return matching[count - 1]

    async def expect_any(self, names: Sequence[str], source: MediaObject) -> None:
        """Wait for an event of one of these names."""
        with trio.fail_after(PATIENCE_S):
            while not set(names) & set(self.names(source)):
                self._changed = trio.Event()
                await self._changed.wait()

    def _raised(self, source: MediaObject, event: Any) -> None:
        self.events.append((source, event))
        self._changed.set()


@contextlib.asynccontextmanager
async def open_bench(*, read_roots: Sequence[Path] = (), write_roots: Sequence[Path] = ()) -> AsyncIterator[Bench]:
    """A bench for the length of the block, with real codecs and without a network."""
    directory, timers, supervisor = Directory(), WorkerTimers(), Supervisor()
    async with CodecService() as codecs, trio.open_nursery() as nursery:
        context = ObjectContext(
            settings=Settings(),
            clock=SystemClock(),
            directory=directory,
            references=References(directory.parent_id, directory.children_ids),
            bus=EventBus(lambda _: {}),
            supervisor=supervisor,
            timers=timers,
            uri_policy=UriPolicy(tuple(read_roots), tuple(write_roots)),
            network=None,
            codecs=codecs,
            modules={"core": CORE},
        )
        await nursery.start(supervisor.run)
        nursery.start_soon(timers.run)
        yield Bench(context)
        nursery.cancel_scope.cancel()
