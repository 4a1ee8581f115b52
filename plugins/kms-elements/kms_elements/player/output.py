"""From a playback to the pads of its element: a stream for each track, stamped and clocked."""

from __future__ import annotations

import weakref
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import trio

from kms_trio.media.formats import Format, StreamKind
from kms_trio.media.streams import EncodedStream, RawStream, Stream

if TYPE_CHECKING:
    from kms_elements.player.failures import SourceError
    from kms_elements.player.source import Source
    from kms_elements.player.tracks import Track, Unit
    from kms_trio.api import MediaElement, MediaType

__all__ = ["PlaybackOutput"]


class PlaybackOutput:
    """What PlayerEndpoint and HttpPostEndpoint have in common as listeners of a `Playback`."""

    def __init__(self, element: MediaElement) -> None:
        self._element: MediaElement = weakref.proxy(element)  # which has this, and needs it for as long as it is there
        self._streams: dict[MediaType, Stream[Any]] = {}

    def opened(self, source: Source) -> None:
        """Give the pads their streams; those of an earlier playback are kept where they fit."""
        for track in source.tracks:
            stream = self._streams.get(track.media_type)
            if stream is None or not _fits(stream, track):
                kind = RawStream if track.format.encoding_name == "RAW" else EncodedStream
                stream = self._streams[track.media_type] = kind(track.format)
                self._element.source_pad(track.media_type).set_input(stream)

    def send(self, unit: Unit, timestamp: int, due: float) -> None:
        """Push a unit into the pipeline."""
        stream = self._streams[unit.media_type]
        stream.clock.anchor(timestamp, self._element.context.clock.unix() + (due - trio.current_time()))
        media: Any = unit.media
        media.pts = timestamp
        if stream.kind is StreamKind.RAW:
            media.time_base = Fraction(1, unit.clock_rate_hz)
        self._element.source_pad(unit.media_type).flow.count()
        if isinstance(stream, EncodedStream | RawStream):
            stream.push(media)

    def tell(self, error: SourceError) -> None:
        """Raise the `Error` events of a failure."""
        element = self._element
        for failure in error.failures:
            text = failure.text
            if not failure.plain:
                text = element.describe_error(failure.code, text, failure.debug_info)
            element.emit_error(failure.error_type, failure.code, text)


def _fits(stream: Stream[Any], track: Track) -> bool:
    kind = StreamKind.RAW if track.format.encoding_name == "RAW" else StreamKind.ENCODED
    same: tuple[Format, bool] = (stream.format, stream.kind is kind)
    return same == (track.format, True) and stream.format.parameters == track.format.parameters
