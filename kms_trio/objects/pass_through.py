"""PassThrough: what enters leaves, unchanged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kms_trio.generated.core.interfaces import PassThroughInterface
from kms_trio.generated.core.types import MediaType
from kms_trio.media.formats import Want
from kms_trio.media.pads import SinkPad, SourcePad
from kms_trio.objects.media_element import MediaElement

if TYPE_CHECKING:
    from kms_trio.dispatch import RemoteClass
    from kms_trio.media.streams import Stream
    from kms_trio.objects.context import ObjectContext
    from kms_trio.objects.media_object import MediaObject


class PassThrough(MediaElement, PassThroughInterface):
    """Hands the very stream of its source on, so that nothing is packetized, decoded or copied on the way."""

    def __init__(
        self,
        context: ObjectContext,
        parent: MediaObject | None,
        object_class: RemoteClass,
        media_pipeline: MediaObject | None = None,
    ) -> None:
        super().__init__(context, parent, object_class)
        self._taps: dict[tuple[MediaType, str], _Tap] = {}

    def make_sink_pad(self, media_type: MediaType, description: str) -> SinkPad:
        """Build a pad that takes its source's media in the shape it has."""
        return _WhateverComesPad(
            self,
            media_type,
            timers=self.context.timers,
            on_stream=lambda stream: self.sink_stream_changed(media_type, description, stream),
            description=description,
        )

    def sink_stream_changed(self, media_type: MediaType, description: str, stream: Stream[Any] | None) -> None:
        """Give the new stream on and count what passes."""
        key = (media_type, description)
        former = self._taps.pop(key, None)
        if former is not None:
            former.detach()
        source = self.source_pad(media_type, description)
        source.set_input(stream)
        if stream is not None:
            self._taps[key] = _Tap(stream, self.sink_pad(media_type, description), source)


class _WhateverComesPad(SinkPad):
    """A sink that wants any format, in the very shape that the source has it."""

    @property
    def want(self) -> Want | None:
        """Decided anew whenever the source asks."""
        if self.source is None or self.source.input is None:
            return None
        return Want(self.source.input.kind, (self.source.input.format,))

    @want.setter
    def want(self, want: Want | None) -> None:
        """Nobody but the source decides."""


class _Tap:
    """Watches a stream to tell both pads that media flows; a consumer of any kind of stream."""

    def __init__(self, stream: Stream[Any], sink: SinkPad, source: SourcePad) -> None:
        self._stream = stream
        self._sink = sink
        self._source = source
        stream.attach(self)

    def detach(self) -> None:
        self._stream.detach(self)

    def on_rtp(self, packets: list[Any], now: float) -> None:
        self._count(len(packets))

    def on_frame(self, frame: Any) -> None:
        self._count(1)

    def on_raw(self, frame: Any) -> None:
        self._count(1)

    def _count(self, buffers: int) -> None:
        self._sink.flow.count(buffers)
        if self._source.sinks:
            self._source.flow.count(buffers)
