"""The sinks of the matrix, and what they have seen and heard."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import av
import numpy as np

from kms_trio.app import Server
from kms_trio.clock import unix_from_ntp
from kms_trio.codecs.decoder import open_decoder
from kms_trio.generated.core.types import MediaType
from kms_trio.media.formats import Format, StreamKind, Want
from kms_trio.media.frames import EncodedFrame
from kms_trio.media.pads import SinkPad
from kms_trio.media.streams import Stream
from kms_trio.rtc.rtcp import RtcpPacket, SenderReport
from kms_trio.testing.patience import until
from kms_trio.testing.rpc import RpcClient
from tests.elements.rtp.peer import open_peer as open_rtp_peer
from tests.elements.webrtc.room import join
from tests.matrix.cases import Case
from tests.matrix.material import SIZE
from tests.matrix.observations import Observations
from tests.matrix.sources import CODECS, COMPOSED_FRAMERATE, negotiate_both

__all__ = ["Sink", "observe", "open_sink"]

PROFILES = {"webm": "WEBM", "mp4": "MP4", "mkv": "MKV"}


class Sink:
    """`element` is to be connected to the source."""

    element: str
    observed: Observations

    def skew_s(self) -> float | None:
        """How much later sound is than the pictures; None while that is not known."""
        raise NotImplementedError

    def look(self) -> None:
        """Take in what has come."""

    async def finish(self) -> None:
        """All that is to be observed has come."""


@asynccontextmanager
async def open_sink(client: RpcClient, server: Server, pipeline: str, folder: Path, case: Case) -> AsyncIterator[Sink]:
    """The sink of a case, ready to be fed."""
    async with AsyncExitStack() as stack:
        if case.sink == "webrtc":
            codecs = [CODECS[case.give_audio], CODECS[case.give_video]]
            viewer = await stack.enter_async_context(join(client, pipeline, send=False, codecs=codecs))
            peer = viewer.peer
            yield _NetworkSink(
                viewer.endpoint,
                case,
                lambda kind: peer.tracks[kind].frames if kind in peer.tracks else (),
                lambda kind: [
                    each
                    for each in peer.rtcp
                    if isinstance(each, SenderReport) and kind in peer.tracks and each.ssrc == peer.tracks[kind].ssrc
                ],
            )
        elif case.sink == "rtp":
            video = await stack.enter_async_context(open_rtp_peer("video", case.give_video, payload_type=97))
            audio = await stack.enter_async_context(open_rtp_peer("audio", case.give_audio, payload_type=98))
            endpoint = await client.create("RtpEndpoint", mediaPipeline=pipeline)
            await negotiate_both(client, endpoint, audio, video, "recvonly")
            peers = {"audio": audio, "video": video}
            yield _NetworkSink(endpoint, case, lambda kind: peers[kind].frames, lambda kind: peers[kind].rtcp)
        elif case.sink in PROFILES:
            path = folder / f"{str(case).replace(' ', '-')}.{case.sink}"
            profile = PROFILES[case.sink] + ("" if case.has_pictures else "_AUDIO_ONLY")
            recorder = await client.create(
                "RecorderEndpoint", mediaPipeline=pipeline, uri=path.as_uri(), mediaProfile=profile
            )
            await client.invoke(recorder, "record")
            yield _FileSink(client, recorder, path)
        else:
            element, watched = await _processing(client, pipeline, case)
            yield _RawSink(server, element, watched)


async def _processing(client: RpcClient, pipeline: str, case: Case) -> tuple[str, str]:
    """An element that decodes, and where what it makes of that comes out."""
    if case.sink == "filter":
        element = await client.create("ImageOverlayFilter", mediaPipeline=pipeline)
        return element, element
    size = {"width": SIZE[0], "height": SIZE[1], "framerate": COMPOSED_FRAMERATE}
    hub = await client.create("Composite", mediaPipeline=pipeline, **size)
    one, other = [await client.create("HubPort", hub=hub) for _ in range(2)]
    return one, other


class _NetworkSink(Sink):
    """RTP: places are those that sender reports tell (RFC 3550 section 6.4.1)."""

    def __init__(
        self,
        element: str,
        case: Case,
        frames: Callable[[str], Sequence[EncodedFrame]],
        reports: Callable[[str], Sequence[RtcpPacket]],
    ) -> None:
        self.element = element
        self.observed = Observations()
        self._frames, self._reports = frames, reports
        self._taken = {"audio": 0, "video": 0}
        self._rate_hz = 48_000 if case.give_audio == "OPUS" else 8_000
        channels = 2 if case.give_audio == "OPUS" else 1
        self._decoders: dict[str, Any] = {
            "audio": open_decoder(Format(case.give_audio, self._rate_hz, channels)),
            "video": open_decoder(Format(case.give_video, 90_000)),
        }
        self._has_key_frame = False

    def look(self) -> None:
        for kind in ("audio", "video"):
            frames = self._frames(kind)
            for frame in frames[self._taken[kind] :]:
                self._decode(kind, frame)
            self._taken[kind] = len(frames)

    def _decode(self, kind: str, frame: EncodedFrame) -> None:
        if kind == "video":
            self._has_key_frame = self._has_key_frame or frame.key_frame
            if not self._has_key_frame:
                return
        for unit in self._decoders[kind].decode(av.Packet(frame.data)):
            if isinstance(unit, av.VideoFrame):
                self.observed.saw(frame.pts, unit)
            else:
                self.observed.heard(frame.pts, _mono(unit), unit.sample_rate)

    def skew_s(self) -> float | None:
        return self.observed.skew_s(self._place("video", 90_000), self._place("audio", self._rate_hz))

    def _place(self, kind: str, rate_hz: int) -> Callable[[int], float | None]:
        reports = [each for each in self._reports(kind) if isinstance(each, SenderReport)]

        def place_s(tick: int) -> float | None:
            if not reports:
                return None
            distance = (tick - reports[-1].rtp_timestamp + (1 << 31)) % (1 << 32) - (1 << 31)
            return unix_from_ntp(reports[-1].ntp_timestamp) + distance / rate_hz

        return place_s


class _FileSink(Sink):
    """A recording."""

    def __init__(self, client: RpcClient, element: str, path: Path) -> None:
        self.element = element
        self.observed = Observations()
        self._client = client
        self._path = path
        self._looked_at_bytes = 0

    def look(self) -> None:
        """Read what there is of the file while it is written."""
        size_bytes = self._path.stat().st_size if self._path.exists() else 0
        if size_bytes == self._looked_at_bytes:
            return
        self._looked_at_bytes = size_bytes
        observed = Observations()
        try:
            with av.open(str(self._path)) as container:
                units: Iterator[object] = container.decode(*container.streams)
                for unit in units:
                    if isinstance(unit, av.VideoFrame):
                        observed.saw(unit.time, unit)
                    elif isinstance(unit, av.AudioFrame):
                        for begin, samples in _parts(unit):
                            observed.heard(float(unit.time or 0) + begin, samples, unit.sample_rate)
        except (av.error.FFmpegError, OSError):
            pass  # not a whole file yet
        self.observed = observed

    async def finish(self) -> None:
        await self._client.invoke(self.element, "stopAndWait")
        self._looked_at_bytes = 0
        self.look()

    def skew_s(self) -> float | None:
        return self.observed.skew_s(float, float)


class _RawSink(Sink):
    """What leaves an element that works on pictures and samples."""

    def __init__(self, server: Server, element: str, watched: str) -> None:
        self.element = element
        self.observed = Observations()
        self._streams: dict[MediaType, Stream[Any]] = {}
        target: Any = server.context.directory.get(watched)
        for media_type in (MediaType.AUDIO, MediaType.VIDEO):
            pad = SinkPad(
                self,
                media_type,
                timers=server.context.timers,
                on_stream=partial(self._switch, media_type),
                want=Want(StreamKind.RAW),
            )
            target.source_pad(media_type).link(pad)

    def on_raw(self, frame: Any) -> None:
        if isinstance(frame, av.VideoFrame):
            self.observed.saw(frame.pts, frame)
        else:
            self.observed.heard(frame.pts, _mono(frame), frame.sample_rate)

    def _switch(self, media_type: MediaType, stream: Stream[Any] | None) -> None:
        if media_type in self._streams:
            self._streams.pop(media_type).detach(self)
        if stream is not None:
            self._streams[media_type] = stream
            stream.attach(self)

    def skew_s(self) -> float | None:
        if len(self._streams) < 2:
            return None
        return self.observed.skew_s(
            self._streams[MediaType.VIDEO].clock.unix_s, self._streams[MediaType.AUDIO].clock.unix_s
        )


def _mono(frame: av.AudioFrame) -> np.ndarray[Any, Any]:
    data = frame.to_ndarray()
    return data[0] if frame.format.is_planar else data[0, :: frame.layout.nb_channels]


def _parts(frame: av.AudioFrame) -> list[tuple[float, np.ndarray[Any, Any]]]:
    """Blocks of at most about 20 ms with their places in the frame, seconds."""
    samples, size = _mono(frame), max(1, frame.sample_rate // 45)
    starts = range(0, len(samples), size)
    return [(start / frame.sample_rate, samples[start : start + size]) for start in starts]


async def observe(sink: Sink, has_pictures: bool) -> None:
    """Wait until there is enough to judge by."""

    def enough() -> bool:
        sink.look()
        return sink.observed.enough if has_pictures else sink.observed.enough_sounds

    await until(enough)
