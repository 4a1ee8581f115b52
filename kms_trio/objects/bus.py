"""Events: objects publish, sessions subscribe, each session is told once.

A session may subscribe to the same event of the same object several times; it gets as many subscription ids but one
delivery, until the last is gone. Nothing is queued here: an event whose session has no connection is lost.

An event may be subscribed under another name than today's, that of Kurento 6.x; it is delivered under the name that was
asked for, and once under each.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kms_trio.objects.media_object import MediaObject

#: Called with the sessions to tell, the event's name to them, the source's id and the event as wire JSON.
Deliver = Callable[[tuple[str, ...], str, str, dict[str, Any]], None]

#: Called inside the process with every event that is published, whoever subscribed: the source and the event.
Listener = Callable[["MediaObject", Any], None]


#: The interest of one session in one event of one object: the session, and its name for the event.
_Handler = tuple[str, str]


class EventBus:
    """Who wants what. `encode` turns an event into wire JSON; `deliver`, once set, passes it to the connections."""

    def __init__(self, encode: Callable[[Any], dict[str, Any]]) -> None:
        self._encode = encode
        #: By object and event: who wants it, with their subscription ids.
        self._handlers: dict[tuple[str, str], dict[_Handler, set[str]]] = {}
        self._by_object: dict[str, set[tuple[str, str]]] = {}
        self._listeners: tuple[Listener, ...] = ()
        self.deliver: Deliver | None = None

    def subscribe(
        self,
        session_id: str,
        object_id: str,
        event_name: str,
        known_as: str | None = None,
        *,
        subscription_id: str | None = None,
    ) -> str:
        """Return a new subscription id. Whether the object has such an event is the caller's to check.

        `known_as` is the session's own name for the event, where that is another one. `subscription_id` is given where
        the session has got its id elsewhere.
        """
        key = (object_id, event_name)
        handler = (session_id, known_as or event_name)
        subscription_id = subscription_id or str(uuid.uuid4())
        self._handlers.setdefault(key, {}).setdefault(handler, set()).add(subscription_id)
        self._by_object.setdefault(object_id, set()).add(key)
        return subscription_id

    def unsubscribe(self, session_id: str, object_id: str, subscription_id: str) -> None:
        """End one subscription; unknown ones are ignored."""
        for key in tuple(self._by_object.get(object_id, ())):
            for handler, subscriptions in tuple(self._handlers[key].items()):
                if handler[0] == session_id and subscription_id in subscriptions:
                    subscriptions.discard(subscription_id)
                    if not subscriptions:
                        self._drop(key, handler)
                    return

    def drop_session(self, session_id: str) -> None:
        """End all subscriptions of a session."""
        for key, handlers in tuple(self._handlers.items()):
            for handler in [each for each in handlers if each[0] == session_id]:
                self._drop(key, handler)

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
        if (source.id, event_name) in self._handlers:
            self.tell(source.id, event_name, self._encode(event))

    def tell(self, source_id: str, event_name: str, data: dict[str, Any]) -> None:
        """Tell every subscribed session of an event that is wire JSON already."""
        handlers = self._handlers.get((source_id, event_name))
        if not handlers or self.deliver is None:
            return
        sessions_by_name: dict[str, list[str]] = {}
        for session_id, name in handlers:
            sessions_by_name.setdefault(name, []).append(session_id)
        for name, session_ids in sessions_by_name.items():
            self.deliver(tuple(session_ids), name, source_id, data)

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with every event inside the process; returns what ends that."""
        self._listeners = (*self._listeners, listener)

        def stop() -> None:
            self._listeners = tuple(other for other in self._listeners if other is not listener)

        return stop

    def _drop(self, key: tuple[str, str], handler: _Handler) -> None:
        handlers = self._handlers[key]
        del handlers[handler]
        if not handlers:
            del self._handlers[key]
            keys = self._by_object[key[0]]
            keys.discard(key)
            if not keys:
                del self._by_object[key[0]]
