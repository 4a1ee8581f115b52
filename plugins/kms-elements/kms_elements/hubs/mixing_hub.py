"""What Composite and AlphaBlending have in common: one picture for all, and for each port all voices but its own."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from kms_elements.hubs.arrivals import Arrivals
from kms_elements.hubs.audio_mix import AudioMix, Ear
from kms_elements.hubs.lip_sync import LipSync
from kms_elements.hubs.video_mix import Arrangement, PictureInput, VideoMix
from kms_trio.api import Hub, HubPort, MediaType
from kms_trio.media.formats import StreamKind, Want

if TYPE_CHECKING:
    from kms_trio.api import MediaObject, ObjectContext, RemoteClass
    from kms_trio.media.streams import Stream

__all__ = ["MixingHub"]


class MixingHub(Hub):
    """Subclasses say with `arrange` where pictures go.

    A port that only listens hears the same mix as all others that do; from its first audio on it has one of its own,
    and keeps it, so that a source that comes and goes does not change what feeds the port.
    """

    def __init__(
        self, context: ObjectContext, parent: MediaObject | None, object_class: RemoteClass, interval_s: Fraction
    ) -> None:
        super().__init__(context, parent, object_class)
        self.pictures = VideoMix(context, self.id, interval_s, self.arrange)
        self.voices = AudioMix(context, self.id)
        self._everybody = self.voices.ear()
        self._own_ears: dict[HubPort, Ear] = {}
        self._arrivals: dict[tuple[HubPort, MediaType], Arrivals] = {}

    def arrange(self, inputs: Sequence[PictureInput]) -> Arrangement | None:
        """Say where the pictures go that are there; None for no output. Called at each tick."""
        raise NotImplementedError

    def port_added(self, port: HubPort) -> None:
        """Take what the port has and give it the mix."""
        lip_sync = LipSync()
        self.pictures.add(port, lip_sync)
        self.voices.add(port, lip_sync)
        for media_type in (MediaType.AUDIO, MediaType.VIDEO):
            pad = port.sink_pad(media_type)
            self._arrivals[port, media_type] = Arrivals(pad)
            pad.set_want(Want(StreamKind.RAW))
        self.pictures.stream.give_to(port.source_pad(MediaType.VIDEO))
        self._everybody.give_to(port.source_pad(MediaType.AUDIO))

    def port_removed(self, port: HubPort) -> None:
        """Go on without it."""
        for media_type in (MediaType.AUDIO, MediaType.VIDEO):
            self._arrivals.pop((port, media_type)).close()
        self.pictures.stream.take_from(port.source_pad(MediaType.VIDEO))
        own_ear = self._own_ears.pop(port, None)
        (own_ear or self._everybody).take_from(port.source_pad(MediaType.AUDIO))
        if own_ear is not None:
            self.voices.drop_ear(own_ear)
        self.pictures.remove(port)
        self.voices.remove(port)

    def port_stream_changed(self, port: HubPort, media_type: MediaType, stream: Stream[Any] | None) -> None:
        """Mix the new stream."""
        arrivals = self._arrivals.get((port, media_type))
        if arrivals is None:
            return
        arrivals.follow(stream)
        if media_type is MediaType.VIDEO:
            self.pictures.feed(port, stream)
            return
        self.voices.feed(port, stream)
        if stream is not None and port not in self._own_ears:
            ear = self._own_ears[port] = self.voices.ear(without=port)
            ear.give_to(port.source_pad(MediaType.AUDIO))

    async def close(self) -> None:
        """Stop mixing."""
        await super().close()
        self.pictures.close()
        self.voices.close()
