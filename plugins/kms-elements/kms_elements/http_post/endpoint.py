"""HttpPostEndpoint (elements.HttpPostEndpoint.kmd.json)."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Final

import av
import trio

from kms_elements.generated.events import EndOfStream
from kms_elements.generated.interfaces import HttpPostEndpointInterface
from kms_elements.http_post.pipe import UploadPipe
from kms_elements.http_post.server import HttpPostServer, NotPlayableError
from kms_elements.http_post.session import HttpSession
from kms_elements.player.failures import SourceError, opening_failed
from kms_elements.player.output import PlaybackOutput
from kms_elements.player.pacer import Pacer
from kms_elements.player.playback import Playback
from kms_elements.player.source import Source
from kms_trio.api import SessionEndpoint

if TYPE_CHECKING:
    from kms_elements.player.tracks import Unit
    from kms_trio.api import MediaObject, ObjectContext, RemoteClass

__all__ = ["HttpPostEndpoint"]

logger = logging.getLogger(__name__)

#: Containers that can be read from front to back. No playlists: those would open files and hosts.
_FORMATS: Final = "matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,mpegts,mpeg,ogg,flv,avi,wav,mp3,aac,flac,ivf,h264,hevc,asf"


class HttpPostEndpoint(SessionEndpoint, HttpPostEndpointInterface):
    """Plays what is posted to its URL, one file after the other."""

    takes_media = False

    def __init__(
        self,
        context: ObjectContext,
        parent: MediaObject | None,
        object_class: RemoteClass,
        disconnection_timeout: int = 2,
        use_encoded_media: bool = False,
        media_pipeline: MediaObject | None = None,  # the parent, once more
    ) -> None:
        super().__init__(context, parent, object_class)
        self.session = HttpSession(
            context.timers, disconnection_timeout, self.media_session_started, self._session_is_over
        )
        self._use_encoded_media = use_encoded_media
        self._output = PlaybackOutput(self)
        self._turn = trio.Lock()
        self._upload: _Upload | None = None
        self._epoch_s: float | None = None
        self._url: str | None = None

    # Control.

    async def start(self) -> None:
        """Get a URL. Raises KurentoError 40300."""
        await super().start()
        self._url = await self._server.register(self)

    def get_url(self) -> str:
        """Where to post to."""
        assert self._url is not None
        return self._url

    async def close(self) -> None:
        """Take the URL back and stop an upload that is under way."""
        self._unregister()
        self.session.close()
        if self._upload is not None:
            self._upload.stop()
        await super().close()

    def let_go(self) -> None:
        """The upload knows this endpoint."""
        super().let_go()
        self._upload = None

    @property
    def _server(self) -> HttpPostServer:
        return self.context.shared(HttpPostServer)

    def _unregister(self) -> None:
        if self._url is not None:
            self._server.forget(self._url)

    def _session_is_over(self) -> None:
        self._unregister()
        self.media_session_terminated()

    # What the HTTP server asks (server.Target).

    async def take_in(self, pieces: AsyncIterator[bytes]) -> None:
        """Play a file as its bytes come, behind those posted before; returns when its last byte is taken.

        Raises NotPlayableError, and what `pieces` raises: then what came is still played.
        """
        async with self._turn:
            if self._upload is not None:
                await self._upload.over.wait()
            if self.releasing:
                raise NotPlayableError("the endpoint is gone")
            upload = self._upload = _Upload(self, self._use_encoded_media, self._pacer())
            self.spawn(upload.playback.run)
            try:
                async for piece in pieces:
                    if not await upload.pipe.write(piece):
                        break
            finally:
                upload.pipe.finish()
            await upload.decided.wait()
            if upload.failure is not None:
                raise NotPlayableError(str(upload.failure))

    def _pacer(self) -> Pacer:
        if self._epoch_s is None:
            self._epoch_s = trio.current_time()
        return Pacer(self._epoch_s)


class _Upload:
    """One file on its way through; listens to its playback (playback.Listener)."""

    def __init__(self, endpoint: HttpPostEndpoint, encoded: bool, pacer: Pacer) -> None:
        self._endpoint = endpoint
        self.pipe = pipe = UploadPipe()
        self.playback = Playback(lambda: _open(pipe, encoded), self, pacer, encoded)
        self.decided = trio.Event()
        """Set when it is known whether the file can be played."""
        self.over = trio.Event()
        """Set when all was played, or nothing more will be."""
        self.failure: SourceError | None = None

    def stop(self) -> None:
        """Stop at once, without an event."""
        self.playback.cancel()
        self._finish()

    def opened(self, source: Source) -> None:
        """The tracks are known."""
        self._endpoint._output.opened(source)
        self.decided.set()

    def send(self, unit: Unit, timestamp: int, due: float) -> None:
        """Push a unit into the pipeline."""
        self._endpoint._output.send(unit, timestamp, due)

    def ended(self) -> None:
        """Everything was played."""
        self._finish()
        self._endpoint.emit(EndOfStream())

    def failed(self, error: SourceError) -> None:
        """It cannot be played, or not to its end."""
        self.failure = error
        self._finish()
        logger.warning("%s: cannot play what was posted: %s", self._endpoint.id, error)
        self._endpoint._output.tell(error)

    def _finish(self) -> None:
        self.pipe.abort()
        self.decided.set()
        self.over.set()


def _open(pipe: UploadPipe, encoded: bool) -> Source:
    """Runs in the playback's thread. Raises SourceError."""
    try:
        container = av.open(pipe, "r", options={"format_whitelist": _FORMATS, "analyzeduration": "1000000"})
    except (av.error.FFmpegError, OSError, ValueError) as error:
        pipe.abort()
        raise opening_failed("http:", error) from error
    return Source(container, encoded)
