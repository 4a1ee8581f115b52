"""Mixer (elements.Mixer.kmd.json): media from port to port as told; video is switched, audio mixed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kms_elements.generated.interfaces import MixerInterface
from kms_elements.hubs.arrivals import Arrivals
from kms_elements.hubs.audio_mix import AudioMix, Ear
from kms_elements.hubs.switch import Switch
from kms_trio.api import ErrorCode, Hub, HubPort, KurentoError, MediaType
from kms_trio.media.formats import StreamKind, Want

if TYPE_CHECKING:
    from kms_trio.api import MediaObject, ObjectContext, RemoteClass
    from kms_trio.generated.core.interfaces import HubPortInterface
    from kms_trio.media.streams import Stream

__all__ = ["Mixer"]


class Mixer(Hub, MixerInterface):
    """A port sees the video that was connected to it last, and hears all audio that is; its own only if told so."""

    def __init__(
        self,
        context: ObjectContext,
        parent: MediaObject | None,
        object_class: RemoteClass,
        media_pipeline: MediaObject | None = None,
    ) -> None:
        super().__init__(context, parent, object_class)
        self.voices = AudioMix(context, self.id)
        self._video = Switch(MediaType.VIDEO)
        self._ears: dict[HubPort, Ear] = {}
        self._arrivals: dict[HubPort, Arrivals] = {}

    # The spec.

    def connect(self, media: MediaType, source: HubPortInterface, sink: HubPortInterface) -> None:
        """Pass media on. Raises KurentoError 40005 for DATA, 40004 for ports of another hub."""
        source_port, sink_port = self._own(source), self._own(sink)
        if media is MediaType.VIDEO:
            self._video.connect(source_port, sink_port)
        elif media is MediaType.AUDIO:
            ear = self._ears[sink_port]
            ear.give_to(sink_port.source_pad(MediaType.AUDIO))
            self.voices.hear(ear, source_port, True)
        else:
            raise KurentoError(ErrorCode.UNSUPPORTED_MEDIA_TYPE, "Invalid media type")

    def disconnect(self, media: MediaType, source: HubPortInterface, sink: HubPortInterface) -> None:
        """Take audio out of a mix. Raises KurentoError 40005 for other media, 40004 for what is not connected."""
        if media is MediaType.VIDEO:
            raise KurentoError(ErrorCode.UNSUPPORTED_MEDIA_TYPE, "Video disconnection is not implemented yet")
        if media is not MediaType.AUDIO:
            raise KurentoError(ErrorCode.UNSUPPORTED_MEDIA_TYPE, "Invalid media type")
        source_port, sink_port = self._own(source), self._own(sink)
        if not self.voices.hear(self._ears[sink_port], source_port, False):
            raise KurentoError(ErrorCode.CONNECT_ERROR, "The ports are not connected")

    # Ports.

    def passes(self, media_type: MediaType) -> bool:
        """Video is handed on as it is."""
        return media_type is MediaType.VIDEO

    def port_added(self, port: HubPort) -> None:
        """Take audio for mixing; the port gives nothing until something is connected to it."""
        self.voices.add(port)
        self._ears[port] = self.voices.deaf_ear()
        pad = port.sink_pad(MediaType.AUDIO)
        self._arrivals[port] = Arrivals(pad)
        pad.set_want(Want(StreamKind.RAW))

    def port_removed(self, port: HubPort) -> None:
        """Go on without it."""
        self._arrivals.pop(port).close()
        self._video.remove(port)
        ear = self._ears.pop(port)
        ear.take_from(port.source_pad(MediaType.AUDIO))
        self.voices.drop_ear(ear)
        self.voices.remove(port)

    def port_stream_changed(self, port: HubPort, media_type: MediaType, stream: Stream[Any] | None) -> None:
        """Switch or mix the new stream."""
        if media_type is MediaType.VIDEO:
            self._video.stream_changed(port, stream)
        elif media_type is MediaType.AUDIO and port in self._arrivals:
            self._arrivals[port].follow(stream)
            self.voices.feed(port, stream)

    async def close(self) -> None:
        """Stop mixing."""
        await super().close()
        self.voices.close()

    def _own(self, port: HubPortInterface) -> HubPort:
        if not isinstance(port, HubPort) or port.hub is not self:
            raise KurentoError(ErrorCode.CONNECT_ERROR, "The port belongs to another hub")
        return port
