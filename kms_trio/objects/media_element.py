"""MediaElement: something with pads that media flows into and out of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kms_trio.errors import ErrorCode
from kms_trio.generated.core.events import (
    MediaFlowInStateChanged,
    MediaFlowOutStateChanged,
    MediaTranscodingStateChanged,
)
from kms_trio.generated.core.interfaces import MediaElementInterface
from kms_trio.generated.core.types import (
    AudioCaps,
    ElementConnectionData,
    ElementStats,
    EndpointStats,
    GstreamerDotDetails,
    MediaFlowState,
    MediaTranscodingState,
    MediaType,
    Stats,
    StatsType,
    VideoCaps,
)
from kms_trio.media.pads import SinkPad, SourcePad
from kms_trio.objects import connecting
from kms_trio.objects.dot import dump_dot, element_dot
from kms_trio.objects.element_pads import DEFAULT_DESCRIPTION, ElementPads
from kms_trio.objects.encoder_bitrates import EncoderBitrates
from kms_trio.objects.latency import LatencyMeter
from kms_trio.objects.media_object import MediaObject
from kms_trio.objects.output_format import audio_output, video_output

if TYPE_CHECKING:
    from kms_trio.dispatch import RemoteClass
    from kms_trio.media.streams import Stream
    from kms_trio.objects.context import ObjectContext


class MediaElement(MediaObject, MediaElementInterface):
    """Base of endpoints, filters and hub ports.

    Subclasses override `make_source_pad` and `make_sink_pad`, or `sink_stream_changed` when the plain sink pad will do,
    and call `set_input` of a source pad when they have media to give.
    """

    #: Whether getStats describes this element as an endpoint, with end-to-end latency.
    stats_as_endpoint = False

    #: Whether media enters this element by pads; what only brings media in has no latency.
    takes_media = True

    def __init__(self, context: ObjectContext, parent: MediaObject | None, object_class: RemoteClass) -> None:
        super().__init__(context, parent, object_class)
        bitrates = context.settings.media_element
        self.encoder_bitrates = EncoderBitrates(
            self._id,
            bitrates.encoder_bitrate_bps,
            bitrates.min_encoder_bitrate_bps,
            bitrates.max_encoder_bitrate_bps,
        )
        self._element_name = f"{super().element_name}{context.next_number(object_class.name)}"
        self._bin_names: dict[tuple[MediaType, str], str] = {}
        self.pads = ElementPads(
            self.make_source_pad,
            self.make_sink_pad,
            self._flow_changed,
            self._transcoding_changed,
            self._refused,
            self._may_transcode,
            self._id,
        )
        self.encoder_bitrates.on_change = self.pads.refresh
        self.latency = LatencyMeter(self.pads, context.timers, context.clock)

    @property
    def element_name(self) -> str:
        """The class in lower case and a number, `kmspassthrough3`."""
        return self._element_name

    # Pads.

    def source_pad(self, media_type: MediaType, description: str = DEFAULT_DESCRIPTION) -> SourcePad:
        """The pad that media of that type leaves by; made at first use."""
        return self.pads.source(media_type, description)

    def sink_pad(self, media_type: MediaType, description: str = DEFAULT_DESCRIPTION) -> SinkPad:
        """The pad that media of that type enters by; made at first use."""
        return self.pads.sink(media_type, description)

    def make_source_pad(self, media_type: MediaType, description: str) -> SourcePad:
        """Build a source pad; the element gives it a stream with `set_input` when it has one."""
        return SourcePad(
            self,
            media_type,
            codecs=self.context.codecs,
            settings=self.encoder_bitrates,
            timers=self.context.timers,
            description=description,
        )

    def make_sink_pad(self, media_type: MediaType, description: str) -> SinkPad:
        """Build a sink pad that takes nothing until `set_want` says what; streams go to `sink_stream_changed`."""
        return SinkPad(
            self,
            media_type,
            timers=self.context.timers,
            on_stream=lambda stream: self.sink_stream_changed(media_type, description, stream),
            description=description,
        )

    def sink_stream_changed(self, media_type: MediaType, description: str, stream: Stream[object] | None) -> None:
        """A plain sink pad is fed from `stream` now, or from nothing. Elements that take media override this."""

    async def close(self) -> None:
        """Leave all connections; the sources that fed this element say so, unless they die with it."""
        connecting.leave(self)
        self.latency.stop()
        self.pads.close()

    def let_go(self) -> None:
        """Nobody asks the pads for anything any more."""
        super().let_go()
        self.pads.let_go()

    # Connections.

    def connect(
        self,
        sink: MediaElementInterface,
        media_type: MediaType | None = None,
        source_media_description: str | None = None,
        sink_media_description: str | None = None,
    ) -> None:
        """Feed `sink` from here, for one media type or for all; a sink pad's former source is disconnected.

        Raises KurentoError 40004 when `sink` lives in another pipeline, or when the pipeline forbids the transcoding
        that is known to be necessary; nothing has been connected then.
        """
        assert isinstance(sink, MediaElement)
        connecting.connect(
            self,
            sink,
            media_type,
            source_media_description,
            sink_media_description,
            may_transcode=self._may_transcode(),
        )

    def disconnect(
        self,
        sink: MediaElementInterface,
        media_type: MediaType | None = None,
        source_media_description: str | None = None,
        sink_media_description: str | None = None,
    ) -> None:
        """Undo `connect`. What is not connected is no error; the event is raised all the same."""
        assert isinstance(sink, MediaElement)
        connecting.disconnect(self, sink, media_type, source_media_description, sink_media_description)

    def get_source_connections(
        self, media_type: MediaType | None = None, description: str | None = None
    ) -> list[ElementConnectionData]:
        """Return what feeds this element; `description` is that of this element's pad."""
        return connecting.links_described(
            (source, sink)
            for source, sink in self.pads.links_in()
            if media_type in (None, sink.media_type) and description in (None, sink.description)
        )

    def get_sink_connections(
        self, media_type: MediaType | None = None, description: str | None = None
    ) -> list[ElementConnectionData]:
        """Return what this element feeds; `description` is that of this element's pad."""
        return connecting.links_described(
            (source, sink)
            for source, sink in self.pads.links_out()
            if media_type in (None, source.media_type) and description in (None, source.description)
        )

    # Flow and transcoding.

    def is_media_flowing_in(self, media_type: MediaType, sink_media_description: str = DEFAULT_DESCRIPTION) -> bool:
        """Whether media of that type comes in; DATA raises KurentoError 40107."""
        return self.pads.flowing_in(media_type, sink_media_description)

    def is_media_flowing_out(self, media_type: MediaType, source_media_description: str = DEFAULT_DESCRIPTION) -> bool:
        """Whether media of that type goes out; DATA raises KurentoError 40107."""
        return self.pads.flowing_out(media_type, source_media_description)

    def is_media_transcoding(self, media_type: MediaType, bin_name: str = DEFAULT_DESCRIPTION) -> bool:
        """Whether media of that type is encoded anew for some sink; `bin_name` as in the event, or a description."""
        for (each, description), name in self._bin_names.items():
            if each is media_type and name == bin_name:
                return self.pads.transcoding(media_type, description)
        return self.pads.transcoding(media_type, bin_name)

    def _flow_changed(self, incoming: bool, media_type: MediaType, description: str, flowing: bool) -> None:
        if incoming and self._measures_latency:
            self.latency.flow_changed(media_type, description, flowing)
        event = MediaFlowInStateChanged if incoming else MediaFlowOutStateChanged
        state = MediaFlowState.FLOWING if flowing else MediaFlowState.NOT_FLOWING
        self.emit(event(state=state, pad_name=description, media_type=media_type))

    def _transcoding_changed(self, media_type: MediaType, description: str, active: bool) -> None:
        name = self._bin_names.get((media_type, description))
        if name is None:
            name = f"{self._element_name}_kmsagnosticbin2-{self.context.next_number('kmsagnosticbin2')}"
            self._bin_names[media_type, description] = name
        state = MediaTranscodingState.TRANSCODING if active else MediaTranscodingState.NOT_TRANSCODING
        self.emit(MediaTranscodingStateChanged(state=state, bin_name=name, media_type=media_type))

    def _refused(self, media_type: MediaType, text: str) -> None:
        code = ErrorCode.UNSUPPORTED_MEDIA_TYPE
        self.emit_error(code.name, code, self.describe_error(code, f"no {media_type.lower()} for {text}"))

    def _may_transcode(self) -> bool:
        pipeline = self.media_pipeline
        return pipeline is None or pipeline.may_transcode

    # Encoding.

    @property
    def encoder_bitrate(self) -> int:
        """What encoders start with, bit/s."""
        return self.encoder_bitrates.encoder_bitrate_bps

    @encoder_bitrate.setter
    def encoder_bitrate(self, encoder_bitrate: int) -> None:
        self.encoder_bitrates.set_target(encoder_bitrate)

    @property
    def min_encoder_bitrate(self) -> int:
        """What encoders go down to, bit/s."""
        return self.encoder_bitrates.min_encoder_bitrate_bps

    @min_encoder_bitrate.setter
    def min_encoder_bitrate(self, min_encoder_bitrate: int) -> None:
        self.encoder_bitrates.set_min(min_encoder_bitrate)

    @property
    def max_encoder_bitrate(self) -> int:
        """What encoders go up to, bit/s; 2147483647 stands for no bound."""
        return self.encoder_bitrates.max_encoder_bitrate_bps

    @max_encoder_bitrate.setter
    def max_encoder_bitrate(self, max_encoder_bitrate: int) -> None:
        self.encoder_bitrates.set_max(max_encoder_bitrate)

    def set_audio_format(self, caps: AudioCaps) -> None:
        """Give sinks that take it audio of this format, whatever comes in."""
        self.pads.force(MediaType.AUDIO, audio_output(caps, self.context.codecs))

    def set_video_format(self, caps: VideoCaps) -> None:
        """Give sinks that take it video of this format, whatever comes in."""
        self.pads.force(MediaType.VIDEO, video_output(caps, self.context.codecs))

    # Statistics and graphs.

    def collect_stats(self, media_type: MediaType | None) -> dict[str, Stats]:
        """Return the element's own statistics by id; endpoints override this."""
        return {}

    def get_stats(self, media_type: MediaType | None = None) -> dict[str, Stats]:
        """Return statistics by id, those of `media_type` only if given."""
        stats = self.collect_stats(media_type)
        if self._measures_latency:
            stats = {**stats, self._id: self._latency_entry(media_type)}
        return stats

    def _latency_entry(self, media_type: MediaType | None) -> Stats:
        timestamp_millis = int(self.context.clock.unix() * 1000)
        latency = self.latency.figures(media_type) if self.takes_media else []
        if not self.stats_as_endpoint:
            return ElementStats(
                id=self._id, type=StatsType.ELEMENT, timestamp_millis=timestamp_millis, input_latency=latency
            )
        return EndpointStats(
            id=self._id,
            type=StatsType.ENDPOINT,
            timestamp_millis=timestamp_millis,
            input_latency=latency,
            e2e_latency=latency,
        )

    @property
    def _measures_latency(self) -> bool:
        pipeline = self.media_pipeline
        return pipeline is not None and pipeline.latency_stats

    def get_gstreamer_dot(self, details: GstreamerDotDetails | None = None) -> str:
        """Return the pads of the element as a Graphviz graph."""
        return element_dot(self, details)

    async def dump_gstreamer_dot(self, details: GstreamerDotDetails | None = None) -> None:
        """Write that graph into the folder of `GST_DEBUG_DUMP_DOT_DIR`, where that is set."""
        await dump_dot(self, self.get_gstreamer_dot(details))
