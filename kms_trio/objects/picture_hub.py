"""PictureHub: a hub whose author writes one method, `mix`: the pictures of all ports in, one for each port out.

It runs in the server: its module is as trusted as the server itself.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar, Final

import attrs
import av

from kms_trio.codecs.conversion import Conversion, Overflow
from kms_trio.codecs.frame_filter import Note
from kms_trio.codecs.pictures import Picture, PictureFormat, PictureView, untimed_frame
from kms_trio.generated.core.types import MediaType
from kms_trio.media.formats import RAW_VIDEO, StreamKind, Want
from kms_trio.media.streams import RawFrame, RawStream, Stream
from kms_trio.media.ticker import Ticker
from kms_trio.objects.hub import Hub

if TYPE_CHECKING:
    from kms_trio.dispatch import RemoteClass
    from kms_trio.objects.context import ObjectContext
    from kms_trio.objects.hub_port import HubPort
    from kms_trio.objects.media_object import MediaObject

__all__ = ["PictureHub"]

MAX_WAITING: Final = 2
"""Ticks that wait for `mix`; when it is late the oldest ones are left out."""


@attrs.frozen(eq=False)
class _Tick:
    """The latest picture of each port, by its id, at one moment."""

    pts: int
    frames: Mapping[str, RawFrame]


class PictureHub(Hub):
    """Base of hubs of video. Audio and data of the ports go nowhere."""

    picture_format: ClassVar[PictureFormat] = PictureFormat.BGR
    """How `mix` sees pictures, and how it returns them."""
    frames_per_second: ClassVar[int] = 15
    """How often `mix` is called."""

    def __init__(
        self,
        context: ObjectContext,
        parent: MediaObject | None,
        object_class: RemoteClass,
        media_pipeline: MediaObject | None = None,
    ) -> None:
        super().__init__(context, parent, object_class)
        self._places: dict[HubPort, _Place] = {}
        self._ticker = Ticker(context.timers, Fraction(1, self.frames_per_second), self._tick)
        self._conversion: Conversion[_Tick, Any] | None = None

    @abstractmethod
    def mix(self, pictures: Mapping[str, Picture]) -> Mapping[str, Picture]:
        """Return a picture for each port that is to get one, by the id of the port.

        `pictures` holds the latest picture of each port that has sent one, of whatever size, by the id of the port, in
        the order in which the ports were made; they cannot be written to. Runs in a thread of its own; what it raises
        becomes an Error event, and that tick gives nothing. What it returns must not be changed afterwards.
        """

    def port_added(self, port: HubPort) -> None:
        """Take its pictures and give it those of the mix."""
        place = self._places[port] = _Place()
        place.output = _Output(self._reconsider)
        port.sink_pad(MediaType.VIDEO).set_want(Want(StreamKind.RAW))
        port.source_pad(MediaType.VIDEO).set_input(place.output)

    def port_removed(self, port: HubPort) -> None:
        """Go on without it."""
        self._places.pop(port).feed(None, attach=False)
        self._reconsider()

    def port_stream_changed(self, port: HubPort, media_type: MediaType, stream: Stream[Any] | None) -> None:
        """Take its pictures from the new stream."""
        if media_type is MediaType.VIDEO and port in self._places:
            self._places[port].count = port.sink_pad(media_type).flow.count
            self._places[port].feed(stream, attach=self._conversion is not None)

    async def close(self) -> None:
        """Stop mixing."""
        await super().close()
        self._stop()
        self._ticker.close()

    def _reconsider(self) -> None:
        """Mix while anybody takes what comes of it."""
        if not any(place.output.consumers for place in self._places.values()):
            self._stop()
        elif self._conversion is None:
            self._conversion = self.context.codecs.start_conversion(
                f"mix {self.id}",
                lambda: _Mixer(self),
                self._deliver,
                capacity=MAX_WAITING,
                overflow=Overflow.DROP_OLDEST,
            )
            for place in self._places.values():
                place.set_attached(True)
            self._ticker.start()

    def _stop(self) -> None:
        self._ticker.stop()
        for place in self._places.values():
            place.set_attached(False)
        if self._conversion is not None:
            self._conversion.stop()
            self._conversion = None

    def _tick(self, place_s: Fraction) -> None:
        frames = {port.id: place.frame for port, place in self._places.items() if place.frame is not None}
        if self._conversion is not None:
            self._conversion.submit(_Tick(round(place_s * RAW_VIDEO.clock_rate_hz), frames))

    def _deliver(self, result: dict[str, RawFrame] | Note) -> None:
        if callable(result):
            result()
            return
        for port, place in tuple(self._places.items()):
            frame = result.get(port.id)
            if frame is not None:
                place.output.clock.anchor(frame.pts, self.context.clock.unix())
                place.output.push(frame)
                if port.source_pad(MediaType.VIDEO).sinks:
                    port.source_pad(MediaType.VIDEO).flow.count()


class _Output(RawStream):
    """What one port gets."""

    def __init__(self, reconsider: Any) -> None:
        super().__init__(RAW_VIDEO)
        self._reconsider = reconsider

    def started(self) -> None:
        self._reconsider()

    def stopped(self) -> None:
        self._reconsider()


class _Place:
    """One port: its output, and its latest picture; a consumer of what it sends."""

    output: _Output

    def __init__(self) -> None:
        self.frame: RawFrame = None
        self.count: Any = lambda: None
        self._stream: Stream[Any] | None = None
        self._attached = False

    def feed(self, stream: Stream[Any] | None, *, attach: bool) -> None:
        self.set_attached(False)
        self._stream = stream
        if stream is None:
            self.frame = None
        self.set_attached(attach)

    def set_attached(self, attached: bool) -> None:
        if self._stream is None or attached is self._attached:
            return
        self._attached = attached
        if attached:
            self._stream.attach(self)
        else:
            self._stream.detach(self)

    def on_raw(self, frame: RawFrame) -> None:
        self.count()
        self.frame = frame


class _Mixer:
    """The worker's side."""

    def __init__(self, hub: PictureHub) -> None:
        self._hub = hub
        self._view = PictureView(hub.picture_format, read_only=True)
        self._shown: dict[str, tuple[RawFrame, Picture]] = {}

    def convert(self, tick: _Tick) -> Sequence[dict[str, av.VideoFrame] | Note]:
        """Mix once; a picture that stands still is converted once."""
        try:
            self._shown = {port_id: self._seen(port_id, frame) for port_id, frame in tick.frames.items()}
            mixed = self._hub.mix({port_id: picture for port_id, (_, picture) in self._shown.items()})
            frames = {port_id: untimed_frame(each, self._hub.picture_format) for port_id, each in mixed.items()}
        except Exception as crash:  # noqa: BLE001 - the guard of hubs: a picture must not end the mix
            failure = crash
            return (lambda: self._hub.on_crash(failure),)
        for frame in frames.values():
            frame.pts, frame.time_base = tick.pts, Fraction(1, RAW_VIDEO.clock_rate_hz)
        return (frames,)

    def _seen(self, port_id: str, frame: RawFrame) -> tuple[RawFrame, Picture]:
        known = self._shown.get(port_id)
        return known if known is not None and known[0] is frame else (frame, self._view.picture(frame))
