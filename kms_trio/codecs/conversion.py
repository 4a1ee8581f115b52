"""A conversion: one worker thread, a bounded queue in front of it, and results brought back in batches.

    Trio thread                        worker thread
    submit() ──▶ queue (bounded) ──▶ converter.convert() ──▶ results (bounded) ──▶ deliver() in the Trio thread

`submit` never waits: a full queue loses something, what exactly says the `Overflow` policy.  The worker does wait when
its results are not fetched, so that a busy Trio thread slows conversions down instead of piling up pictures.
"""

from __future__ import annotations

import collections
import enum
import logging
import threading
from collections.abc import Callable, Sequence
from typing import Final, Generic, Protocol, TypeVar

__all__ = ["Conversion", "Converter", "Overflow"]

logger = logging.getLogger(__name__)

MAX_RESULTS: Final = 64
"""Results that wait for the Trio thread before the worker stops converting."""

Item = TypeVar("Item")
Result = TypeVar("Result")
ItemIn = TypeVar("ItemIn", contravariant=True)
ResultOut = TypeVar("ResultOut", covariant=True)


class Overflow(enum.Enum):
    """What a full queue loses."""

    DROP_OLDEST = "drop oldest"
    """The item that waited longest: right for pictures and samples, which do not depend on each other."""
    DROP_ALL = "drop all"
    """Everything, the new item included: right for encoded frames, useless after a gap until the next key frame."""


class Converter(Protocol[ItemIn, ResultOut]):
    """The work itself.  Made and used in the worker thread only."""

    def convert(self, item: ItemIn, /) -> Sequence[ResultOut]:
        """Results of one item, possibly none.  Bad media is the converter's to handle; what it raises is a bug."""


class Conversion(Generic[Item, Result]):
    """See the module docstring.  All methods are for the Trio thread and return at once.

    `post(callback)` runs a callback in the Trio thread soon and may be called from any thread.  Nothing is delivered
    after `stop`.
    """

    def __init__(
        self,
        name: str,
        make_converter: Callable[[], Converter[Item, Result]],
        deliver: Callable[[Result], None],
        post: Callable[[Callable[[], None]], None],
        *,
        capacity: int,
        overflow: Overflow,
        on_exit: Callable[[Conversion[Item, Result]], None] = lambda _: None,
    ) -> None:
        self.name = name
        self.dropped = 0
        self._make_converter = make_converter
        self._deliver = deliver
        self._post = post
        self._capacity = capacity
        self._overflow = overflow
        self._on_exit = on_exit
        self._queue: collections.deque[Item] = collections.deque()
        self._results: collections.deque[Result] = collections.deque()
        self._drain_posted = False
        self._at_work = False
        self._ended = False
        self._stopped = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def idle(self) -> bool:
        """Whether all that was submitted has been converted and delivered, or will never be."""
        with self._changed:
            working = not self._ended and (self._queue or self._at_work)
            return self._stopped or not (working or self._results)

    def start(self) -> None:
        """Start the thread.  Once."""
        self._thread.start()

    def submit(self, item: Item) -> bool:
        """Queue an item; false when the queue was full and something was lost."""
        with self._changed:
            full = len(self._queue) >= self._capacity
            if not full:
                self._queue.append(item)
            elif self._overflow is Overflow.DROP_OLDEST:
                self._queue.popleft()
                self._queue.append(item)
                self.dropped += 1
            else:
                self.dropped += len(self._queue) + 1
                self._queue.clear()
            self._changed.notify()
        return not full

    def stop(self) -> None:
        """Let the thread end after the item it is at.  Idempotent; see `join`."""
        with self._changed:
            self._stopped = True
            self._queue.clear()
            self._results.clear()
            self._changed.notify()

    def join(self, timeout_s: float) -> bool:
        """Wait for the end of the thread: not for the Trio thread.  False when it is still running."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            self._convert_all()
        except Exception:  # the guard of this thread: a bug in one conversion ends that conversion and nothing else
            logger.exception("%s: conversion failed", self.name)
        finally:
            with self._changed:
                self._ended = True
            self._post(self._exited)

    def _convert_all(self) -> None:
        converter = self._make_converter()
        while True:
            with self._changed:
                while not self._stopped and (not self._queue or len(self._results) >= MAX_RESULTS):
                    self._changed.wait()
                if self._stopped:
                    return
                item = self._queue.popleft()
                self._at_work = True
            results = converter.convert(item)
            del item  # pictures are large: none is held while waiting for the next
            with self._changed:
                self._at_work = False
                if not results:
                    continue
                self._results.extend(results)
                post, self._drain_posted = not self._drain_posted, True
            del results
            if post:
                self._post(self._drain)

    def _drain(self) -> None:
        with self._changed:
            results = list(self._results)
            self._results.clear()
            self._drain_posted = False
            self._changed.notify()
        try:
            for result in results:
                if self._stopped:  # a consumer may stop us from inside a push
                    return
                self._deliver(result)
        except Exception:  # the guard of this callback: what a consumer raises must not end the Trio run
            logger.exception("%s: a consumer failed", self.name)
            self.stop()

    def _exited(self) -> None:
        self._on_exit(self)
