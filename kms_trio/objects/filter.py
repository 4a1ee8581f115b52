"""Filter: an element that changes the media which passes through it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kms_trio.generated.core.interfaces import FilterInterface
from kms_trio.objects.forwarding import ForwardingElement

if TYPE_CHECKING:
    from kms_trio.dispatch import RemoteClass
    from kms_trio.objects.context import ObjectContext
    from kms_trio.objects.media_object import MediaObject


class Filter(ForwardingElement, FilterInterface):
    """Base of all filters: media of the types that a filter does not treat passes untouched."""

    def __init__(
        self,
        context: ObjectContext,
        parent: MediaObject | None,
        object_class: RemoteClass,
        media_pipeline: MediaObject | None = None,
    ) -> None:
        super().__init__(context, parent, object_class)
