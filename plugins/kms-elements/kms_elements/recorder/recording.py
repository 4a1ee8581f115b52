"""The task of one recording: takes samples from a bounded queue and has them written in threads, batch by batch."""

from __future__ import annotations

import collections
import logging
from collections.abc import Callable
from typing import Final, Protocol, TypeVar

import trio

from kms_elements.recorder.failures import Failure, RecordingError, no_media, too_late, too_slow
from kms_elements.recorder.file_writer import Item, Sample, TrackDescription, Writer

__all__ = ["Listener", "Recording"]

logger = logging.getLogger(__name__)

BATCH_S: Final = 0.2
"""Samples wait so long for others, so that one turn of a thread writes several."""
MAX_QUEUED_BYTES: Final = 32 * 1024 * 1024
"""Overflow policy: while a disk stalls with so much waiting, new samples are lost, video until the next key frame."""

T = TypeVar("T")


class Listener(Protocol):
    """Who is told what becomes of the file, in the Trio thread."""

    def failed(self, failures: tuple[Failure, ...]) -> None:
        """Something went wrong.  `finished` follows unless the recording can go on."""

    def finished(self) -> None:
        """The file is closed, whatever became of it."""


class Recording:
    """Implements `output.Output`.  `run` ends when `end` was called and the file is complete, or with an error."""

    def __init__(self, writer: Writer, listener: Listener) -> None:
        self.done = trio.Event()
        self._writer = writer
        self._listener = listener
        self._tracks: list[TrackDescription] = []
        self._queue: collections.deque[Item] = collections.deque()
        self._queued_bytes = 0
        self._told_too_slow = False
        self._begun, self._ended = trio.Event(), trio.Event()
        self._limiter = trio.CapacityLimiter(1)  # our own: a disk that hangs keeps nobody else waiting

    def begin(self, tracks: list[TrackDescription]) -> None:
        """See `output.Output`."""
        self._tracks = tracks
        self._begun.set()

    def put(self, sample: Sample) -> bool:
        """See `output.Output`."""
        if self._queued_bytes + len(sample.data) > MAX_QUEUED_BYTES:
            if not self._told_too_slow:
                self._told_too_slow = True
                self._listener.failed((too_slow(self._writer.name),))
            return False
        self._queue.append(sample)
        self._queued_bytes += len(sample.data)
        return True

    def add(self, track: TrackDescription) -> bool:
        """See `output.Output`."""
        if not self._writer.can_add_tracks:
            self._listener.failed((too_late(self._writer.name, track.media_type.value),))
            return False
        self._queue.append(track)
        return True

    def end(self) -> None:
        """Write what is queued and finish the file."""
        self._begun.set()
        self._ended.set()

    async def run(self) -> None:
        """Make, fill and finish the file.  A cancelled recording is finished, too, but without what is queued."""
        failures: tuple[Failure, ...] = ()
        try:
            await self._in_thread(self._writer.prepare)
            await self._begun.wait()
            if self._tracks:
                await self._in_thread(self._writer.begin, self._tracks)
                await self._fill()
            else:
                await self._in_thread(self._writer.remove)
                failures = (no_media(self._writer.name),)
        except RecordingError as error:
            logger.warning("%s: %s", self._writer.name, error)
            failures = error.failures
        finally:
            with trio.CancelScope(shield=True):
                try:
                    await self._in_thread(self._writer.finish)
                except RecordingError as error:
                    failures = failures or error.failures
            self._queue.clear()
            self.done.set()
            if failures:
                self._listener.failed(failures)
            self._listener.finished()

    async def _fill(self) -> None:
        while True:
            ended = self._ended.is_set()
            samples = list(self._queue)
            self._queue.clear()
            if samples:
                await self._in_thread(self._writer.write, samples)
                self._queued_bytes -= sum(len(sample.data) for sample in samples if isinstance(sample, Sample))
                self._told_too_slow = self._told_too_slow and self._queued_bytes > 0
            if ended:
                return
            with trio.move_on_after(BATCH_S):
                await self._ended.wait()

    async def _in_thread(self, blocking: Callable[..., T], *args: object) -> T:
        return await trio.to_thread.run_sync(blocking, *args, limiter=self._limiter)
