"""Dispatcher and DispatcherOneToMany (elements.Dispatcher.kmd.json, elements.DispatcherOneToMany.kmd.json)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from kms_elements.generated.interfaces import DispatcherInterface, DispatcherOneToManyInterface
from kms_elements.hubs.switch import Switch
from kms_trio.api import Hub, HubPort, MediaType

if TYPE_CHECKING:
    from kms_trio.api import MediaObject, ObjectContext, RemoteClass
    from kms_trio.generated.core.interfaces import HubPortInterface
    from kms_trio.media.streams import Stream

__all__ = ["Dispatcher", "DispatcherOneToMany"]

logger = logging.getLogger(__name__)


class _SwitchingHub(Hub):
    """Switches audio and video alike."""

    def __init__(
        self,
        context: ObjectContext,
        parent: MediaObject | None,
        object_class: RemoteClass,
        media_pipeline: MediaObject | None = None,
    ) -> None:
        super().__init__(context, parent, object_class)
        self.switches = {media_type: Switch(media_type) for media_type in (MediaType.AUDIO, MediaType.VIDEO)}

    def passes(self, media_type: MediaType) -> bool:
        """All that can be switched is taken as it is."""
        return media_type in self.switches

    def port_stream_changed(self, port: HubPort, media_type: MediaType, stream: Stream[Any] | None) -> None:
        """Hand the new stream on."""
        if media_type in self.switches:
            self.switches[media_type].stream_changed(port, stream)

    def port_removed(self, port: HubPort) -> None:
        """Forget the port."""
        for switch in self.switches.values():
            switch.remove(port)

    def own(self, port: HubPortInterface) -> HubPort | None:
        """A port of this hub; None for another hub's, of which clients are not told, as they are used to."""
        if isinstance(port, HubPort) and port.hub is self:
            return port
        logger.warning("%s: %s is no port of this hub; nothing is switched", self.id, port.id)
        return None


class Dispatcher(_SwitchingHub, DispatcherInterface):
    """Any port to any port, many to one excepted."""

    def connect(self, source: HubPortInterface, sink: HubPortInterface) -> None:
        """Pass the media of one port on to another."""
        from_port, to_port = self.own(source), self.own(sink)
        if from_port is not None and to_port is not None:
            for switch in self.switches.values():
                switch.connect(from_port, to_port)


class DispatcherOneToMany(_SwitchingHub, DispatcherOneToManyInterface):
    """One port to all, itself included."""

    def __init__(
        self,
        context: ObjectContext,
        parent: MediaObject | None,
        object_class: RemoteClass,
        media_pipeline: MediaObject | None = None,
    ) -> None:
        super().__init__(context, parent, object_class, media_pipeline)
        self._source: HubPort | None = None

    def set_source(self, source: HubPortInterface) -> None:
        """Choose whose media all ports get."""
        chosen = self.own(source)
        if chosen is not None:
            self._source = chosen
            for port in self.ports:
                self._feed(port)

    def remove_source(self) -> None:
        """Give the ports nothing."""
        self._source = None
        for port in self.ports:
            self._feed(port)

    def port_added(self, port: HubPort) -> None:
        """Give a new port what the others get."""
        self._feed(port)

    def port_removed(self, port: HubPort) -> None:
        """Forget the port, and the source when it was that."""
        super().port_removed(port)
        if port is self._source:
            self._source = None

    def _feed(self, port: HubPort) -> None:
        for switch in self.switches.values():
            if self._source is None:
                switch.disconnect(port)
            else:
                switch.connect(self._source, port)
