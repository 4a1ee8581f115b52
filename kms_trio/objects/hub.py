"""Hub: mixes or switches the media of its ports. It is no element; elements reach it through a HubPort."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kms_trio.generated.core.interfaces import HubInterface
from kms_trio.generated.core.types import GstreamerDotDetails, MediaType
from kms_trio.objects.dot import dump_dot, element_dot
from kms_trio.objects.media_object import MediaObject

if TYPE_CHECKING:
    from kms_trio.dispatch import RemoteClass
    from kms_trio.media.streams import Stream
    from kms_trio.objects.context import ObjectContext
    from kms_trio.objects.hub_port import HubPort


class Hub(MediaObject, HubInterface):
    """Base of all hubs. Subclasses override `port_added`, `port_removed`, `port_stream_changed` and `passes`."""

    def __init__(self, context: ObjectContext, parent: MediaObject | None, object_class: RemoteClass) -> None:
        super().__init__(context, parent, object_class)
        self.ports: list[HubPort] = []

    def passes(self, media_type: MediaType) -> bool:
        """Whether ports take media of that type in whatever shape it has, to hand it on."""
        return False

    def port_added(self, port: HubPort) -> None:
        """A port was created; it is in `ports` already."""

    def port_removed(self, port: HubPort) -> None:
        """A port was released; it is not in `ports` any more."""

    def port_stream_changed(self, port: HubPort, media_type: MediaType, stream: Stream[object] | None) -> None:
        """What feeds a port has changed; hubs say what they mix with `port.sink_pad(...).set_want`."""

    def get_gstreamer_dot(self, details: GstreamerDotDetails | None = None) -> str:
        """Return the hub and its ports as a Graphviz graph."""
        return element_dot(self, details)

    async def dump_gstreamer_dot(self, details: GstreamerDotDetails | None = None) -> None:
        """Write that graph into the folder of `GST_DEBUG_DUMP_DOT_DIR`, where that is set."""
        await dump_dot(self, self.get_gstreamer_dot(details))
