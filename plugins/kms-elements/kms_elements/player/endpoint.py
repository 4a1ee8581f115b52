"""PlayerEndpoint (elements.PlayerEndpoint.kmd.json)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

import trio

from kms_elements.generated.events import EndOfStream
from kms_elements.generated.interfaces import PlayerEndpointInterface
from kms_elements.generated.types import VideoInfo
from kms_elements.player.failures import SourceError
from kms_elements.player.locations import Network, locate
from kms_elements.player.output import PlaybackOutput
from kms_elements.player.run import Run
from kms_elements.player.source import Source
from kms_elements.player.still import open_source
from kms_elements.uris import without_password
from kms_trio.api import ErrorCode, KurentoError, UriEndpoint, UriEndpointState

if TYPE_CHECKING:
    from kms_elements.player.tracks import Unit
    from kms_trio.api import MediaObject, ObjectContext, RemoteClass

__all__ = ["PlayerEndpoint"]

logger = logging.getLogger(__name__)

MAX_CACHE_MS: Final = 60_000


class PlayerEndpoint(UriEndpoint, PlayerEndpointInterface):
    """Plays `uri`.  The state follows the requests at once; media, errors and the end come from a `Run`.

    A run that failed leaves the state as it was, as clients know it; `play` tries again, `stop` ends it.
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
        self._network = Network(
            cache_s=max(0, min(MAX_CACHE_MS, network_cache)) / 1000,
            rtsp_ports=context.settings.player_endpoint.rtsp_client_port_range,
        )
        self._run: Run | None = None
        self._epoch_s: float | None = None
        self._output = PlaybackOutput(self)

    # Control.

    def play(self) -> None:
        """Start, or go on after a pause."""
        if self._run is None:
            self._start()
        else:
            self._run.resume()
        self.set_state(UriEndpointState.START)

    async def _pause(self) -> None:
        if self._run is not None:
            self._run.pause()
        self.set_state(UriEndpointState.PAUSE)

    async def _stop(self) -> None:
        self._drop_run()
        self.set_state(UriEndpointState.STOP)

    async def close(self) -> None:
        """Stop without an event: whoever releases a player does not ask how it is."""
        self._drop_run()
        await super().close()

    @property
    def position(self) -> int:
        """Milliseconds from the start; 0 when nothing plays."""
        return 0 if self._run is None else int(self._run.position_s * 1000)

    @position.setter
    def position(self, position: int) -> None:
        source = None if self._run is None else self._run.source
        if self._run is None or source is None or not source.seekable:
            raise KurentoError(ErrorCode.PLAYER_SEEK_FAIL, "Seek fails")
        self._run.seek(position / 1000)

    @property
    def video_info(self) -> VideoInfo:
        """All zero until the source is open, and again when playing has ended."""
        source = None if self._run is None else self._run.source
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
        self._run = None
        self.emit(EndOfStream())
        self.set_state(UriEndpointState.STOP)

    def failed(self, error: SourceError) -> None:
        """Tell the client and wait for what it does."""
        self._run = None
        logger.warning("%s: cannot play %s: %s", self.id, without_password(self.uri), error)
        self._output.tell(error)

    def broke(self, error: SourceError) -> None:
        """Tell the client; the run goes on trying."""
        logger.warning("%s: lost %s: %s", self.id, without_password(self.uri), error)
        self._output.tell(error)

    def _start(self) -> None:
        uri, policy, network, encoded = self.uri, self.context.uri_policy, self._network, self._use_encoded_media
        if self._epoch_s is None:
            self._epoch_s = trio.current_time()
        self._run = Run(
            lambda: locate(uri, policy, network),
            lambda location: open_source(location, policy, encoded),
            self,
            self._epoch_s,
            encoded,
            network.cache_s,
        )
        self.spawn(self._run.run)

    def _drop_run(self) -> None:
        if self._run is not None:
            self._run.cancel()
            self._run = None
