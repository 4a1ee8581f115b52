"""PassThrough: what enters leaves, unchanged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kms_trio.generated.core.interfaces import PassThroughInterface
from kms_trio.objects.forwarding import ForwardingElement

if TYPE_CHECKING:
    from kms_trio.dispatch import RemoteClass
    from kms_trio.objects.context import ObjectContext
    from kms_trio.objects.media_object import MediaObject


class PassThrough(ForwardingElement, PassThroughInterface):
    """An element that does nothing to its media; useful to have one place to connect to."""

    def __init__(
        self,
        context: ObjectContext,
        parent: MediaObject | None,
        object_class: RemoteClass,
        media_pipeline: MediaObject | None = None,
    ) -> None:
        super().__init__(context, parent, object_class)
