"""The methods of the Kurento protocol, but for `transaction`.

Each takes the params (the connection's session put in already) and returns the result object. Looking an object up
makes the session hold it, and only from then on is a session known to the server.
"""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, Protocol

from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.objects.invoke import invoke, is_instant, unknown_operation
from kms_trio.objects.media_object import MediaObject
from kms_trio.rpc import params as read
from kms_trio.rpc.params import Params

if TYPE_CHECKING:
    from kms_trio.dispatch import Operation, RemoteClass
    from kms_trio.objects.context import ObjectContext
    from kms_trio.objects.lifecycle import Lifecycle
    from kms_trio.objects.marshal import Marshaller
    from kms_trio.rpc.legacy_clients import LegacyClients

Method = Callable[[Params | None], Awaitable[Any]]

#: The methods that wait for nothing, whatever they are asked.
_INSTANT: Final = frozenset({"describe", "subscribe", "unsubscribe", "ref"})


class SessionRegister(Protocol):
    """What the methods need of sessions (`sessions.Sessions`)."""

    def knows(self, session_id: str) -> bool:
        """Whether a session holds, or has held, an object."""

    def touch(self, session_id: str) -> None:
        """The session shows a sign of life."""

    async def end(self, session_id: str, *, release: bool) -> None:
        """Close a session at the client's wish."""


class Methods:
    """Twelve methods, by name in `table`."""

    def __init__(
        self,
        context: ObjectContext,
        lifecycle: Lifecycle,
        marshaller: Marshaller,
        sessions: SessionRegister,
        legacy_clients: LegacyClients,
    ) -> None:
        self._directory = context.directory
        self._references = context.references
        self._bus = context.bus
        self._lifecycle = lifecycle
        self._marshaller = marshaller
        self._sessions = sessions
        self._legacy_clients = legacy_clients
        #: Tells one run of the server from another.
        self.server_id = str(uuid.uuid4())
        self.table: Mapping[str, Method] = {
            "ping": self.ping,
            "connect": self.connect,
            "create": self.create,
            "describe": self.describe,
            "invoke": self.invoke,
            "subscribe": self.subscribe,
            "unsubscribe": self.unsubscribe,
            "release": self.release,
            "ref": self.ref,
            "unref": self.unref,
            "keepAlive": self.keep_alive,
            "closeSession": self.close_session,
        }

    def is_instant(self, method: str, params: Params | None) -> bool:
        """Whether a request can be carried out without waiting for anything, as far as can be told in advance."""
        if method != "invoke" or params is None:
            return method in _INSTANT
        object_id, name = params.get("object"), params.get("operation")
        if not isinstance(object_id, str) or not isinstance(name, str):
            return True  # which is an error
        media_object = self._directory.find(object_id)
        operation = None if media_object is None else media_object.object_class.operations.get(name)
        return media_object is not None and operation is not None and is_instant(media_object, operation)

    async def ping(self, params: Params | None) -> dict[str, Any]:
        """Answer; `interval` is for the client's own use."""
        session_id = read.optional_text(params, "sessionId")
        return {"value": "pong"} if session_id is None else {"sessionId": session_id, "value": "pong"}

    async def connect(self, params: Params | None) -> dict[str, Any]:
        """Hand out a session, or confirm one that is known. Raises KurentoError 40007."""
        session_id = read.optional_text(params, "sessionId")
        if session_id is None:
            session_id = new_session_id()
        else:
            self._keep_alive(session_id)
        return {"serverId": self.server_id, "sessionId": session_id}

    async def create(self, params: Params | None) -> dict[str, Any]:
        """Create an object."""
        params = read.required(params)
        type_name = read.text(params, "type")
        session_id = session_of(params)
        created = await self._lifecycle.create(session_id, type_name, params.get("constructorParams"))
        self._sessions.touch(session_id)
        return {"sessionId": session_id, "value": created.id}

    async def describe(self, params: Params | None) -> dict[str, Any]:
        """Tell the class of an object and what it is derived from."""
        params = read.required(params)
        object_id = read.text(params, "object")
        session_id = session_of(params)
        described = self._hold(session_id, object_id).object_class
        return {
            "sessionId": session_id,
            "type": described.name,
            "qualifiedType": described.qualified_name,
            "hierarchy": list(described.hierarchy),
        }

    async def invoke(self, params: Params | None) -> dict[str, Any]:
        """Call an operation of an object."""
        params = read.required(params)
        name = read.text(params, "operation")
        object_id = read.text(params, "object")
        session_id = session_of(params)
        media_object = self._hold(session_id, object_id)
        operation_params = params.get("operationParams")
        operation = self._operation(session_id, media_object.object_class, name)
        if operation is None:
            raise unknown_operation(name, operation_params)
        value = await invoke(media_object, operation, operation_params, self._marshaller)
        self._hold_result(session_id, operation, value)
        return {"sessionId": session_id, "value": self._legacy_clients.value_for(session_id, value)}

    async def subscribe(self, params: Params | None) -> dict[str, Any]:
        """Begin to send an event of an object. Raises KurentoError 40106 for an event that its class does not have."""
        params = read.required(params)
        event_name = read.text(params, "type")
        object_id = read.text(params, "object")
        session_id = session_of(params)
        object_class = self._hold(session_id, object_id).object_class
        if event_name in object_class.events:
            today: str | None = event_name
        else:
            today = self._legacy_clients.event(session_id, object_class, event_name)
        if today is None:
            raise KurentoError(ErrorCode.MEDIA_OBJECT_EVENT_NOT_SUPPORTED, f"Event '{event_name}' not supported")
        self._lifecycle.check_memory()
        return {"sessionId": session_id, "value": self._bus.subscribe(session_id, object_id, today, event_name)}

    async def unsubscribe(self, params: Params | None) -> dict[str, Any]:
        """End a subscription; an unknown one is no error."""
        params = read.required(params)
        object_id = read.text(params, "object")
        subscription_id = read.text(params, "subscription")
        session_id = read.text(params, "sessionId")
        self._bus.unsubscribe(session_id, object_id, subscription_id)
        return {"sessionId": session_id}

    async def release(self, params: Params | None) -> dict[str, Any]:
        """Destroy an object, whoever holds it; an unknown one is no error."""
        params = read.required(params)
        media_object = self._directory.find(read.text(params, "object"))
        session_id = session_of(params)
        if media_object is not None:
            await self._lifecycle.release(media_object)
        return {"sessionId": session_id}

    async def ref(self, params: Params | None) -> dict[str, Any]:
        """Hold an object."""
        params = read.required(params)
        object_id = read.text(params, "object")
        session_id = read.text(params, "sessionId")
        self._hold(session_id, object_id)
        return {"sessionId": session_id}

    async def unref(self, params: Params | None) -> dict[str, Any]:
        """Give an object up; an unknown one is no error."""
        params = read.required(params)
        object_id = read.text(params, "object")
        session_id = read.text(params, "sessionId")
        await self._lifecycle.give_up(session_id, object_id)
        return {"sessionId": session_id}

    async def keep_alive(self, params: Params | None) -> dict[str, Any]:
        """Give a sign of life. Raises KurentoError 40007 for a session that is not known."""
        session_id = read.text(read.required(params), "sessionId")
        self._keep_alive(session_id)
        return {"sessionId": session_id}

    async def close_session(self, params: Params | None) -> None:
        """End a session; with `release` its objects are destroyed even where other sessions hold them."""
        params = read.required(params)
        session_id = read.text(params, "sessionId")
        await self._sessions.end(session_id, release=read.optional_boolean(params, "release"))

    def _keep_alive(self, session_id: str) -> None:
        if not self._sessions.knows(session_id):
            raise KurentoError(ErrorCode.INVALID_SESSION, "Invalid session")
        self._sessions.touch(session_id)

    def _hold(self, session_id: str, object_id: str) -> MediaObject:
        media_object = self._directory.get(object_id)
        if not self._references.knows(session_id):
            self._lifecycle.check_memory()
        self._references.add(session_id, object_id)
        self._sessions.touch(session_id)
        return media_object

    def _operation(self, session_id: str, object_class: RemoteClass, name: str) -> Operation | None:
        found = object_class.operations.get(name)
        return self._legacy_clients.operation(session_id, object_class, name) if found is None else found

    def _hold_result(self, session_id: str, operation: Operation, value: Any) -> None:
        """Whoever is told of objects holds them too."""
        returns = operation.returns
        if returns is None or returns.kind != "remote":
            return
        for object_id in value if isinstance(value, list) else (value,):
            if object_id is not None and object_id in self._directory:
                self._references.add(session_id, object_id)


def new_session_id() -> str:
    """Return a session id that nobody has."""
    return str(uuid.uuid4())


def session_of(params: Params) -> str:
    """The session that a request belongs to: the one it names, or a new one."""
    session_id = read.optional_text(params, "sessionId")
    return new_session_id() if session_id is None else session_id
