"""SourceEndpoint and SinkEndpoint: endpoints whose authors think in pictures and samples.

    class Clockface(SourceEndpoint):
        async def run(self) -> None:
            while True:
                self.video_out.push(draw(self.context.clock.unix()))
                await trio.sleep(1)

They run in the server: their modules are as trusted as the server itself.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import trio

from kms_trio.codecs.frame_filter import FilteredStream, FrameFilter, Note
from kms_trio.codecs.pictures import Picture, PictureFormat
from kms_trio.codecs.sample_filter import SampleFilter, SampleFormat, Samples
from kms_trio.generated.core.types import MediaType
from kms_trio.media.formats import StreamKind, Want
from kms_trio.media.pads import SinkPad, SourcePad
from kms_trio.media.streams import RawStream, Stream
from kms_trio.objects.endpoint import Endpoint
from kms_trio.objects.forwarding import Tap
from kms_trio.objects.outlets import AudioOut, VideoOut

if TYPE_CHECKING:
    from kms_trio.dispatch import RemoteClass
    from kms_trio.generated.core.events import RaiseBase
    from kms_trio.objects.context import ObjectContext
    from kms_trio.objects.media_object import MediaObject

__all__ = ["SinkEndpoint", "SourceEndpoint"]


class SourceEndpoint(Endpoint):
    """Base of endpoints that bring media in: `video_out` and `audio_out` are pushed to, from `run` or any thread."""

    takes_media = False

    def __init__(
        self,
        context: ObjectContext,
        parent: MediaObject | None,
        object_class: RemoteClass,
        media_pipeline: MediaObject | None = None,
    ) -> None:
        super().__init__(context, parent, object_class)
        self.video_out = VideoOut(self)
        self.audio_out = AudioOut(self)

    async def run(self) -> None:
        """Bring media in, as a task that is cancelled when the object is released; what it raises is an Error event.

        Code that waits or computes belongs into a thread (`trio.to_thread.run_sync`), which may push as well.
        """

    async def start(self) -> None:
        """Begin to `run`."""
        await super().start()
        self.spawn(self.run)

    def make_source_pad(self, media_type: MediaType, description: str) -> SourcePad:
        """Build a pad that gives what is pushed."""
        pad = super().make_source_pad(media_type, description)
        if media_type is MediaType.VIDEO:
            self.video_out.give_to(pad)
        elif media_type is MediaType.AUDIO:
            self.audio_out.give_to(pad)
        return pad


class SinkEndpoint(Endpoint):
    """Base of endpoints that take media out: override `on_picture`, `on_samples` or both.

    They run in threads of their own, one call at a time each; when one is late the oldest media are dropped. What they
    raise becomes an Error event. Media that nobody overrides a method for are not decoded.
    """

    picture_format: ClassVar[PictureFormat] = PictureFormat.BGR
    sample_format: ClassVar[SampleFormat] = SampleFormat.INT16

    def __init__(
        self,
        context: ObjectContext,
        parent: MediaObject | None,
        object_class: RemoteClass,
        media_pipeline: MediaObject | None = None,
    ) -> None:
        super().__init__(context, parent, object_class)
        self._token = trio.lowlevel.current_trio_token()
        self._thread = threading.get_ident()
        self._taps: dict[tuple[MediaType, str], Tap] = {}

    def on_picture(self, picture: Picture, time_s: float) -> None:
        """Take a picture, which cannot be written to, of the time `time_s` of its stream."""

    def on_samples(self, samples: Samples, sample_rate_hz: int, time_s: float) -> None:
        """Take samples of `(channels, n)` that begin at the time `time_s` of their stream."""

    def emit(self, event: RaiseBase) -> None:
        """Raise `event`, from any thread."""
        if threading.get_ident() == self._thread:
            super().emit(event)
        else:
            self._token.run_sync_soon(super().emit, event)

    def make_sink_pad(self, media_type: MediaType, description: str) -> SinkPad:
        """Build a pad that takes what there is a method for."""
        pad = super().make_sink_pad(media_type, description)
        taken = {
            MediaType.VIDEO: type(self).on_picture is not SinkEndpoint.on_picture,
            MediaType.AUDIO: type(self).on_samples is not SinkEndpoint.on_samples,
        }
        if taken.get(media_type):
            pad.set_want(Want(StreamKind.RAW))
        return pad

    def sink_stream_changed(self, media_type: MediaType, description: str, stream: Stream[Any] | None) -> None:
        """Take from the new stream."""
        former = self._taps.pop((media_type, description), None)
        if former is not None:
            former.detach()
        if isinstance(stream, RawStream):
            count = self.sink_pad(media_type, description).flow.count
            work = _Taker(self, count)
            make = partial(SampleFilter if media_type is MediaType.AUDIO else FrameFilter, work)
            start = self.context.codecs.start_conversion
            self._taps[media_type, description] = Tap(FilteredStream(start, stream, make, self.element_name), count)

    async def close(self) -> None:
        """Take no more."""
        await super().close()
        for tap in self._taps.values():
            tap.detach()
        self._taps.clear()


class _Taker:
    """A filter from which nothing leaves: `PictureWork` and `SampleWork` of a sink."""

    bypass = False
    read_only = True
    strict = True

    def __init__(self, element: SinkEndpoint, count: Any) -> None:
        self.turn = threading.Lock()
        self.picture_format = element.picture_format
        self.sample_format = element.sample_format
        self._element = element
        self._count = count
        self._notes: list[Note] = []

    def process_at(self, picture: Picture, time_s: float) -> None:
        self._notes.append(self._count)
        self._element.on_picture(picture, time_s)

    def process_samples(self, samples: Samples, sample_rate_hz: int, time_s: float) -> None:
        self._notes.append(self._count)
        self._element.on_samples(samples, sample_rate_hz, time_s)

    def failed(self, failure: Exception) -> None:
        self._notes.append(partial(self._element.on_crash, failure))

    def take_notes(self) -> Sequence[Note]:
        notes, self._notes = self._notes, []
        return notes
