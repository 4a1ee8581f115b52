"""Answers that hold until something happens: the control process gives them again without asking the worker.

What every MediaObject tells of itself, its name say, changes seldom and is asked for often. The worker marks such an
answer (`lasts`), and says `forget` the moment that the object changes or goes. Both come over one channel, in order
with everything else that the worker says, so nobody who has heard of a change gets an answer from before it.

A request also makes its session hold the object. So only a session that has asked the object before, and has given
nothing up since, is answered from here: it holds the object already.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any, Final

import attrs

from kms_trio.objects.media_object import MediaObject
from kms_trio.objects.media_pipeline import MediaPipeline

#: Operations of MediaObject, and what serves each. Setting any of them calls `ObjectContext.on_change`.
_ATTRIBUTES: Final = {
    "getId": "id",
    "getName": "name",
    "getTags": "get_tags",
    "getParent": "parent",
    "getChildren": "children",
    "getMediaPipeline": "media_pipeline",
    "getCreationTime": "creation_time",
    "getSendTagsInEvents": "send_tags_in_events",
}

#: Requests that take objects from a session.
_GIVING_UP: Final = frozenset({"unref", "closeSession"})


def lasts(media_object: MediaObject, operation: str) -> bool:
    """Whether the answer holds until `on_change`: not where a class has an implementation of its own."""
    attribute = _ATTRIBUTES.get(operation)
    if attribute is None:
        return False
    used = inspect.getattr_static(type(media_object), attribute)
    return used is vars(MediaObject)[attribute] or used is vars(MediaPipeline).get(attribute)


@attrs.define
class _Known:
    """What is known of an object: values by operation, and sessions that hold it."""

    values: dict[str, Any] = attrs.field(factory=dict)
    sessions: set[str] = attrs.field(factory=set)


class LastingAnswers:
    """The answers of one worker. They are found by the params of a request, which are as the client sent them."""

    def __init__(self) -> None:
        self._objects: dict[str, _Known] = {}

    def __len__(self) -> int:
        return len(self._objects)

    def find(self, method: str, params: Mapping[str, Any] | None) -> dict[str, Any] | None:
        """The result of a request; None when the worker has to be asked."""
        if method != "invoke" or params is None or not self._objects:
            return None
        session_id, object_id, operation = _texts(params)
        known = self._objects.get(object_id)
        if known is None or session_id not in known.sessions or operation not in known.values:
            return None
        return {"sessionId": session_id, "value": known.values[operation]}

    def keep(self, params: Mapping[str, Any], value: Any) -> None:
        """A request got this value, which lasts."""
        session_id, object_id, operation = _texts(params)
        if session_id and object_id and operation:
            known = self._objects.setdefault(object_id, _Known())
            known.values[operation] = value
            known.sessions.add(session_id)

    def carried_out(self, method: str, params: Mapping[str, Any] | None) -> None:
        """A request was carried out, which may have taken objects from its session."""
        if method in _GIVING_UP and params is not None:
            session_id = params.get("sessionId")
            if not isinstance(session_id, str):  # what the worker reads as a text, such as 7
                self._objects.clear()
            for known in self._objects.values():
                known.sessions.discard(session_id)

    def forget(self, object_id: str) -> None:
        """The object has changed, or is gone."""
        self._objects.pop(object_id, None)


def _texts(params: Mapping[str, Any]) -> tuple[str, str, str]:
    """Session, object and operation, empty where they are no texts."""
    session_id, object_id, operation = params.get("sessionId"), params.get("object"), params.get("operation")
    if isinstance(session_id, str) and isinstance(object_id, str) and isinstance(operation, str):
        return session_id, object_id, operation
    return "", "", ""
