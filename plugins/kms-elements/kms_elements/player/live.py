"""Playing a live source: it comes when it comes, is shown a little later, and dropped when it is too late.

reader (a thread of its own) ──▶ packets (bounded) ──▶ due soon: converted in threads ──▶ due: sent
"""

from __future__ import annotations

import collections
import heapq
import itertools
import logging
import threading
from collections.abc import Callable, Iterator
from typing import Final, Literal, TypeAlias

import av
import trio

from kms_elements.player.failures import SourceError, reading_failed
from kms_elements.player.live_clock import LiveClock
from kms_elements.player.pacer import Pacer
from kms_elements.player.playback import Listener
from kms_elements.player.source import Placed, Source
from kms_elements.player.tracks import Unit
from kms_trio.api import MediaType
from kms_trio.media.frames import EncodedFrame

__all__ = ["LivePlayback"]

logger = logging.getLogger(__name__)

CONVERT_AHEAD_S: Final = 0.1
"""Decoded pictures are large, so the cache holds packets."""
LATE_S: Final = 0.5
"""Decoded media that is so late is dropped; encoded video is sent, as what follows needs it."""
MAX_PACKETS: Final = 4_000
MAX_BYTES: Final = 64 * 1024 * 1024
"""Overflow policy: what comes while so much waits is dropped."""
MAX_BROKEN_READS: Final = 50

Item: TypeAlias = Placed | Literal["positioned", "over"]


class LivePlayback:
    """Plays a source that is open until it ends or fails; `run` raises what it failed of.  Cancel it to stop earlier.

    A pause leaves out what comes meanwhile: live has no place to go back to.
    """

    def __init__(self, source: Source, listener: Listener, pacer: Pacer, cache_s: float) -> None:
        self.source = source
        self.played = False
        """Whether anything came out of it."""
        self._listener = listener
        self._pacer = pacer
        self._cache_s = cache_s
        self._clock = LiveClock(pacer, cache_s, source.live)
        self._reader = _Reader(source, self._wake_up)
        self._waiting: collections.deque[Placed] = collections.deque()
        self._waiting_bytes = 0
        self._queue: list[tuple[float, int, Unit]] = []
        self._order = itertools.count()
        self._sent: dict[MediaType, int] = {}
        self._paused = False
        self._needs_key_frame = False
        self._over = False
        self._wake = trio.Event()
        self._limiter = trio.CapacityLimiter(1)

    @property
    def position_s(self) -> float:
        """Seconds since the source began."""
        return max(0.0, self._pacer.place_s(trio.current_time())) if self._pacer.running else 0.0

    def pause(self) -> None:
        """Send nothing; idempotent."""
        self._paused = True

    def resume(self) -> None:
        """Go on with what is live now, encoded video from its next key frame; idempotent."""
        self._needs_key_frame = self._needs_key_frame or self._paused
        self._paused = False

    def seek(self, position_s: float) -> None:
        """Ask the server for another place.  Only where the source is seekable."""
        self._reader.target_s = min(max(0.0, position_s), self.source.duration_s)

    async def run(self) -> None:
        """Play.  Raises SourceError when the source breaks, and what the listener raises."""
        self._reader.start()
        try:
            while True:
                self._wake = trio.Event()
                self._collect()
                await self._convert()
                self._send()
                if self._over and not self._waiting and not self._queue:
                    break
                with trio.move_on_at(self._next()):
                    await self._wake.wait()
        finally:
            self._reader.stopped.set()
        if self._reader.failure is not None:
            raise self._reader.failure

    def _wake_up(self) -> None:
        self._wake.set()

    def _collect(self) -> None:
        now = trio.current_time()
        for item in self._reader.take():
            if item == "over":
                self._over = True
            elif item == "positioned":
                self._waiting.clear()
                self._queue.clear()
                self._waiting_bytes = 0
                self._pacer.stop(now)
                self._clock = LiveClock(self._pacer, self._cache_s, self.source.live)
            elif len(self._waiting) >= MAX_PACKETS or self._waiting_bytes + item.packet.size > MAX_BYTES:
                logger.info("live media comes faster than it is played, %d bytes dropped", item.packet.size)
            else:
                if item.packet.size:  # not what asks a decoder for the rest, at the end
                    self._clock.arrived(item.place_s, now)
                self._waiting.append(item)
                self._waiting_bytes += item.packet.size

    async def _convert(self) -> None:
        """Convert what is due soon, in the order in which it came."""
        soon = trio.current_time() + CONVERT_AHEAD_S
        batch = []
        while self._waiting and self._pacer.due(self._waiting[0].place_s) <= soon:
            placed = self._waiting.popleft()
            self._waiting_bytes -= placed.packet.size
            batch.append(placed)
        if batch:
            for unit in await trio.to_thread.run_sync(self._convert_all, batch, limiter=self._limiter):
                heapq.heappush(self._queue, (unit.due_s, next(self._order), unit))

    def _convert_all(self, batch: list[Placed]) -> list[Unit]:
        return [unit for placed in batch for unit in self.source.convert(placed)]

    def _send(self) -> None:
        now = trio.current_time()
        while self._queue and (due := self._pacer.due(self._queue[0][0])) <= now:
            unit = heapq.heappop(self._queue)[2]
            timestamp = self._pacer.timestamp(unit.pts, unit.clock_rate_hz)
            last = self._sent.get(unit.media_type)
            behind = last is not None and timestamp <= last  # after a step of the clock
            if not self._is_wanted(unit, now - due, behind):
                continue
            if last is not None and behind:
                timestamp = last + 1
            self._sent[unit.media_type] = timestamp
            self.played = True
            self._listener.send(unit, timestamp, due)

    def _is_wanted(self, unit: Unit, late_s: float, behind: bool) -> bool:
        if self._paused:
            return False
        if not isinstance(unit.media, EncodedFrame) or unit.media_type is MediaType.AUDIO:
            return late_s < LATE_S and not behind
        if self._needs_key_frame and not unit.media.key_frame:
            return False
        self._needs_key_frame = False
        return True

    def _next(self) -> float:
        """When there is something to do again, if nothing comes."""
        sending = self._pacer.due(self._queue[0][0]) if self._queue else float("inf")
        converting = self._pacer.due(self._waiting[0].place_s) - CONVERT_AHEAD_S if self._waiting else float("inf")
        return min(sending, converting)


class _Reader:
    """Reads in a thread that ends by itself: while a server says nothing, nobody can make it."""

    def __init__(self, source: Source, wake: Callable[[], None]) -> None:
        self.stopped = threading.Event()
        self.failure: SourceError | None = None
        self.target_s: float | None = None
        """The place to go to before the next packet."""
        self._source = source
        self._wake = wake
        self._items: collections.deque[Item] = collections.deque()
        self._token: trio.lowlevel.TrioToken | None = None

    def start(self) -> None:
        """Begin, from the Trio thread."""
        self._token = trio.lowlevel.current_trio_token()
        threading.Thread(target=self._run, name="player", daemon=True).start()

    def take(self) -> Iterator[Item]:
        """What has come."""
        while self._items:
            yield self._items.popleft()

    def _run(self) -> None:
        try:
            self._read()
        except SourceError as error:
            self.failure = error
        finally:
            self._put("over")
            self.stopped.wait()  # what was read may be converted until then
            self._source.close()

    def _read(self) -> None:
        broken = 0
        while not self.stopped.is_set():
            target_s, self.target_s = self.target_s, None
            if target_s is not None:
                self._source.seek(target_s)
                self._put("positioned")
            try:
                packet = self._source.next_packet()
            except av.error.InvalidDataError as error:
                broken += 1
                if broken > MAX_BROKEN_READS:
                    raise reading_failed(error) from error
                continue
            broken = 0
            if packet is None:
                return
            if len(self._items) < MAX_PACKETS:
                self._put(self._source.place(packet))

    def _put(self, item: Item) -> None:
        self._items.append(item)
        assert self._token is not None
        try:
            self._token.run_sync_soon(self._wake, idempotent=True)
        except trio.RunFinishedError:
            self.stopped.set()
