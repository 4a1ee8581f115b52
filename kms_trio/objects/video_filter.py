"""VideoFilter: a filter whose author writes one method, `process`, and knows of nothing but pictures.

    class Mirror(VideoFilter):
        def process(self, picture: Picture) -> Picture | None:
            return picture[:, ::-1]

Which thread runs what: the constructor, properties and methods that clients call run in the Trio thread; `prepare` and
`process` in threads of their own, one call at a time. What both touch is best replaced as a whole (an attribute that
holds a tuple or a frozen object) instead of being changed piece by piece.
"""

from __future__ import annotations

import logging
import threading
from abc import abstractmethod
from collections.abc import MutableMapping
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final

import trio

from kms_trio.codecs.frame_filter import FilteredStream, Note
from kms_trio.codecs.pictures import Picture, PictureFormat
from kms_trio.generated.core.types import MediaType
from kms_trio.media.formats import StreamKind, Want
from kms_trio.media.pads import SinkPad
from kms_trio.media.streams import RawStream, Stream
from kms_trio.objects.filter import Filter
from kms_trio.objects.forwarding import Tap

if TYPE_CHECKING:
    from kms_trio.dispatch import RemoteClass
    from kms_trio.generated.core.events import RaiseBase
    from kms_trio.objects.context import ObjectContext
    from kms_trio.objects.media_object import MediaObject

__all__ = ["VideoFilter"]

FAILURE_REPORT_INTERVAL_S: Final = 1.0
"""A filter that fails with every picture says so this often; each failure is counted."""


class ObjectLog(logging.LoggerAdapter[logging.Logger]):
    """Writes the object's id before every text."""

    def process(self, msg: Any, kwargs: MutableMapping[str, Any]) -> tuple[Any, MutableMapping[str, Any]]:
        """Called by `logging`."""
        assert self.extra is not None
        return f"{self.extra['object_id']}: {msg}", kwargs


class VideoFilter(Filter):
    """Base of filters of video. Audio and data pass untouched.

    Pictures come one by one, the oldest being dropped when `process` is late. When it raises, the picture passes as it
    was and an `Error` event is raised on this object, at most one a second.
    """

    picture_format: ClassVar[PictureFormat] = PictureFormat.BGR
    """How `process` sees pictures, and how it returns them."""
    read_only: ClassVar[bool] = False
    """For filters that only look: their pictures cannot be written to, and the one that `process` was given may be
    returned, which costs no conversion. Otherwise pictures are the filter's own, to change and return."""

    def __init__(
        self,
        context: ObjectContext,
        parent: MediaObject | None,
        object_class: RemoteClass,
        media_pipeline: MediaObject | None = None,
    ) -> None:
        super().__init__(context, parent, object_class, media_pipeline)
        self.bypass = False
        self.turn = threading.Lock()
        self.log = ObjectLog(logging.getLogger(object_class.name.lower()), {"object_id": self.id})
        self.failures = 0
        self._time_s = 0.0
        self._reported_s: float | None = None
        self._worker: int | None = None
        self._notes: list[Note] = []
        self._taps: dict[str, tuple[Tap, Tap]] = {}

    # What an author writes.

    def prepare(self) -> None:
        """Load what `process` needs, in a thread, before the object exists for clients.

        A KurentoError raised here is the client's answer to `create`.
        """

    @abstractmethod
    def process(self, picture: Picture) -> Picture | None:
        """Return the picture to go on, of any size, or None for none. It must not be changed afterwards."""

    @property
    def picture_time_s(self) -> float:
        """For `process`: when its picture was taken, in seconds of the stream's own clock, from any beginning."""
        return self._time_s

    def emit(self, event: RaiseBase) -> None:
        """Raise `event`; from `process`, too: then it is told in order with the pictures."""
        if threading.get_ident() == self._worker:
            self._notes.append(partial(super().emit, event))
        else:
            super().emit(event)

    # kms_trio.codecs.frame_filter.PictureWork

    def process_at(self, picture: Picture, time_s: float) -> Picture | None:
        """Run `process`."""
        self._worker, self._time_s = threading.get_ident(), time_s
        try:
            return self.process(picture)
        finally:
            self._worker = None

    def failed(self, failure: Exception) -> None:
        """Have a failure of `process` told."""
        self._notes.append(partial(self._report, failure))

    def take_notes(self) -> list[Note]:
        """What is to be told in the Trio thread."""
        notes, self._notes = self._notes, []
        return notes

    def _report(self, failure: Exception) -> None:
        self.failures += 1
        now = self.context.clock.monotonic()
        if self._reported_s is None or now - self._reported_s >= FAILURE_REPORT_INTERVAL_S:
            self._reported_s = now
            self.on_crash(failure)

    # The element.

    async def start(self) -> None:
        """Prepare."""
        await super().start()
        await trio.to_thread.run_sync(self.prepare)

    def make_sink_pad(self, media_type: MediaType, description: str) -> SinkPad:
        """Build a pad that takes pictures; for audio and data one that takes whatever comes."""
        if media_type is not MediaType.VIDEO:
            return super().make_sink_pad(media_type, description)
        return SinkPad(
            self,
            media_type,
            timers=self.context.timers,
            on_stream=lambda stream: self.sink_stream_changed(media_type, description, stream),
            want=Want(StreamKind.RAW),
            description=description,
        )

    def sink_stream_changed(self, media_type: MediaType, description: str, stream: Stream[Any] | None) -> None:
        """Filter the new stream. The filter runs whether or not anybody takes its pictures: it may raise events."""
        if media_type is not MediaType.VIDEO:
            super().sink_stream_changed(media_type, description, stream)
            return
        sink, source = self.sink_pad(media_type, description), self.source_pad(media_type, description)
        former = self._taps.pop(description, ())
        source.set_input(None)
        for tap in former:
            tap.detach()
        if stream is None:
            return
        assert isinstance(stream, RawStream)
        filtered = FilteredStream(self.context.codecs.start_conversion, stream, self, self.element_name)
        source.set_input(filtered)

        def passed(buffers: int) -> None:
            if source.sinks:
                source.flow.count(buffers)

        self._taps[description] = Tap(stream, sink.flow.count), Tap(filtered, passed)
