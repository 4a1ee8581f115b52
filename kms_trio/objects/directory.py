"""All living objects by id."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.objects.ids import NEWREF_PREFIX

if TYPE_CHECKING:
    from kms_trio.objects.media_object import MediaObject


class Directory:
    """Finds objects by id, and by their place in the tree."""

    def __init__(self) -> None:
        self._objects: dict[str, MediaObject] = {}

    def __len__(self) -> int:
        return len(self._objects)

    def __contains__(self, object_id: str) -> bool:
        return object_id in self._objects

    def __iter__(self) -> Iterator[MediaObject]:
        return iter(tuple(self._objects.values()))

    @property
    def holds_only_manager(self) -> bool:
        """Whether no media object is alive: only the ServerManager is."""
        return len(self._objects) <= 1

    def get(self, object_id: str) -> MediaObject:
        """Return the object; raises KurentoError 40101, or 40109 for a `newref:` outside a transaction."""
        found = self._objects.get(object_id)
        if found is not None:
            return found
        if object_id.startswith(NEWREF_PREFIX):
            raise KurentoError(
                ErrorCode.MEDIA_OBJECT_NOT_FOUND_TRANSACTION_NO_COMMIT,
                f"Object '{object_id}' not found. Possibly using a transactional object without committing the "
                "transaction.",
            )
        raise KurentoError(ErrorCode.MEDIA_OBJECT_NOT_FOUND, f"Object '{object_id}' not found")

    def find(self, object_id: str) -> MediaObject | None:
        """Return the object, or None."""
        return self._objects.get(object_id)

    def add(self, media_object: MediaObject) -> None:
        """Make `media_object` known, also to its parent."""
        self._objects[media_object.id] = media_object
        if media_object.parent is not None:
            media_object.parent.adopt_child(media_object)

    def remove(self, media_object: MediaObject) -> None:
        """Forget `media_object`; unknown ones are ignored."""
        self._objects.pop(media_object.id, None)
        if media_object.parent is not None:
            media_object.parent.forget_child(media_object)

    def parent_id(self, object_id: str) -> str | None:
        """The id of an object's parent; None for a root or an unknown object."""
        found = self._objects.get(object_id)
        return None if found is None or found.parent is None else found.parent.id

    def children_ids(self, object_id: str) -> list[str]:
        """The ids of an object's children; none for an unknown object."""
        found = self._objects.get(object_id)
        return [] if found is None else [child.id for child in found.children]

    def roots(self) -> list[MediaObject]:
        """Every object without a parent, oldest first: pipelines and the ServerManager."""
        return [media_object for media_object in self._objects.values() if media_object.parent is None]
