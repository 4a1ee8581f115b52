"""Events of media objects as bounded streams, and the table that leads each event to the streams that want it."""

from __future__ import annotations

import enum
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Final

import attrs

from kms_trio.client.errors import EventsLostError

#: How many events a stream holds unless it is told otherwise.
DEFAULT_CAPACITY: Final = 1000


class Overflow(enum.Enum):
    """What happens to an event that comes while a stream is full, because nobody takes events from it."""

    #: The stream ends with EventsLostError once the events that it holds are taken.
    FAIL = "fail"
    #: The oldest event makes room; `dropped` counts.
    DROP_OLDEST = "drop oldest"
    #: The new event is dropped; `dropped` counts.
    DROP_NEWEST = "drop newest"


class EventQueue:
    """Events that wait to be taken: each the class that it was subscribed by, and its data as it came.

    `wake` is called whenever there is something to take, inside `lock`, which is for queues that threads share.
    """

    def __init__(
        self,
        capacity: int,
        overflow: Overflow,
        wake: Callable[[], None],
        lock: AbstractContextManager[Any] | None = None,
    ) -> None:
        if capacity < 1:
            raise ValueError(f"capacity of a stream of events: expected at least 1, found {capacity}")
        #: How many events were dropped.
        self.dropped = 0
        #: How often the connection was lost and came back: events of the time between are lost.
        self.interruptions = 0
        self._capacity = capacity
        self._overflow = overflow
        self._wake = wake
        self._lock = nullcontext() if lock is None else lock
        self._waiting: deque[tuple[type[Any], Any]] = deque()
        self._ended = False
        self._failure: Exception | None = None

    def put(self, event_type: type[Any], data: Any) -> None:
        """Take an event in; a full queue does what its policy says."""
        with self._lock:
            if self._ended or (len(self._waiting) == self._capacity and not self._make_room()):
                return
            self._waiting.append((event_type, data))
            self._wake()

    def _make_room(self) -> bool:
        if self._overflow is Overflow.FAIL:
            self._end(EventsLostError(f"more than {self._capacity} events are waiting to be taken"))
            return False
        self.dropped += 1
        if self._overflow is Overflow.DROP_NEWEST:
            return False
        self._waiting.popleft()
        return True

    def end(self, failure: Exception | None = None) -> None:
        """Nothing comes any more: who takes gets what is left, then the failure or the end. The first call counts."""
        with self._lock:
            self._end(failure)

    def _end(self, failure: Exception | None) -> None:
        if not self._ended:
            self._ended, self._failure = True, failure
            self._wake()

    @property
    def ready(self) -> bool:
        """Whether `take` has something to say."""
        return bool(self._waiting) or self._ended

    def take(self) -> tuple[type[Any], Any] | None:
        """The next event of a queue that is ready; None at the end. Raises the reason when there is one."""
        if self._waiting:
            return self._waiting.popleft()
        if self._failure is not None:
            raise self._failure
        return None


@attrs.frozen(eq=False)
class Sink:
    """Where the events of one object and one type go."""

    object_id: str
    event_type: type[Any]
    queue: EventQueue

    @property
    def key(self) -> tuple[str, str]:
        """What an event is looked up by."""
        return self.object_id, self.event_type.TYPE


class EventRouter:
    """Sinks by object and event. An event is given to all of them, in the order in which they were added."""

    def __init__(self) -> None:
        self._sinks: dict[tuple[str, str], list[Sink]] = {}

    def add(self, sink: Sink) -> None:
        """Lead events to `sink` from now on."""
        self._sinks.setdefault(sink.key, []).append(sink)

    def remove(self, sink: Sink) -> None:
        """No longer."""
        sinks = self._sinks.get(sink.key, [])
        if sink in sinks:
            sinks.remove(sink)
        if not sinks:
            self._sinks.pop(sink.key, None)

    def route(self, object_id: str, event_name: str, data: Any) -> None:
        """An event has come."""
        for sink in tuple(self._sinks.get((object_id, event_name), ())):
            sink.queue.put(sink.event_type, data)

    def interrupted(self) -> None:
        """The connection has been lost and is back."""
        for queue in self._queues():
            queue.interruptions += 1

    def object_gone(self, object_id: str) -> None:
        """An object was released, and what belongs to it: its streams end."""
        below = f"{object_id}/"
        for (source_id, _), sinks in list(self._sinks.items()):
            if source_id == object_id or source_id.startswith(below):
                for sink in sinks:
                    sink.queue.end()

    def end_all(self, failure: Exception | None) -> None:
        """No event will come any more."""
        for queue in self._queues():
            queue.end(failure)

    def _queues(self) -> set[EventQueue]:
        return {sink.queue for sinks in self._sinks.values() for sink in sinks}
