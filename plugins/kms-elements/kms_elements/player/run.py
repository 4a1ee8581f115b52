"""From `play` to `stop`: opens the source, plays it, and opens a live one again when it breaks."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final, Protocol, TypeVar

import trio

from kms_elements.player import playback
from kms_elements.player.failures import SourceError, ended_early
from kms_elements.player.live import LivePlayback
from kms_elements.player.locations import Location
from kms_elements.player.pacer import Pacer
from kms_elements.player.playback import Playback
from kms_elements.player.source import Source

__all__ = ["Listener", "Run"]

T = TypeVar("T")

logger = logging.getLogger(__name__)

FIRST_RETRY_S: Final = 0.5
LONGEST_RETRY_S: Final = 30.0


class Listener(playback.Listener, Protocol):
    """Who is told."""

    def broke(self, error: SourceError) -> None:
        """A live source has ended or failed; it is tried again from now on.  Once, until media has come again."""


class Run:
    """`run` ends with the source, with a failure before anything was played, or never where the source is live.

    `locate` and `open_source` are called in a thread and raise SourceError.  What a client asks for before the source
    is open holds from then on.
    """

    def __init__(
        self,
        locate: Callable[[], Location],
        open_source: Callable[[Location], Source],
        listener: Listener,
        epoch_s: float,
        encoded: bool,
        cache_s: float,
    ) -> None:
        self._locate = locate
        self._open_source = open_source
        self._listener = listener
        self._epoch_s = epoch_s
        self._encoded = encoded
        self._cache_s = cache_s
        self._playback: Playback | LivePlayback | None = None
        self._paused = False
        self._scope = trio.CancelScope()
        self._limiter = trio.CapacityLimiter(1)  # our own: a source that hangs keeps nobody else waiting

    @property
    def source(self) -> Source | None:
        """The source while it is open."""
        return None if self._playback is None else self._playback.source

    @property
    def position_s(self) -> float:
        """The place of the source that is due now."""
        if self._playback is None or self._playback.source is None:
            return 0.0
        return self._playback.source.position_s(self._playback.position_s)

    def pause(self) -> None:
        """Stand still; idempotent."""
        self._paused = True
        if self._playback is not None:
            self._playback.pause()

    def resume(self) -> None:
        """Go on; idempotent."""
        self._paused = False
        if self._playback is not None:
            self._playback.resume()

    def seek(self, position_s: float) -> None:
        """Go on from another place.  Only once `source` is there and seekable."""
        assert self._playback is not None
        self._playback.seek(position_s)

    def cancel(self) -> None:
        """Stop at once; the listener hears no more."""
        self._scope.cancel()

    async def run(self) -> None:
        """Play.  Raises nothing but what the listener raises."""
        with self._scope:
            try:
                location = await self._in_thread(self._locate)
                source = await self._in_thread(self._open_source, location)
            except SourceError as error:
                self._listener.failed(error)
                return
            if location.live:
                await self._play_live(location, source)
            else:
                await self._play(source)

    async def _play(self, source: Source) -> None:
        ready = Playback(lambda: source, self._listener, Pacer(self._epoch_s), self._encoded)
        self._begin(ready)
        await ready.run()

    async def _play_live(self, location: Location, first: Source) -> None:
        source: Source | None = first
        retries, told = 0, False
        while True:
            live: LivePlayback | None = None
            try:
                if source is None:
                    source = await self._in_thread(self._open_source, location)
                live = LivePlayback(source, self._listener, Pacer(self._epoch_s), self._cache_s)
                self._begin(live)
                self._listener.opened(source)
                await live.run()
                if not source.live:
                    self._listener.ended()
                    return
                error = ended_early()
            except SourceError as failure:
                error = failure
                if source is not None and not source.live:
                    self._listener.failed(error)
                    return
            if live is not None and live.played:
                retries, told = 0, False
            self._playback = source = None
            if not told:
                self._listener.broke(error)
                told = True
            wait_s = min(LONGEST_RETRY_S, FIRST_RETRY_S * 2**retries)
            logger.info("live source: %s; trying again in %.1f s", error, wait_s)
            retries = min(retries + 1, 16)
            await trio.sleep(wait_s)

    def _begin(self, ready: Playback | LivePlayback) -> None:
        self._playback = ready
        if self._paused:
            ready.pause()

    async def _in_thread(self, blocking: Callable[..., T], *args: object) -> T:
        return await trio.to_thread.run_sync(blocking, *args, abandon_on_cancel=True, limiter=self._limiter)
