"""TreatingFilter: a filter that treats one type of media, and data if it likes; all else passes untouched."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

from kms_trio.codecs.conversion import Converter
from kms_trio.codecs.frame_filter import FilteredStream
from kms_trio.generated.core.types import MediaType
from kms_trio.media.formats import StreamKind, Want
from kms_trio.media.frames import DataMessage
from kms_trio.media.pads import SinkPad, SourcePad
from kms_trio.media.streams import RawFrame, RawStream, Stream
from kms_trio.objects.data_filtering import FilteredData
from kms_trio.objects.filter import Filter
from kms_trio.objects.forwarding import Tap

if TYPE_CHECKING:
    from kms_trio.dispatch import RemoteClass
    from kms_trio.objects.context import ObjectContext
    from kms_trio.objects.media_object import MediaObject

__all__ = ["TreatingFilter"]


class TreatingFilter(Filter):
    """The pads of a filter; subclasses say what they treat, and how."""

    def __init__(
        self,
        context: ObjectContext,
        parent: MediaObject | None,
        object_class: RemoteClass,
        media_pipeline: MediaObject | None = None,
    ) -> None:
        super().__init__(context, parent, object_class, media_pipeline)
        self.data = FilteredData(self.take_data)
        self._taps: dict[str, tuple[Tap, Tap]] = {}

    def let_go(self) -> None:
        """The data knows this filter."""
        super().let_go()
        self.data.let_go()

    @property
    @abstractmethod
    def treated(self) -> MediaType | None:
        """VIDEO or AUDIO; None for a filter of data alone."""

    @property
    @abstractmethod
    def treats_data(self) -> bool:
        """Whether it looks at data, or sends some."""

    @abstractmethod
    def make_converter(self) -> Converter[RawFrame, Any]:
        """What filters frames; made and used in the filter's thread. Its results are frames and notes."""

    @abstractmethod
    def take_data(self, message: DataMessage) -> None:
        """A message enters; what is to leave goes into `data`. Called only if it `treats_data`."""

    def make_sink_pad(self, media_type: MediaType, description: str) -> SinkPad:
        """Build a pad that takes what is treated; for other media one that takes whatever comes."""
        if media_type is self.treated:
            kind = StreamKind.RAW
        elif media_type is MediaType.DATA and self.treats_data:
            kind = StreamKind.DATA
        else:
            return super().make_sink_pad(media_type, description)
        return SinkPad(
            self,
            media_type,
            timers=self.context.timers,
            on_stream=lambda stream: self.sink_stream_changed(media_type, description, stream),
            want=Want(kind),
            description=description,
        )

    def make_source_pad(self, media_type: MediaType, description: str) -> SourcePad:
        """Build a pad; that of data gives what the filter sends, whether or not anything enters."""
        pad = super().make_source_pad(media_type, description)
        if media_type is MediaType.DATA and self.treats_data:
            pad.set_input(self.data)
        return pad

    def sink_stream_changed(self, media_type: MediaType, description: str, stream: Stream[Any] | None) -> None:
        """Filter the new stream. The filter runs whether or not anybody takes what it gives: it may raise events."""
        if media_type is MediaType.DATA and self.treats_data:
            self.data.feed(description, stream)
            return
        if media_type is not self.treated:
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
        filtered = FilteredStream(self.context.codecs.start_conversion, stream, self.make_converter, self.element_name)
        source.set_input(filtered)

        def passed(buffers: int) -> None:
            if source.sinks:
                source.flow.count(buffers)

        self._taps[description] = Tap(stream, sink.flow.count), Tap(filtered, passed)
