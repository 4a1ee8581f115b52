"""PlayerEndpoint (elements.PlayerEndpoint.kmd.json)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import trio

from kms_elements.generated.events import EndOfStream
from kms_elements.generated.interfaces import PlayerEndpointInterface
from kms_elements.generated.types import VideoInfo
from kms_elements.player.failures import SourceError
from kms_elements.player.output import PlaybackOutput
from kms_elements.player.pacer import Pacer
from kms_elements.player.playback import Playback
from kms_elements.player.source import Source
from kms_trio.api import ErrorCode, KurentoError, UriEndpoint, UriEndpointState

if TYPE_CHECKING:
    from kms_elements.player.tracks import Unit
    from kms_trio.api import MediaObject, ObjectContext, RemoteClass

__all__ = ["PlayerEndpoint"]

logger = logging.getLogger(__name__)


class PlayerEndpoint(UriEndpoint, PlayerEndpointInterface):
    """Plays `uri`.  The state follows the requests at once; media, errors and the end come from a `Playback`.

    A playback that failed leaves the state as it was, as clients know it; `play` tries again, `stop` ends it.
    """

    takes_media = False

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
        self._output = PlaybackOutput(self)

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
        """The tracks are known."""
        self._output.opened(source)

    def send(self, unit: Unit, timestamp: int, due: float) -> None:
        """Push a unit into the pipeline."""
        self._output.send(unit, timestamp, due)

    def ended(self) -> None:
        """Everything was played: the player forgets the file."""
        self._playback = None
        self.emit(EndOfStream())
        self.set_state(UriEndpointState.STOP)

    def failed(self, error: SourceError) -> None:
        """Tell the client and wait for what it does."""
        self._playback = None
        logger.warning("%s: cannot play %s: %s", self.id, _without_password(self.uri), error)
        self._output.tell(error)

    def _start(self) -> None:
        uri, policy, encoded = self.uri, self.context.uri_policy, self._use_encoded_media
        if self._epoch_s is None:
            self._epoch_s = trio.current_time()
        self._playback = Playback(lambda: Source.of_uri(uri, policy, encoded), self, Pacer(self._epoch_s), encoded)
        self.spawn(self._playback.run)

    def _drop_playback(self) -> None:
        if self._playback is not None:
            self._playback.cancel()
            self._playback = None


def _without_password(uri: str) -> str:
    scheme, separator, rest = uri.partition("://")
    authority, slash, path = rest.partition("/")
    return f"{scheme}{separator}{authority.rpartition('@')[2]}{slash}{path}"
