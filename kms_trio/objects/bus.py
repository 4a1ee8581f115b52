"""Events: objects publish, sessions subscribe, each session is told once.

A session may subscribe to the same event of the same object several times; it gets as many subscription ids but one
delivery, until the last is gone. Nothing is queued here: an event whose session has no connection is lost.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import attrs

if TYPE_CHECKING:
    from kms_trio.objects.media_object import MediaObject

#: Called with the sessions to tell, the event's name, the source's id and the event as wire JSON.
Deliver = Callable[[tuple[str, ...], str, str, dict[str, Any]], None]

#: Called inside the process with every event that is published, whoever subscribed: the source and the event.
Listener = Callable[["MediaObject", Any], None]


@attrs.define
class _Handler:
    """The interest of one session in one event of one object."""

    session_id: str
    subscriptions: set[str] = attrs.field(factory=set)


class EventBus:
    """Who wants what. `encode` turns an event into wire JSON; `deliver`, once set, passes it to the connections."""

    def __init__(self, encode: Callable[[Any], dict[str, Any]]) -> None:
        self._encode = encode
        self._handlers: dict[tuple[str, str], dict[str, _Handler]] = {}
        self._by_object: dict[str, set[tuple[str, str]]] = {}
        self._listeners: tuple[Listener, ...] = ()
        self.deliver: Deliver | None = None

    def subscribe(self, session_id: str, object_id: str, event_name: str) -> str:
        """Return a new subscription id. Whether the object has such an event is the caller's to check."""
        key = (object_id, event_name)
        handler = self._handlers.setdefault(key, {}).setdefault(session_id, _Handler(session_id))
        self._by_object.setdefault(object_id, set()).add(key)
        subscription_id = str(uuid.uuid4())
        handler.subscriptions.add(subscription_id)
        return subscription_id

    def unsubscribe(self, session_id: str, object_id: str, subscription_id: str) -> None:
        """End one subscription; unknown ones are ignored."""
        for key in tuple(self._by_object.get(object_id, ())):
            handler = self._handlers[key].get(session_id)
            if handler is not None and subscription_id in handler.subscriptions:
                handler.subscriptions.discard(subscription_id)
                if not handler.subscriptions:
                    self._drop(key, session_id)

    def drop_session(self, session_id: str) -> None:
        """End all subscriptions of a session."""
        for key in [key for key, handlers in self._handlers.items() if session_id in handlers]:
            self._drop(key, session_id)

    def drop_object(self, object_id: str) -> None:
        """End all subscriptions to an object."""
        for key in self._by_object.pop(object_id, ()):
            del self._handlers[key]

    def wanted(self, object_id: str, event_name: str) -> bool:
        """Whether anybody would be told."""
        return bool(self._listeners) or (object_id, event_name) in self._handlers

    def publish(self, source: MediaObject, event_name: str, event: Any) -> None:
        """Tell every subscribed session, at once and without waiting for it."""
        for listener in self._listeners:
            listener(source, event)
        handlers = self._handlers.get((source.id, event_name))
        if not handlers or self.deliver is None:
            return
        self.deliver(tuple(handlers), event_name, source.id, self._encode(event))

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with every event inside the process; returns what ends that."""
        self._listeners = (*self._listeners, listener)

        def stop() -> None:
            self._listeners = tuple(other for other in self._listeners if other is not listener)

        return stop

    def _drop(self, key: tuple[str, str], session_id: str) -> None:
        handlers = self._handlers[key]
        del handlers[session_id]
        if not handlers:
            del self._handlers[key]
            keys = self._by_object[key[0]]
            keys.discard(key)
            if not keys:
                del self._by_object[key[0]]
