"""Which session holds which object: an object lives as long as one session holds it.

A reference to an object is one to all its ancestors too; giving an object up gives up its descendants. Objects are
plain ids here; `parent_of` and `children_of` say how they hang together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable


class References:
    """Sessions and the objects that they hold. A session is known from its first reference on."""

    def __init__(self, parent_of: Callable[[str], str | None], children_of: Callable[[str], Iterable[str]]) -> None:
        self._parent_of = parent_of
        self._children_of = children_of
        self._held: dict[str, set[str]] = {}
        self._holders: dict[str, set[str]] = {}

    @property
    def sessions(self) -> tuple[str, ...]:
        """All known sessions, oldest first."""
        return tuple(self._held)

    def knows(self, session_id: str) -> bool:
        """Whether `session_id` has ever held an object and has not ended since."""
        return session_id in self._held

    def held_by(self, session_id: str) -> frozenset[str]:
        """Ids of all objects that a session holds."""
        return frozenset(self._held.get(session_id, ()))

    def holders(self, object_id: str) -> frozenset[str]:
        """Ids of all sessions that hold an object."""
        return frozenset(self._holders.get(object_id, ()))

    def add(self, session_id: str, object_id: str) -> None:
        """Let `session_id` hold an object and its ancestors."""
        held = self._held.setdefault(session_id, set())
        step: str | None = object_id
        while step is not None and step not in held:  # whoever holds an object holds its ancestors
            held.add(step)
            self._holders.setdefault(step, set()).add(session_id)
            step = self._parent_of(step)

    def add_created(self, session_id: str, object_id: str) -> None:
        """Let the creating session hold a new object, and every session that holds its parent."""
        self.add(session_id, object_id)
        parent_id = self._parent_of(object_id)
        if parent_id is not None:
            for other in self.holders(parent_id):
                self.add(other, object_id)

    def give_up(self, session_id: str, object_id: str) -> list[str]:
        """Take an object and its descendants from a session; return those that nobody holds now, parents first."""
        abandoned = []
        for each in self._with_descendants(object_id):
            held = self._held.get(session_id)
            if held is None or each not in held:
                continue
            held.discard(each)
            holders = self._holders[each]
            holders.discard(session_id)
            if not holders:
                del self._holders[each]
                abandoned.append(each)
        return abandoned

    def end_session(self, session_id: str) -> list[str]:
        """Forget a session; return the ids of the objects that nobody holds now."""
        abandoned = []
        for object_id in self._held.pop(session_id, ()):
            holders = self._holders[object_id]
            holders.discard(session_id)
            if not holders:
                del self._holders[object_id]
                abandoned.append(object_id)
        return abandoned

    def forget_object(self, object_id: str) -> None:
        """An object was destroyed: nobody holds it any longer."""
        for session_id in self._holders.pop(object_id, ()):
            self._held[session_id].discard(object_id)

    def _with_descendants(self, object_id: str) -> list[str]:
        found = [object_id]
        for each in found:  # grows while it is walked
            found.extend(self._children_of(each))
        return found
