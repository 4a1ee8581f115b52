"""Handing media on as it is: what PassThrough does with everything, and a filter with what it does not change."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kms_trio.media.formats import Want
from kms_trio.media.pads import SinkPad, SourcePad
from kms_trio.media.streams import Stream
from kms_trio.objects.media_element import MediaElement

if TYPE_CHECKING:
    from kms_trio.dispatch import RemoteClass
    from kms_trio.generated.core.types import MediaType
    from kms_trio.objects.context import ObjectContext
    from kms_trio.objects.media_object import MediaObject

__all__ = ["Forwarder", "ForwardingElement", "Tap", "WhateverComesPad"]


class WhateverComesPad(SinkPad):
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


class Tap:
    """Counts what passes a stream; a consumer of any kind of stream, attached until `detach`."""

    def __init__(self, stream: Stream[Any], count: Callable[[int], None]) -> None:
        self._stream = stream
        self._count = count
        stream.attach(self)

    def detach(self) -> None:
        """Look no longer."""
        self._stream.detach(self)

    def on_rtp(self, packets: list[Any], now: float) -> None:
        """A batch of packets passes."""
        self._count(len(packets))

    def on_frame(self, frame: Any) -> None:
        """An encoded frame passes."""
        self._count(1)

    def on_raw(self, frame: Any) -> None:
        """A picture or samples pass."""
        self._count(1)

    def on_data(self, message: Any) -> None:
        """Data passes, whose flow is nobody's business: the API has no states for it."""


class Forwarder:
    """Gives a source pad the stream of a sink pad and tells both that media flows."""

    def __init__(self, sink: SinkPad, source: SourcePad) -> None:
        self._sink = sink
        self._source = source
        self._tap: Tap | None = None

    def feed(self, stream: Stream[Any] | None) -> None:
        """The sink is fed from `stream` now, or from nothing."""
        if self._tap is not None:
            self._tap.detach()
            self._tap = None
        self._source.set_input(stream)
        if stream is not None:
            self._tap = Tap(stream, self._passed)

    def _passed(self, buffers: int) -> None:
        self._sink.flow.count(buffers)
        self._source.flow.count(buffers)


class ForwardingElement(MediaElement):
    """Hands the very stream of its source on, so that nothing is packetized, decoded or copied on the way.

    Subclasses override `make_sink_pad` and `sink_stream_changed` for what they treat otherwise.
    """

    def __init__(self, context: ObjectContext, parent: MediaObject | None, object_class: RemoteClass) -> None:
        super().__init__(context, parent, object_class)
        self._forwarders: dict[tuple[MediaType, str], Forwarder] = {}

    def make_sink_pad(self, media_type: MediaType, description: str) -> SinkPad:
        """Build a pad that takes its source's media in the shape it has."""
        return WhateverComesPad(
            self,
            media_type,
            timers=self.context.timers,
            on_stream=lambda stream: self.sink_stream_changed(media_type, description, stream),
            description=description,
        )

    def sink_stream_changed(self, media_type: MediaType, description: str, stream: Stream[Any] | None) -> None:
        """Give the new stream on."""
        forwarder = self._forwarders.get((media_type, description))
        if forwarder is None:
            pads = self.sink_pad(media_type, description), self.source_pad(media_type, description)
            forwarder = self._forwarders[media_type, description] = Forwarder(*pads)
        forwarder.feed(stream)
