"""MediaFilter: what filters have in common whose authors write one method and know of nothing but media.

Which thread runs what: the constructor, properties and methods that clients call run in the Trio thread; `prepare`,
`process` and `on_data` in threads of their own, one call of any of them at a time. What both touch is best replaced as
a whole (an attribute that holds a tuple or a frozen object) instead of being changed piece by piece.

The very same class works in the server, where the operator trusts its module, and in a host process.
"""

from __future__ import annotations

import enum
import logging
import threading
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final

import trio

from kms_trio.codecs.frame_filter import Note
from kms_trio.generated.core.types import MediaType
from kms_trio.media.frames import DataMessage
from kms_trio.objects.data_filtering import DataValue, data_message, data_value
from kms_trio.objects.data_pump import DataPump
from kms_trio.objects.treating_filter import TreatingFilter

if TYPE_CHECKING:
    from kms_trio.dispatch import RemoteClass
    from kms_trio.generated.core.events import RaiseBase
    from kms_trio.objects.context import ObjectContext
    from kms_trio.objects.media_object import MediaObject

__all__ = ["MediaFilter", "OnFailure"]

FAILURE_REPORT_INTERVAL_S: Final = 1.0
"""A filter that fails with every picture says so this often; each failure is counted."""


class OnFailure(enum.Enum):
    """What becomes of a filter whose host process has ended, by itself or because it hung or grew too large."""

    RESTART = "restart"
    """It is started anew, after a pause, some times a minute; media bypass it meanwhile, and for good after that."""
    BYPASS = "bypass"
    """Media bypass it from then on."""
    STOP = "stop"
    """It gives nothing any more: for filters whose media must not be seen or heard unfiltered. For the same reason what
    `process` raises at does not pass, in the server as well."""


class ObjectLog(logging.LoggerAdapter[logging.Logger]):
    """Writes the object's id before every text."""

    def process(self, msg: Any, kwargs: MutableMapping[str, Any]) -> tuple[Any, MutableMapping[str, Any]]:
        """Called by `logging`."""
        assert self.extra is not None
        return f"{self.extra['object_id']}: {msg}", kwargs


class MediaFilter(TreatingFilter):
    """Base of `VideoFilter`, `AudioFilter` and `DataFilter`.

    When `process` raises, what it was given passes as it was, or not at all where `on_failure` is STOP, and an `Error`
    event is raised on this object, at most one a second.
    """

    media_type: ClassVar[MediaType]
    """What is filtered; set by the bases."""
    on_failure: ClassVar[OnFailure] = OnFailure.RESTART
    """What becomes of the filter when its host process has ended, and of media that `process` fails with."""
    replayed: ClassVar[tuple[str, ...]] = ()
    """Methods (Python names) whose last calls are repeated after a restart, in order, beside properties, which are.
    For what one call does not tell there are `state` and `restore`."""

    def __init__(
        self,
        context: ObjectContext,
        parent: MediaObject | None,
        object_class: RemoteClass,
        media_pipeline: MediaObject | None = None,
    ) -> None:
        super().__init__(context, parent, object_class, media_pipeline)
        self.on_bypass: Callable[[bool], None] | None = None
        """Told when `bypass` was set; for host processes."""
        self._bypass = False
        self.turn = threading.Lock()
        self._data_limiter = trio.CapacityLimiter(1)
        self._data_pump = DataPump(self.data, self.spawn, self.filter_data)
        self.log = ObjectLog(logging.getLogger(object_class.name.lower()), {"object_id": self.id})
        self.failures = 0
        self._time_s = 0.0
        self._reported_s: float | None = None
        self._worker: int | None = None
        self._notes: list[Note] = []

    # What an author writes.

    def prepare(self) -> None:
        """Load what `process` needs, in a thread, before the object exists for clients.

        A KurentoError raised here is the client's answer to `create`.
        """

    def on_data(self, message: DataValue, label: str) -> DataValue | None:
        """Take a message that came on the data channel `label`; return the one to go on, None for none.

        Messages pass untouched unless a class overrides this. Called in a thread, never while `process` runs.
        """
        return message

    def state(self) -> Any:
        """What `restore` needs to know should the filter have to be started anew; what JSON can say, None for nothing.

        Asked for in the Trio thread after each method, setter and message of data.
        """
        return None

    def restore(self, state: Any) -> Awaitable[None] | None:
        """Take what `state` gave before the filter was started anew. May be async.

        Called after `prepare`; after it come the properties that clients have set and the `replayed` methods.
        """
        return None

    # What an author uses.

    @property
    def bypass(self) -> bool:
        """While True, media pass without `process` and without any conversion."""
        return self._bypass

    @bypass.setter
    def bypass(self, bypass: bool) -> None:
        if bypass is not self._bypass:
            self._bypass = bypass
            if self.on_bypass is not None:
                self.on_bypass(bypass)

    def emit(self, event: RaiseBase) -> None:
        """Raise `event`; from `process`, too: then it is told in order with the media."""
        self._tell(partial(super().emit, event))

    def send_data(self, message: DataValue, label: str = "") -> None:
        """Send a message toward the sinks, from `process`, too. Raises TypeError for what is neither text nor bytes,
        and RuntimeError in a class that does not override `on_data`: its data pads only hand on.
        """
        if not self.treats_data:
            raise RuntimeError(f"{type(self).__name__}.send_data: expected a class that overrides on_data")
        self._tell(partial(self.data.push, data_message(message, label)))

    # Workers.

    @property
    def strict(self) -> bool:
        """Whether what `process` fails with does not pass."""
        return self.on_failure is OnFailure.STOP

    def work(self, time_s: float | None, process: Callable[[], Any]) -> Any:
        """Run `process` as the author's, with the time of what it is given; None for messages, which have none."""
        self._worker = threading.get_ident()
        if time_s is not None:
            self._time_s = time_s
        try:
            return process()
        finally:
            self._worker = None

    def failed(self, failure: Exception) -> None:
        """Have a failure of `process` told."""
        self._notes.append(partial(self.report, failure))

    def take_notes(self) -> Sequence[Note]:
        """What is to be told in the Trio thread."""
        notes, self._notes = self._notes, []
        return notes

    def _tell(self, note: Note) -> None:
        if threading.get_ident() == self._worker:
            self._notes.append(note)
        else:
            note()

    def report(self, failure: Exception) -> None:
        """Tell of what the author's code raised, in the Trio thread."""
        self.failures += 1
        now = self.context.clock.monotonic()
        if self._reported_s is None or now - self._reported_s >= FAILURE_REPORT_INTERVAL_S:
            self._reported_s = now
            self.on_crash(failure)

    # The element.

    def let_go(self) -> None:
        """The pump knows this filter."""
        super().let_go()
        self._data_pump.let_go()
        self.on_bypass = None

    @property
    def treated(self) -> MediaType | None:
        """What goes through `process` in a thread of its own."""
        return None if self.media_type is MediaType.DATA else self.media_type

    @property
    def treats_data(self) -> bool:
        """Whether the class overrides `on_data`."""
        return type(self).on_data is not MediaFilter.on_data

    async def start(self) -> None:
        """Prepare."""
        await super().start()
        await trio.to_thread.run_sync(self.prepare)

    def take_data(self, message: DataMessage) -> None:
        """Hand a message to `on_data` and give on what it returns."""
        self._data_pump.take(message)

    async def filter_data(self, message: DataMessage) -> DataMessage | None:
        """Run `on_data` in a thread; what it says meanwhile is told before this returns what is to go on."""
        if self._bypass and self.media_type is MediaType.DATA:
            return message
        kept, notes = await trio.to_thread.run_sync(
            self._filter_data, message, abandon_on_cancel=True, limiter=self._data_limiter
        )
        for note in notes:
            note()
        return kept

    def _filter_data(self, message: DataMessage) -> tuple[DataMessage | None, Sequence[Note]]:
        """Named guard: a message that `on_data` fails with passes as it was, if anything may."""
        with self.turn:
            kept: DataMessage | None = None
            try:
                result = self.work(None, lambda: self.on_data(data_value(message), message.label))
                if result is not None:
                    kept = data_message(result, message.label)
            except Exception as failure:  # noqa: BLE001 - the guard of filters: a message must not end the channel
                self.failed(failure)
                kept = None if self.strict else message
            return kept, self.take_notes()
