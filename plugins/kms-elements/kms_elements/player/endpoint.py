"""PlayerEndpoint (elements.PlayerEndpoint.kmd.json)."""

from __future__ import annotations

import logging
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import trio

from kms_elements.generated.events import EndOfStream
from kms_elements.generated.interfaces import PlayerEndpointInterface
from kms_elements.generated.types import VideoInfo
from kms_elements.player.failures import SourceError
from kms_elements.player.pacer import Pacer
from kms_elements.player.playback import Playback
from kms_elements.player.source import Source
from kms_trio.api import ErrorCode, KurentoError, MediaType, UriEndpoint, UriEndpointState
from kms_trio.media.formats import Format, StreamKind
from kms_trio.media.streams import EncodedStream, RawStream, Stream

if TYPE_CHECKING:
    from kms_elements.player.tracks import Track, Unit
    from kms_trio.api import MediaObject, ObjectContext, RemoteClass

__all__ = ["PlayerEndpoint"]

logger = logging.getLogger(__name__)


class PlayerEndpoint(UriEndpoint, PlayerEndpointInterface):
    """Plays `uri`.  The state follows the requests at once; media, errors and the end come from a `Playback`.

    A playback that failed leaves the state as it was, as clients know it; `play` tries again, `stop` ends it.
    """

    def __init__(
        self,
        context: ObjectContext,
        parent: MediaObject | None,
        object_class: RemoteClass,
        uri: str,
        use_encoded_media: bool = False,
        network_cache: int = 2000,
        media_pipeline: MediaObject | None = None,  # the parent, once more
    ) -> None:
        super().__init__(context, parent, object_class, uri)
        self._use_encoded_media = use_encoded_media
        self._network_cache_ms = network_cache  # for RTSP, which is not played yet
        self._playback: Playback | None = None
        self._epoch_s: float | None = None
        self._streams: dict[MediaType, Stream[Any]] = {}

    # Control.

    def play(self) -> None:
        """Start, or go on after a pause."""
        if self._playback is None:
            self._start()
        else:
            self._playback.resume()
        self.set_state(UriEndpointState.START)

    async def _pause(self) -> None:
        if self._playback is not None:
            self._playback.pause()
        self.set_state(UriEndpointState.PAUSE)

    async def _stop(self) -> None:
        self._drop_playback()
        self.set_state(UriEndpointState.STOP)

    async def close(self) -> None:
        """Stop without an event: whoever releases a player does not ask how it is."""
        self._drop_playback()
        await super().close()

    @property
    def position(self) -> int:
        """Milliseconds from the start; 0 when nothing plays."""
        return 0 if self._playback is None else int(self._playback.position_s * 1000)

    @position.setter
    def position(self, position: int) -> None:
        source = None if self._playback is None else self._playback.source
        if self._playback is None or source is None or not source.seekable:
            raise KurentoError(ErrorCode.PLAYER_SEEK_FAIL, "Seek fails")
        self._playback.seek(position / 1000)

    @property
    def video_info(self) -> VideoInfo:
        """All zero until the source is open, and again when playing has ended."""
        source = None if self._playback is None else self._playback.source
        if source is None:
            return VideoInfo(is_seekable=False, seekable_init=0, seekable_end=0, duration=0)
        duration_ms = round(source.duration_s * 1000)
        return VideoInfo(
            is_seekable=source.seekable,
            seekable_init=0,
            seekable_end=duration_ms if source.seekable else 0,
            duration=duration_ms,
        )

    @property
    def element_gstreamer_dot(self) -> str:
        """The player and its pads as a graph in the DOT language."""
        return self.get_gstreamer_dot()

    # What the playback tells (playback.Listener).

    def opened(self, source: Source) -> None:
        """Give the pads their streams; those of an earlier playback are kept where they fit."""
        for track in source.tracks:
            stream = self._streams.get(track.media_type)
            if stream is None or not _fits(stream, track):
                kind = RawStream if track.format.encoding_name == "RAW" else EncodedStream
                stream = self._streams[track.media_type] = kind(track.format)
                self.source_pad(track.media_type).set_input(stream)

    def send(self, unit: Unit, timestamp: int, due: float) -> None:
        """Push a unit into the pipeline."""
        stream = self._streams[unit.media_type]
        stream.clock.anchor(timestamp, self.context.clock.unix() + (due - trio.current_time()))
        media: Any = unit.media
        media.pts = timestamp
        if stream.kind is StreamKind.RAW:
            media.time_base = Fraction(1, unit.clock_rate_hz)
        self.source_pad(unit.media_type).flow.count()
        if isinstance(stream, EncodedStream | RawStream):
            stream.push(media)

    def ended(self) -> None:
        """Everything was played: the player forgets the file."""
        self._playback = None
        self.emit(EndOfStream())
        self.set_state(UriEndpointState.STOP)

    def failed(self, error: SourceError) -> None:
        """Tell the client and wait for what it does."""
        self._playback = None
        logger.warning("%s: cannot play %s: %s", self.id, _without_password(self.uri), error)
        for failure in error.failures:
            text = failure.text
            if not failure.plain:
                text = self.describe_error(failure.code, text, failure.debug_info)
            self.emit_error(failure.error_type, failure.code, text)

    def _start(self) -> None:
        uri, policy, encoded = self.uri, self.context.uri_policy, self._use_encoded_media
        if self._epoch_s is None:
            self._epoch_s = trio.current_time()
        self._playback = Playback(lambda: Source(uri, policy, encoded), self, Pacer(self._epoch_s), encoded)
        self.spawn(self._playback.run)

    def _drop_playback(self) -> None:
        if self._playback is not None:
            self._playback.cancel()
            self._playback = None


def _fits(stream: Stream[Any], track: Track) -> bool:
    kind = StreamKind.RAW if track.format.encoding_name == "RAW" else StreamKind.ENCODED
    same: tuple[Format, bool] = (stream.format, stream.kind is kind)
    return same == (track.format, True) and stream.format.parameters == track.format.parameters


def _without_password(uri: str) -> str:
    scheme, separator, rest = uri.partition("://")
    authority, slash, path = rest.partition("/")
    return f"{scheme}{separator}{authority.rpartition('@')[2]}{slash}{path}"
