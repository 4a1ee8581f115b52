"""MediaPipeline: the unit in which media lives, is placed, supervised and released."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from kms_trio.generated.core.interfaces import MediaPipelineInterface
from kms_trio.generated.core.types import GstreamerDotDetails
from kms_trio.objects.dot import dump_dot, pipeline_dot
from kms_trio.objects.media_element import MediaElement
from kms_trio.objects.media_object import MediaObject

if TYPE_CHECKING:
    from kms_trio.dispatch import RemoteClass
    from kms_trio.objects.context import ObjectContext

logger = logging.getLogger(__name__)

#: Tag of a pipeline: with the value `false` elements are connected only where no media has to be transcoded.
TRANSCODING_TAG: Final = "allowTranscoding"

#: `Error.type` when video is held back because the process cannot keep up, and when that is over...
OVERLOAD: Final = "OVERLOAD"
OVERLOAD_OVER: Final = "OVERLOAD_OVER"
#: ...and the `Error.errorCode` of both.
OVERLOAD_CODE: Final = 3


class MediaPipeline(MediaObject, MediaPipelineInterface):
    """Contains elements and hubs; only those of one pipeline can be connected."""

    def __init__(self, context: ObjectContext, parent: MediaObject | None, object_class: RemoteClass) -> None:
        super().__init__(context, parent, object_class)
        self._latency_stats = False
        self._streams_shed = 0

    def on_crash(self, crash: Exception) -> None:
        """A task of the pipeline itself raised: the pipeline, and nothing but it, goes down."""
        super().on_crash(crash)
        if self.context.on_pipeline_crash is not None:
            self.context.on_pipeline_crash(self)

    def video_shed(self, shed: bool) -> None:
        """A stream of video is held back from its viewers because of overload, or (False) no longer.

        Raises an `Error` event with the first one, and another when all go on.
        """
        before = self._streams_shed
        self._streams_shed += 1 if shed else -1
        if self.releasing:
            return
        if not before:
            text = "the server is overloaded: video of this pipeline is held back from its viewers, audio goes on"
            self.emit_error(OVERLOAD, OVERLOAD_CODE, self.describe_error(OVERLOAD_CODE, text))
        elif not self._streams_shed:
            text = "the overload is over: video of this pipeline goes on with the next key frame"
            self.emit_error(OVERLOAD_OVER, OVERLOAD_CODE, self.describe_error(OVERLOAD_CODE, text))

    @property
    def media_pipeline(self) -> MediaPipeline:
        """The pipeline itself."""
        return self

    @property
    def latency_stats(self) -> bool:
        """Whether all elements, present and later ones, measure how long media spends in them."""
        return self._latency_stats

    @latency_stats.setter
    def latency_stats(self, latency_stats: bool) -> None:
        self._latency_stats = latency_stats
        for element in self._elements():
            if latency_stats:
                element.latency.start()
            else:
                element.latency.stop()

    @property
    def may_transcode(self) -> bool:
        """Whether media may be decoded and encoded for sinks that cannot take it as it comes."""
        return self._tags.get(TRANSCODING_TAG, "true").lower() != "false"

    def _elements(self) -> Iterator[MediaElement]:
        """Every element, those of hubs included."""
        for child in (*self.children, *(port for hub in self.children for port in hub.children)):
            if isinstance(child, MediaElement):
                yield child

    def get_gstreamer_dot(self, details: GstreamerDotDetails | None = None) -> str:
        """Return the elements and their connections as a Graphviz graph."""
        return pipeline_dot(self, details)

    async def dump_gstreamer_dot(self, details: GstreamerDotDetails | None = None) -> None:
        """Write that graph into the folder of `GST_DEBUG_DUMP_DOT_DIR`, where that is set."""
        await dump_dot(self, self.get_gstreamer_dot(details))
