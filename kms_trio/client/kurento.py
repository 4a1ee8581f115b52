"""A connection to a media server: `async with connect(url) as kurento`."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

import trio

from kms_trio.client.events import EventQueue, Overflow
from kms_trio.client.module import Modules
from kms_trio.client.operations import create_request, values_by_name
from kms_trio.client.reconnection import Reconnection
from kms_trio.client.recorder import Recorder
from kms_trio.client.remote import RemoteObject
from kms_trio.client.session import Options, Session
from kms_trio.client.subscriptions import Subscriptions
from kms_trio.client.transaction import Transaction
from kms_trio.client.websocket import background_nursery
from kms_trio.client.wire import Reader, read_id, read_value

if TYPE_CHECKING:
    from kms_trio.client.core import ServerManager
    from kms_trio.dispatch import TypeRef

O = TypeVar("O", bound=RemoteObject)  # noqa: E741 - an object, as E is an event
E = TypeVar("E")

DEFAULT_URL: Final = "ws://localhost:8888/kurento"
SERVER_MANAGER_ID: Final = "manager_ServerManager"
OWN_PACKAGES: Final = ("kms_trio.client.core", "kms_trio.client.elements", "kms_trio.client.filters")


class EventStream(Generic[E]):
    """Events of one object, in the order in which they came. Ends when the object is released by this client."""

    def __init__(self, capacity: int, overflow: Overflow, reader: Reader) -> None:
        self._woken = trio.Event()
        self._reader = reader
        self.queue = EventQueue(capacity, overflow, self._wake)

    @property
    def dropped(self) -> int:
        """How many events were dropped because the stream was full."""
        return self.queue.dropped

    @property
    def interruptions(self) -> int:
        """How often the connection was lost and came back: what was raised between is lost."""
        return self.queue.interruptions

    def __aiter__(self) -> EventStream[E]:
        return self

    async def __anext__(self) -> E:
        """The next event. Raises ClientError: EventsLostError, SessionLostError, or ProtocolError for one event."""
        await trio.lowlevel.checkpoint()
        while not self.queue.ready:
            self._woken = trio.Event()
            await self._woken.wait()
        taken = self.queue.take()
        if taken is None:
            raise StopAsyncIteration
        event: E = self._reader.event(taken[1], taken[0])
        return event

    def _wake(self) -> None:
        self._woken.set()


class Kurento:
    """A session with a server. Its methods are for one Trio run; `kms_trio.client.blocking` has one for threads."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.modules = Modules(OWN_PACKAGES)
        self._reader = Reader(self.modules, lambda each, object_id: each(self, object_id))
        self._recorder: Recorder | None = None

    @property
    def session_id(self) -> str:
        """The session; another client may take it up with `connect(url, session_id=...)`."""
        assert self.session.session_id is not None
        return self.session.session_id

    @property
    def server_manager(self) -> ServerManager:
        """The object that tells about the server, and of objects that come and go."""
        from kms_trio.client.core import ServerManager  # it needs this module

        return ServerManager(self, SERVER_MANAGER_ID)

    async def create(self, remote_class: type[O], **parameters: Any) -> O:
        """Create an object with parameters by name; those that are left out have their defaults.

        `await WebRtcEndpoint.create(pipeline)` does the same, and is checked by mypy. Raises KurentoError.
        """
        table = self.modules.table(remote_class)
        return await self.perform_create(remote_class, create_request(table, values_by_name(table, parameters)))

    def find(self, remote_class: type[O], object_id: str) -> O:
        """The object with an id that was had elsewhere. The server is not asked."""
        found: O = self.modules.class_of(object_id, remote_class)(self, object_id)
        return found

    async def ping(self) -> None:
        """Return when the server has answered. Raises ClientError."""
        await self.session.request("ping", {})

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Collect operations in the block and carry them out in one request at its end.

        Nothing is sent when the block raises. Raises TransactionError at the end for an operation that was refused.
        """
        transaction = Transaction(self)
        yield transaction
        await transaction.commit()

    @contextmanager
    def recorded_by(self, recorder: Recorder) -> Iterator[None]:
        """In the block requests are taken down, not sent; there is no waiting in it."""
        self._recorder, recorder.recording = recorder, True
        try:
            yield
        finally:
            self._recorder, recorder.recording = None, False

    async def perform(
        self, method: str, params: dict[str, Any], returns: TypeRef | None = None, where: str = ""
    ) -> Any:
        """Send a request for an object, or add it to the transaction that is being put together."""
        if self._recorder is not None:
            return self._recorder.record(method, params, lambda value: self._reader.result(value, returns, where))
        result = await self.session.request(method, params)
        return self._reader.result(read_value(result, method), returns, where) if returns is not None else None

    async def perform_create(self, remote_class: type[O], params: dict[str, Any]) -> O:
        """Send a `create`."""
        if self._recorder is not None:
            return remote_class(self, self._recorder.record_create(params))
        result = await self.session.request("create", params)
        return remote_class(self, read_id(result, remote_class.TYPE))

    @asynccontextmanager
    async def subscribe(
        self, source: RemoteObject, event_types: Sequence[type[E]], capacity: int, overflow: Overflow
    ) -> AsyncIterator[EventStream[E]]:
        """A stream of events of `source` for the length of the block."""
        stream: EventStream[E] = EventStream(capacity, overflow, self._reader)
        subscriptions = Subscriptions.of(self.session, source.id, event_types, stream.queue)
        await subscriptions.open()
        try:
            yield stream
        finally:
            await subscriptions.close()  # noqa: ASYNC102 - shielded and bounded there


@asynccontextmanager
async def connect(
    url: str = DEFAULT_URL,
    *,
    session_id: str | None = None,
    keep_session: bool = False,
    reconnection: Reconnection | None = Reconnection(),  # noqa: B008 - immutable
    keep_alive_s: float = 60.0,
    ssl_context: ssl.SSLContext | None = None,
) -> AsyncIterator[Kurento]:
    """Connect to the server at `url` for the length of the block.

    At the end the session is closed, and the server releases its objects unless other sessions hold them; with
    `keep_session` it leaves them for a while to whoever takes `session_id` up. `reconnection` None ends the client with
    the first loss of the connection. Raises ConnectError, or SessionLostError for a session that the server does not
    know.
    """
    session = Session(Options(url, ssl_context, reconnection, keep_alive_s, keep_session), session_id)
    async with background_nursery() as nursery:
        await nursery.start(session.run)
        try:
            yield Kurento(session)
        finally:
            await session.close()  # noqa: ASYNC102 - shielded and bounded there
