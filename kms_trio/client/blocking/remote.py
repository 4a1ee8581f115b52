"""What all classes of media objects have, for callers that block. The generated classes extend it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar, overload

from kms_trio.client.events import DEFAULT_CAPACITY, Overflow
from kms_trio.client.operations import create_request, invoke_request
from kms_trio.client.recorder import Provisional

if TYPE_CHECKING:
    from kms_trio.client.blocking.kurento import EventStream, Kurento

E = TypeVar("E")
E1 = TypeVar("E1")
E2 = TypeVar("E2")
E3 = TypeVar("E3")
E4 = TypeVar("E4")


class RemoteObject:
    """An object on the server, as one connection sees it. Two are equal when they stand for the same object."""

    #: The class on the wire, and the package whose `module` describes it.
    TYPE: ClassVar[str] = ""
    PACKAGE: ClassVar[str] = ""

    def __init__(self, kurento: Kurento, object_id: str | Provisional) -> None:
        self._kurento = kurento
        self._id = object_id

    @property
    def id(self) -> str:
        """Identifier on the server. Raises KurentoError 40109 for an object of a transaction that is not through."""
        return self._id if isinstance(self._id, str) else self._id.id

    @property
    def kurento(self) -> Kurento:
        """The connection."""
        return self._kurento

    def release(self) -> None:
        """Destroy the object and all that belongs to it; its streams of events end. Does nothing the second time."""
        self._kurento.perform("release", {"object": self.id})

    @overload
    def events(
        self, event_1: type[E1], /, *, capacity: int = ..., overflow: Overflow = ...
    ) -> AbstractContextManager[EventStream[E1]]: ...

    @overload
    def events(
        self, event_1: type[E1], event_2: type[E2], /, *, capacity: int = ..., overflow: Overflow = ...
    ) -> AbstractContextManager[EventStream[E1 | E2]]: ...

    @overload
    def events(
        self,
        event_1: type[E1],
        event_2: type[E2],
        event_3: type[E3],
        /,
        *,
        capacity: int = ...,
        overflow: Overflow = ...,
    ) -> AbstractContextManager[EventStream[E1 | E2 | E3]]: ...

    @overload
    def events(
        self,
        event_1: type[E1],
        event_2: type[E2],
        event_3: type[E3],
        event_4: type[E4],
        /,
        *,
        capacity: int = ...,
        overflow: Overflow = ...,
    ) -> AbstractContextManager[EventStream[E1 | E2 | E3 | E4]]: ...

    @overload
    def events(
        self, *event_types: type[E], capacity: int = ..., overflow: Overflow = ...
    ) -> AbstractContextManager[EventStream[E]]: ...

    def events(
        self, *event_types: type[Any], capacity: int = DEFAULT_CAPACITY, overflow: Overflow = Overflow.FAIL
    ) -> AbstractContextManager[EventStream[Any]]:
        """Subscribe for the length of the block: `with endpoint.events(EndOfStream) as events`.

        The stream holds up to `capacity` events that nobody takes; `overflow` says what happens to more. Raises
        KurentoError 40106 for an event that this class does not have.
        """
        return self._kurento.subscribe(self, event_types, capacity, overflow)

    def _call(self, operation: str, *values: Any) -> Any:
        """Call an operation, of the table of this class, with values in the order of its parameters."""
        table = self._kurento.modules.table(type(self)).operations[operation]
        params = invoke_request(self.id, table, values)
        return self._kurento.perform("invoke", params, table.returns, f"{self.TYPE}.{operation}")

    @classmethod
    def _create(cls, kurento: Kurento, *values: Any) -> Self:
        """Create one, with values in the order of the constructor's parameters."""
        params = create_request(kurento.modules.table(cls), values)
        return kurento.perform_create(cls, params)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, RemoteObject):
            return NotImplemented
        return self.id == other.id and self._kurento is other._kurento

    def __hash__(self) -> int:
        return hash(self.id)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._id}>"
