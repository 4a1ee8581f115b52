"""A connection to a media server for callers that block: `with connect(url) as kurento`."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Generic, Self, TypeVar

from kms_trio.client.blocking.remote import RemoteObject
from kms_trio.client.blocking.transaction import Transaction
from kms_trio.client.blocking.trio_thread import TrioThread
from kms_trio.client.errors import ClientError
from kms_trio.client.events import EventQueue, Overflow
from kms_trio.client.kurento import DEFAULT_URL, OWN_PACKAGES, SERVER_MANAGER_ID
from kms_trio.client.module import Modules
from kms_trio.client.operations import create_request, values_by_name
from kms_trio.client.reconnection import Reconnection
from kms_trio.client.recorder import Recorder
from kms_trio.client.session import Options, Session
from kms_trio.client.subscriptions import Subscriptions
from kms_trio.client.wire import Reader, read_id, read_value

if TYPE_CHECKING:
    from kms_trio.client.core.blocking import ServerManager
    from kms_trio.dispatch import TypeRef

O = TypeVar("O", bound=RemoteObject)  # noqa: E741 - an object, as E is an event
E = TypeVar("E")

DEFAULT_TIMEOUT_S: Final = 60.0


class EventStream(Generic[E]):
    """Events of one object, in the order in which they came. Ends when the object is released by this client."""

    def __init__(self, capacity: int, overflow: Overflow, reader: Reader) -> None:
        self._changed = threading.Condition()
        self._reader = reader
        self.queue = EventQueue(capacity, overflow, self._changed.notify_all, self._changed)

    @property
    def dropped(self) -> int:
        """How many events were dropped because the stream was full."""
        return self.queue.dropped

    @property
    def interruptions(self) -> int:
        """How often the connection was lost and came back: what was raised between is lost."""
        return self.queue.interruptions

    def __iter__(self) -> EventStream[E]:
        return self

    def __next__(self) -> E:
        """The next event. Raises ClientError: EventsLostError, SessionLostError, or ProtocolError for one event."""
        return self.next()

    def next(self, timeout_s: float | None = None) -> E:
        """The next event. Raises TimeoutError when none comes, StopIteration at the end, or ClientError."""
        with self._changed:
            if not self._changed.wait_for(lambda: self.queue.ready, timeout_s):
                raise TimeoutError(f"no event within {timeout_s:g} s")
            taken = self.queue.take()
        if taken is None:
            raise StopIteration
        event: E = self._reader.event(taken[1], taken[0])
        return event


class Kurento:
    """A session with a server, safe for threads. Each request raises TimeoutError after `timeout_s`."""

    def __init__(self, session: Session, timeout_s: float) -> None:
        self.session = session
        self.modules = Modules(f"{package}.blocking" for package in OWN_PACKAGES)
        self._timeout_s = timeout_s
        self._reader = Reader(self.modules, lambda each, object_id: each(self, object_id))
        self._recorders = threading.local()
        self._closed = False
        self._thread = TrioThread()
        try:
            self._thread.start(session.run, timeout_s)
        except BaseException:
            self._thread.stop()
            raise

    @property
    def session_id(self) -> str:
        """The session; another client may take it up with `connect(url, session_id=...)`."""
        assert self.session.session_id is not None
        return self.session.session_id

    @property
    def server_manager(self) -> ServerManager:
        """The object that tells about the server, and of objects that come and go."""
        from kms_trio.client.core.blocking import ServerManager  # it needs this module

        return ServerManager(self, SERVER_MANAGER_ID)

    def create(self, remote_class: type[O], **parameters: Any) -> O:
        """Create an object with parameters by name; those that are left out have their defaults.

        `WebRtcEndpoint.create(pipeline)` does the same, and is checked by mypy. Raises KurentoError.
        """
        table = self.modules.table(remote_class)
        return self.perform_create(remote_class, create_request(table, values_by_name(table, parameters)))

    def find(self, remote_class: type[O], object_id: str) -> O:
        """The object with an id that was had elsewhere. The server is not asked."""
        found: O = self.modules.class_of(object_id, remote_class)(self, object_id)
        return found

    def ping(self) -> None:
        """Return when the server has answered. Raises ClientError."""
        self._request("ping", {})

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Collect operations in the block and carry them out in one request at its end.

        Nothing is sent when the block raises. Raises TransactionError at the end for an operation that was refused.
        """
        transaction = Transaction(self)
        yield transaction
        if len(transaction.recorder):
            transaction.recorder.settle(self._request("transaction", transaction.recorder.request()))

    @contextmanager
    def recorded_by(self, recorder: Recorder) -> Iterator[None]:
        """In the block requests of this thread are taken down, not sent."""
        self._recorders.present, recorder.recording = recorder, True
        try:
            yield
        finally:
            self._recorders.present, recorder.recording = None, False

    def perform(self, method: str, params: dict[str, Any], returns: TypeRef | None = None, where: str = "") -> Any:
        """Send a request for an object, or add it to the transaction that is being put together."""
        recorder = self._recorder
        if recorder is not None:
            return recorder.record(method, params, lambda value: self._reader.result(value, returns, where))
        result = self._request(method, params)
        return self._reader.result(read_value(result, method), returns, where) if returns is not None else None

    def perform_create(self, remote_class: type[O], params: dict[str, Any]) -> O:
        """Send a `create`, or add it to the transaction."""
        recorder = self._recorder
        if recorder is not None:
            return remote_class(self, recorder.record_create(params))
        return remote_class(self, read_id(self._request("create", params), remote_class.TYPE))

    @contextmanager
    def subscribe(
        self, source: RemoteObject, event_types: Sequence[type[E]], capacity: int, overflow: Overflow
    ) -> Iterator[EventStream[E]]:
        """A stream of events of `source` for the length of the block."""
        stream: EventStream[E] = EventStream(capacity, overflow, self._reader)
        subscriptions = Subscriptions.of(self.session, source.id, event_types, stream.queue)
        self._thread.call(subscriptions.open, timeout_s=self._timeout_s)
        try:
            yield stream
        finally:
            if not self._closed:
                self._thread.call(subscriptions.close)

    def close(self) -> None:
        """Close the session: the server releases its objects, unless other sessions hold them. May be called again."""
        if not self._closed:
            self._closed = True
            self._thread.call(self.session.close)
            self._thread.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def _recorder(self) -> Recorder | None:
        recorder: Recorder | None = getattr(self._recorders, "present", None)
        return recorder

    def _request(self, method: str, params: dict[str, Any]) -> Any:
        if self._closed:
            raise ClientError("this client is closed")
        return self._thread.call(self.session.request, method, params, timeout_s=self._timeout_s)


def connect(
    url: str = DEFAULT_URL,
    *,
    timeout_s: float = DEFAULT_TIMEOUT_S,
    session_id: str | None = None,
    keep_session: bool = False,
    reconnection: Reconnection | None = Reconnection(),  # noqa: B008 - immutable
    keep_alive_s: float = 60.0,
    ssl_context: ssl.SSLContext | None = None,
) -> Kurento:
    """Connect to the server at `url`, for the length of a `with` block or until `close`.

    The other parameters are those of `kms_trio.client.connect`. Raises ConnectError, SessionLostError for a session
    that the server does not know, or TimeoutError.
    """
    return Kurento(Session(Options(url, ssl_context, reconnection, keep_alive_s, keep_session), session_id), timeout_s)
