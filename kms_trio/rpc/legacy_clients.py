"""Which sessions speak the names of Kurento 6.x.

The protocol does not tell a client's version, but a client of today never uses an old name. So a session that has used
one is taken for one of that time: from then on it gets the fields that replies and events had then, beside today's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kms_trio.dispatch import Operation, RemoteClass
    from kms_trio.objects.legacy import Legacy


class LegacyClients:
    """The sessions that have used an old name."""

    def __init__(self, legacy: Legacy) -> None:
        self._legacy = legacy
        self._sessions: set[str] = set()

    def __contains__(self, session_id: str) -> bool:
        return session_id in self._sessions

    def operation(self, session_id: str, object_class: RemoteClass, name: str) -> Operation | None:
        """What serves an operation that the class does not have today; None when it never had it."""
        found = self._legacy.operation(object_class, name)
        if found is not None:
            self._sessions.add(session_id)
        return found

    def event(self, session_id: str, object_class: RemoteClass, name: str) -> str | None:
        """Today's name of an event that the class does not have under `name`; None when it never had it."""
        found = self._legacy.event(object_class, name)
        if found is not None:
            self._sessions.add(session_id)
        return found

    def today(self, name: Any) -> Any:
        """Today's name of an event that a worker has found a class to have."""
        return self._legacy.today(name) if isinstance(name, str) else name

    def note(self, session_id: str) -> None:
        """The session has used an old name elsewhere: in a media worker."""
        self._sessions.add(session_id)

    def value_for(self, session_id: str, value: Any) -> Any:
        """A result as this session expects it."""
        return self._legacy.write(value) if session_id in self._sessions else value

    def event_data(self, name: str, data: dict[str, Any]) -> dict[str, Any]:
        """An event as a session expects it that uses old names; `name` is the one that it subscribed to."""
        return self._legacy.write_event(name, data)

    def forget(self, session_id: str) -> None:
        """The session is over."""
        self._sessions.discard(session_id)
