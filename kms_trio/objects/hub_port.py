"""HubPort: the element through which other elements give media to a hub and take its output."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kms_trio.generated.core.interfaces import HubPortInterface
from kms_trio.generated.core.types import MediaType
from kms_trio.media.pads import SinkPad
from kms_trio.objects.forwarding import WhateverComesPad
from kms_trio.objects.hub import Hub
from kms_trio.objects.media_element import MediaElement

if TYPE_CHECKING:
    from kms_trio.dispatch import RemoteClass
    from kms_trio.media.streams import Stream
    from kms_trio.objects.context import ObjectContext
    from kms_trio.objects.media_object import MediaObject


class HubPort(MediaElement, HubPortInterface):
    """One input and one output of a hub."""

    def __init__(
        self, context: ObjectContext, parent: MediaObject | None, object_class: RemoteClass, hub: MediaObject
    ) -> None:
        super().__init__(context, parent, object_class)
        assert isinstance(hub, Hub)
        self.hub = hub

    async def start(self) -> None:
        """Join the hub."""
        self.hub.ports.append(self)
        self.hub.port_added(self)

    async def close(self) -> None:
        """Leave the hub."""
        await super().close()
        if self in self.hub.ports:
            self.hub.ports.remove(self)
            self.hub.port_removed(self)

    def make_sink_pad(self, media_type: MediaType, description: str) -> SinkPad:
        """Build a pad that takes what the hub can use: any media that it passes on, else what it asks for."""
        if not self.hub.passes(media_type):
            return super().make_sink_pad(media_type, description)
        return WhateverComesPad(
            self,
            media_type,
            timers=self.context.timers,
            on_stream=lambda stream: self.sink_stream_changed(media_type, description, stream),
            description=description,
        )

    def sink_stream_changed(self, media_type: MediaType, description: str, stream: Stream[object] | None) -> None:
        """Pass the change on to the hub."""
        self.hub.port_stream_changed(self, media_type, stream)
