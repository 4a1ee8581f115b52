"""A real server in the process of a test: on a free port, with media that the test makes and takes.

For a filter `tint`, with an element whose media the test sends itself:

    camera = await kms_client.create("PassThrough", mediaPipeline=pipeline)
    await kms_client.invoke(camera, "connect", sink=tint)
    source, seen = kms_server.feed(camera), kms_server.watch(tint)
    source.show(colour_bars())
    picture = await seen.picture()

Filters of modules that the server does not trust are at work in processes of their own, as they are in use.
"""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from typing import Any, Final, cast

import attrs
import av
import numpy as np
import trio

from kms_trio import app
from kms_trio.codecs.pictures import Picture
from kms_trio.generated.core.types import MediaType
from kms_trio.media.formats import RAW_AUDIO, RAW_VIDEO, StreamKind, Want
from kms_trio.media.frames import DataMessage
from kms_trio.media.pads import SinkPad
from kms_trio.media.streams import DataStream, RawStream, Stream
from kms_trio.objects.context import ObjectContext
from kms_trio.objects.data_filtering import data_message, data_value
from kms_trio.objects.media_element import MediaElement
from kms_trio.plugins import Plugins
from kms_trio.settings import Settings
from kms_trio.testing.clips import tone
from kms_trio.testing.patience import PATIENCE_S

__all__ = ["LocalServer", "MediaSource", "MediaWatch", "start_server"]

#: Longer than tests wait.
_PATIENCE_S: Final = 2 * PATIENCE_S


class MediaSource:
    """What leaves an element: pictures, tones and messages of the test, in place of what the element would give."""

    def __init__(self, element: MediaElement) -> None:
        self._video, self._audio, self._data = RawStream(RAW_VIDEO), RawStream(RAW_AUDIO), DataStream()
        element.source_pad(MediaType.VIDEO).set_input(self._video)
        element.source_pad(MediaType.AUDIO).set_input(self._audio)
        element.source_pad(MediaType.DATA).set_input(self._data)
        self._ticks = 0
        self._samples = 0

    def show(self, picture: Picture | av.VideoFrame, *, after_s: float = 0.04) -> None:
        """Send a picture (BGR, or a frame of any format), taken `after_s` after the last one."""
        if not isinstance(picture, av.VideoFrame):
            picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="bgr24")
        self._ticks += round(after_s * RAW_VIDEO.clock_rate_hz)
        picture.pts, picture.time_base = self._ticks, Fraction(1, RAW_VIDEO.clock_rate_hz)
        self._video.push(picture)

    def say(self, frequency_hz: float, *, seconds: float = 0.02) -> None:
        """Send the next samples of a tone."""
        samples = round(seconds * RAW_AUDIO.clock_rate_hz)
        self._audio.push(tone(frequency_hz, self._samples, samples, RAW_AUDIO.clock_rate_hz))
        self._samples += samples

    def send(self, message: str | bytes, label: str = "") -> None:
        """Send a message, as one that came on the data channel `label`."""
        self._data.push(data_message(message, label))


class MediaWatch:
    """Takes decoded media that leaves an element. Each picture, block or message is given once, in order."""

    def __init__(self, context: ObjectContext, element: MediaElement, media_type: MediaType) -> None:
        self._send, self._receive = trio.open_memory_channel[Any](np.inf)
        self._stream: Stream[Any] | None = None
        want = Want(StreamKind.DATA if media_type is MediaType.DATA else StreamKind.RAW)
        pad = SinkPad(self, media_type, timers=context.timers, on_stream=self._switch, want=want)
        element.source_pad(media_type).link(pad)

    async def frame(self) -> Any:
        """Wait for the next `av.VideoFrame` or `av.AudioFrame`. Raises trio.TooSlowError when none comes."""
        with trio.fail_after(PATIENCE_S):
            return await self._receive.receive()

    async def picture(self) -> Picture:
        """Wait for the next picture, as BGR. Raises trio.TooSlowError when none comes."""
        return cast(Picture, (await self.frame()).to_ndarray(format="bgr24"))

    async def message(self) -> str | bytes:
        """Wait for the next message of a data channel. Raises trio.TooSlowError when none comes."""
        return data_value(await self.frame())

    def on_raw(self, frame: Any) -> None:
        """Called by the stream."""
        self._send.send_nowait(frame)

    def on_data(self, message: DataMessage) -> None:
        """Called by the stream."""
        self._send.send_nowait(message)

    def _switch(self, stream: Stream[Any] | None) -> None:
        if self._stream is not None:
            self._stream.detach(self)
        self._stream = stream
        if stream is not None:
            stream.attach(self)


@attrs.frozen
class LocalServer:
    """A running server."""

    server: app.Server

    @property
    def control_url(self) -> str:
        """Where clients connect to, `ws://127.0.0.1:PORT/kurento`."""
        return self.server.control_url

    def element(self, object_id: str) -> MediaElement:
        """The element that a client knows by this id. Raises KurentoError 40101, and TypeError for other objects."""
        found = self.server.context.directory.get(object_id)
        if not isinstance(found, MediaElement):
            raise TypeError(f"expected a media element, got {found!r}")
        return found

    def feed(self, object_id: str) -> MediaSource:
        """Let the element give what the test makes; a `PassThrough` is made for that."""
        return MediaSource(self.element(object_id))

    def watch(self, object_id: str, media_type: MediaType = MediaType.VIDEO) -> MediaWatch:
        """Take what the element gives from now on."""
        return MediaWatch(self.server.context, self.element(object_id), media_type)


async def start_server(nursery: trio.Nursery, plugins: Plugins, settings: Settings | None = None) -> LocalServer:
    """Run a server in `nursery`, on a free port of 127.0.0.1 and without the HTTP side, until that is cancelled.

    Unless `settings` say otherwise filters may take as long as they like.
    """
    if settings is None:
        # A machine that tests run on may be slow at times, which is none of the filter's faults.
        settings = Settings()
        settings = attrs.evolve(
            settings, filters=attrs.evolve(settings.filters, late_s=_PATIENCE_S, kill_s=_PATIENCE_S)
        )
    settings = attrs.evolve(
        settings,
        http=attrs.evolve(settings.http, port=0),
        http_endpoint=attrs.evolve(settings.http_endpoint, server_port=0),
    )
    listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
    server: app.Server = await nursery.start(partial(app.serve, settings, plugins=plugins, listeners=listeners))
    return LocalServer(server)
