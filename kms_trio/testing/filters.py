"""Filters without a server: pictures in, pictures and events out, in the thread of the test.

    run = run_filter(Tint, [colour_bars()], strength=0.5)
    assert run.pictures[0].shape == (240, 320, 3)

Pictures go the way that they go in a server: converted to the format that the filter asks for, checked when they come
back. What `process` raises is raised here.
"""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any, Final, TypeVar, cast

import attrs
import av
import numpy as np

from kms_trio.clock import Clock
from kms_trio.codecs.frame_filter import FrameFilter
from kms_trio.codecs.pictures import Picture
from kms_trio.dispatch import ModuleDescriptor, RemoteClass
from kms_trio.generated.core.module import MODULE as CORE
from kms_trio.media.formats import RAW_VIDEO
from kms_trio.net.timers import WorkerTimers
from kms_trio.objects.bus import EventBus
from kms_trio.objects.context import ObjectContext
from kms_trio.objects.directory import Directory
from kms_trio.objects.invoke import with_defaults
from kms_trio.objects.marshal import Marshaller
from kms_trio.objects.media_filter import MediaFilter
from kms_trio.objects.media_pipeline import MediaPipeline
from kms_trio.objects.references import References
from kms_trio.objects.scopes import Supervisor
from kms_trio.objects.uri_policy import UriPolicy
from kms_trio.objects.video_filter import VideoFilter
from kms_trio.settings import Settings
from kms_trio.testing.clock import FakeClock

__all__ = ["FilterRun", "RaisingFilter", "events_of", "made_filter", "new_filter", "remote_class", "run_filter"]

F = TypeVar("F", bound=MediaFilter)

_INTERFACE: Final = "Interface"


@attrs.define
class FilterRun:
    """What a filter made."""

    pictures: list[Picture]
    """What it returned, as BGR; nothing for pictures that it swallowed."""
    events: list[Any]
    """What it emitted meanwhile, in order, as it was emitted: without source and time."""

    @property
    def picture(self) -> Picture:
        """The last picture. Raises AssertionError when there is none."""
        assert self.pictures, "the filter gave no picture"
        return self.pictures[-1]


def remote_class(implementation: type[Any]) -> RemoteClass:
    """The class of the spec that `implementation` implements: that of the nearest generated interface among its bases.

    Raises TypeError when there is none.
    """
    for base in implementation.__mro__:
        package, _, file = base.__module__.rpartition(".")
        if base.__name__.endswith(_INTERFACE) and file == "interfaces":
            module: ModuleDescriptor = importlib.import_module(f"{package}.module").MODULE
            return module.classes[base.__name__.removesuffix(_INTERFACE)]
    raise TypeError(f"expected a class that implements a generated interface, got {implementation.__name__}")


def new_filter(implementation: type[F], *, clock: Clock | None = None, **parameters: Any) -> F:
    """Make a filter as `create` does, and prepare it.

    `parameters` are those of its constructor in the names of Python; what is left out gets the default of the spec.
    Raises what its constructor and its `prepare` raise.
    """
    context = _context(clock or FakeClock())
    object_class = remote_class(implementation)
    pipeline = MediaPipeline(context, None, CORE.classes["MediaPipeline"])
    marshaller = Marshaller(context.directory, context.modules)
    arguments = with_defaults(object_class.constructor or (), parameters, marshaller, implementation.own_defaults)
    made = cast(Any, implementation)(context, pipeline, object_class, **arguments)
    made.prepare()
    return cast(F, made)


def run_filter(
    what: type[VideoFilter] | VideoFilter,
    pictures: Iterable[Picture | av.VideoFrame],
    *,
    frames_per_second: float = 25.0,
    **parameters: Any,
) -> FilterRun:
    """Give pictures (BGR, or frames of any format) to a filter, `frames_per_second` of them in a second of the stream.

    `what` is a filter that `new_filter` made, or a class to make it from with `parameters`. Frames that have a time of
    their own keep it. Raises what `process` raises, and `kms_trio.codecs.pictures.PictureError` for what it returns
    and is no picture.
    """
    work = made_filter(what, parameters)
    run = FilterRun([], [])
    way = FrameFilter(RaisingFilter(work))
    with events_of(work, run.events):
        for number, picture in enumerate(pictures):
            for result in way.convert(_frame(picture, number / frames_per_second)):
                if isinstance(result, av.VideoFrame):
                    run.pictures.append(cast(Picture, result.to_ndarray(format="bgr24")))
                else:
                    result()
    return run


def made_filter(what: type[F] | F, parameters: Mapping[str, Any]) -> F:
    """The filter itself, made with `parameters` if it is not there yet. Raises TypeError for parameters too late."""
    if isinstance(what, type):
        return new_filter(what, **parameters)
    if parameters:
        raise TypeError(f"expected no parameters for a filter that is there, got {', '.join(sorted(parameters))}")
    return what


@contextlib.contextmanager
def events_of(work: MediaFilter, events: list[Any]) -> Iterator[None]:
    """Collect what `work` emits during the block."""
    stop = work.context.bus.listen(lambda source, event: events.append(_bare(event)) if source is work else None)
    try:
        yield
    finally:
        stop()


class RaisingFilter:
    """A filter whose failures reach the test instead of becoming Error events."""

    def __init__(self, work: Any) -> None:
        self._work = work

    def __getattr__(self, name: str) -> Any:
        return getattr(self._work, name)

    def failed(self, failure: Exception) -> None:
        """Raise what the filter raised."""
        raise failure


def _bare(event: Any) -> Any:
    """An event as `emit` was given it."""
    return attrs.evolve(event, source=None, timestamp_millis="", tags=())


def _frame(picture: Picture | av.VideoFrame, time_s: float) -> av.VideoFrame:
    if isinstance(picture, av.VideoFrame):
        frame = picture
    else:
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="bgr24")
    if frame.pts is None:
        frame.pts, frame.time_base = round(time_s * RAW_VIDEO.clock_rate_hz), Fraction(1, RAW_VIDEO.clock_rate_hz)
    return frame


def _context(clock: Clock) -> ObjectContext:
    """Services enough for an object that nobody serves."""
    directory = Directory()
    return ObjectContext(
        settings=Settings(),
        clock=clock,
        directory=directory,
        references=References(directory.parent_id, directory.children_ids),
        bus=EventBus(lambda _: {}),
        supervisor=Supervisor(),
        timers=WorkerTimers(),
        uri_policy=UriPolicy((), ()),
        network=None,
        codecs=None,
        modules={"core": CORE},
    )
