"""One playback, from opening the source to its end: a task that reads ahead and a task that sends what is due."""

from __future__ import annotations

import heapq
import itertools
import logging
from collections.abc import Callable
from typing import Final, Protocol, TypeVar

import trio

from kms_elements.player.failures import SourceError
from kms_elements.player.pacer import Pacer
from kms_elements.player.source import Source
from kms_elements.player.tracks import Unit

__all__ = ["Listener", "Playback"]

T = TypeVar("T")

logger = logging.getLogger(__name__)

ENCODED_LOOKAHEAD_S: Final = 1.0
DECODED_LOOKAHEAD_S: Final = 0.3
"""Decoded pictures are large: a second of 1080p would be 90 MB."""
MAX_QUEUED: Final = 1_000
LATE_S: Final = 0.5
"""Media that comes so late moves the clock: the source is slow, and skipping would not make it faster."""


class Listener(Protocol):
    """Who is told what a playback does, in the Trio thread."""

    def opened(self, source: Source) -> None:
        """The tracks are known."""

    def send(self, unit: Unit, timestamp: int, due: float) -> None:
        """A unit is due; `timestamp` is its outgoing one, belonging to the moment `due`."""

    def ended(self) -> None:
        """The last unit was sent and has passed."""

    def failed(self, error: SourceError) -> None:
        """Nothing more will come."""


class Playback:
    """Plays a source once.  `run` ends with it; cancel it to stop earlier.

    The queue between the two tasks is bounded by time: reading goes on when less than half the look-ahead waits in it,
    so it never overflows and nothing is dropped.  Where times make no sense (damage), the number of units bounds it.
    """

    def __init__(self, open_source: Callable[[], Source], listener: Listener, pacer: Pacer, encoded: bool) -> None:
        self._open_source = open_source
        self._listener = listener
        self._pacer = pacer
        self._lookahead_s = ENCODED_LOOKAHEAD_S if encoded else DECODED_LOOKAHEAD_S
        self._queue: list[tuple[float, int, Unit]] = []
        self._order = itertools.count()
        self._source: Source | None = None
        self._paused = False
        self._target_s: float | None = None
        """The place that was asked for and is not reached yet."""
        self._started = False
        self._read_all = False
        self._seeks = 0
        self._wake_reader, self._wake_sender = trio.Event(), trio.Event()
        self._cancel_scope = trio.CancelScope()
        self._limiter = trio.CapacityLimiter(1)  # our own: a source that hangs keeps nobody else waiting

    @property
    def source(self) -> Source | None:
        """The source once it is open."""
        return self._source

    @property
    def position_s(self) -> float:
        """The place of the source that is due now."""
        if self._target_s is not None:
            return self._target_s
        return max(0.0, self._pacer.place_s(trio.current_time())) if self._started else 0.0

    def pause(self) -> None:
        """Stand still; idempotent."""
        self._paused = True
        if self._pacer.running:
            self._pacer.stop(trio.current_time())
        self._wake()

    def resume(self) -> None:
        """Go on; idempotent."""
        self._paused = False
        if self._started and not self._pacer.running:
            self._pacer.resume(trio.current_time())
        self._wake()

    def seek(self, position_s: float) -> None:
        """Go on from another place, within the source's length.  Only once `source` is open."""
        assert self._source is not None
        self._target_s = min(max(0.0, position_s), self._source.duration_s)
        self._seeks += 1
        self._queue.clear()
        self._wake()

    def cancel(self) -> None:
        """Stop at once; the listener hears no more."""
        self._cancel_scope.cancel()

    async def run(self) -> None:
        """Play.  Raises nothing but what the listener raises."""
        with self._cancel_scope:
            try:
                source = self._source = await self._in_thread(self._open_source)
                try:
                    self._listener.opened(source)
                    await self._play(source)
                finally:
                    # Not while a thread may still be reading: then the source closes when that thread lets go of it.
                    if not self._limiter.borrowed_tokens:
                        source.close()
            except SourceError as error:
                self._listener.failed(error)
            else:
                self._listener.ended()

    async def _in_thread(self, blocking: Callable[..., T], *args: object) -> T:
        return await trio.to_thread.run_sync(blocking, *args, abandon_on_cancel=True, limiter=self._limiter)

    async def _play(self, source: Source) -> None:
        """Read and send until all is sent.  What was read before a failure is still played."""
        failures: list[SourceError] = []

        async def read() -> None:
            try:
                await self._read(source)
            except SourceError as error:
                failures.append(error)
                self._read_all = True
                self._reached()
                self._wake_sender.set()

        async with trio.open_nursery() as nursery:
            nursery.start_soon(read)
            await self._send()
            nursery.cancel_scope.cancel()
        if failures:
            raise failures[0]

    # Reading.

    async def _read(self, source: Source) -> None:
        positioned = 0
        while True:
            seeks, target_s = self._seeks, self._target_s
            if seeks != positioned:
                await self._in_thread(source.seek, target_s)
                positioned, self._read_all = seeks, False
            elif self._enough_is_read(source):
                self._wake_reader = trio.Event()
                await self._wake_reader.wait()
                continue
            until_s = (self.position_s if target_s is None else target_s) + self._lookahead_s
            if not self._started or target_s is not None:
                # Nothing that was read from the place so far can be shown: there is no key frame yet.
                until_s = max(until_s, source.progress_s + self._lookahead_s)
            batch = await self._in_thread(source.read, until_s)
            if self._seeks != seeks:
                continue  # another place was asked for meanwhile
            for unit in batch.units:
                heapq.heappush(self._queue, (unit.due_s, next(self._order), unit))
            self._read_all = batch.ended
            if not self._started or self._target_s is not None:
                self._reached()
            self._wake_sender.set()

    def _enough_is_read(self, source: Source) -> bool:
        if self._read_all or len(self._queue) >= MAX_QUEUED:
            return True
        at_place = self._started and self._target_s is None
        # Half is the mark: a turn of a thread then reads many frames, not one.
        return at_place and source.progress_s >= self.position_s + self._lookahead_s / 2

    def _reached(self) -> None:
        """With the first media of a new place the clock starts."""
        if not self._queue and not self._read_all:
            return
        place_s = self._queue[0][0] if self._queue else (self._target_s or 0.0)
        self._target_s = None
        self._started = True
        now = trio.current_time()
        self._pacer.start(place_s, now)
        if self._paused:
            self._pacer.stop(now)

    # Sending.

    async def _send(self) -> None:
        end_s = 0.0
        while True:
            now = trio.current_time()
            while self._next_due() <= now:
                unit = heapq.heappop(self._queue)[2]
                end_s = unit.due_s + unit.duration_s
                self._send_one(unit, now)
            self._wake_reader.set()
            deadline = self._next_due()
            if self._started and self._target_s is None and self._read_all and not self._queue:
                deadline = self._pacer.due(end_s)
                if deadline <= now:
                    return
            self._wake_sender = trio.Event()
            with trio.move_on_at(deadline):
                await self._wake_sender.wait()

    def _next_due(self) -> float:
        if not self._queue or not self._started or self._target_s is not None:
            return float("inf")
        return self._pacer.due(self._queue[0][0])

    def _send_one(self, unit: Unit, now: float) -> None:
        due = self._pacer.due(unit.due_s)
        if now - due > LATE_S:
            logger.info("the source is %.1f s late", now - due)
            self._pacer.start(unit.due_s, now)
            due = now
        self._listener.send(unit, self._pacer.timestamp(unit.pts, unit.clock_rate_hz), due)

    def _wake(self) -> None:
        self._wake_reader.set()
        self._wake_sender.set()
