"""Decoding: encoded frames to pictures, and to samples of one shape (48 kHz, stereo, 16 bit)."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, Protocol

import av

from kms_trio.codecs.clocks import clock_at_rate
from kms_trio.codecs.conversion import Conversion, Converter, Overflow
from kms_trio.codecs.resample import Resampler
from kms_trio.codecs.tables import DECODERS
from kms_trio.media.formats import RAW_AUDIO, RAW_VIDEO, Format
from kms_trio.media.frames import EncodedFrame
from kms_trio.media.streams import EncodedStream, RawFrame, RawStream

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["AudioDecoder", "DecodedStream", "Signal", "VideoDecoder", "open_decoder"]

VIDEO_QUEUE_FRAMES: Final = 60
AUDIO_QUEUE_FRAMES: Final = 100


class Signal(enum.Enum):
    """What a decoder has to say besides pictures."""

    KEY_FRAME_NEEDED = "key frame needed"


class StartConversion(Protocol):
    """`CodecService.start_conversion`."""

    def __call__(
        self,
        name: str,
        make_converter: Callable[[], Converter[Any, Any]],
        deliver: Callable[[Any], None],
        *,
        capacity: int,
        overflow: Overflow,
    ) -> Conversion[Any, Any]: ...


class DecodedStream(RawStream):
    """Pictures or samples of an encoded stream, decoded while somebody is attached."""

    def __init__(self, start_conversion: StartConversion, upstream: EncodedStream) -> None:
        format = RAW_AUDIO if upstream.format.is_audio else RAW_VIDEO
        super().__init__(format, clock_at_rate(upstream.clock, format.clock_rate_hz))
        self._start_conversion = start_conversion
        self._upstream = upstream
        self._conversion: Conversion[EncodedFrame, RawFrame | Signal] | None = None
        self._waits_for_key_frame = False

    def started(self) -> None:
        """Start a decoder and ask for a key frame to begin with."""
        format = self._upstream.format
        audio = format.is_audio
        self._waits_for_key_frame = not audio
        self._conversion = self._start_conversion(
            f"decode {format.encoding_name}",
            lambda: AudioDecoder(format) if audio else VideoDecoder(format),
            self._deliver,
            capacity=AUDIO_QUEUE_FRAMES if audio else VIDEO_QUEUE_FRAMES,
            overflow=Overflow.DROP_OLDEST if audio else Overflow.DROP_ALL,
        )
        self._upstream.attach(self)
        if not audio:
            self._upstream.request_key_frame()

    def stopped(self) -> None:
        """Stop the decoder; what it was at is thrown away."""
        self._upstream.detach(self)
        if self._conversion is not None:
            self._conversion.stop()
            self._conversion = None

    def request_key_frame(self) -> None:
        """Ask upstream."""
        self._upstream.request_key_frame()

    def on_frame(self, frame: EncodedFrame) -> None:
        """Hand a frame to the decoder."""
        if self._conversion is None:
            return
        if self._waits_for_key_frame:
            if not frame.key_frame:
                return
            self._waits_for_key_frame = False
        if not self._conversion.submit(frame) and not self.format.is_audio:
            self._waits_for_key_frame = True
            self._upstream.request_key_frame()

    def _deliver(self, result: RawFrame | Signal) -> None:
        if result is Signal.KEY_FRAME_NEEDED:
            self._waits_for_key_frame = True
            self._upstream.request_key_frame()
        else:
            self.push(result)


def open_decoder(format: Format) -> av.VideoCodecContext | av.AudioCodecContext:
    """A decoder for media of `format`, single-threaded."""
    context = av.CodecContext.create(DECODERS[format.encoding_name], "r")
    assert isinstance(context, av.VideoCodecContext | av.AudioCodecContext)
    context.thread_count = 1
    if isinstance(context, av.AudioCodecContext):
        context.sample_rate = format.clock_rate_hz
        context.layout = "stereo" if format.channels == 2 else "mono"
    config = dict(format.parameters).get("config")
    if config:
        context.extradata = bytes.fromhex(config)  # AAC (RFC 3640) and Vorbis cannot be decoded without
    return context


class VideoDecoder:
    """Decodes from a key frame on; after media that cannot be decoded it waits for the next one."""

    def __init__(self, format: Format) -> None:
        self._context = open_decoder(format)
        self._time_base = Fraction(1, format.clock_rate_hz)
        self._broken = True

    def convert(self, frame: EncodedFrame) -> Sequence[av.VideoFrame | Signal]:
        """Decode a frame into the pictures that are complete with it."""
        if self._broken and not frame.key_frame:
            return ()
        packet: av.Packet[Any] = av.Packet(frame.data)
        packet.pts, packet.time_base = frame.pts, self._time_base
        try:
            pictures = self._context.decode(packet)
        except av.error.FFmpegError:
            self._broken = True
            return (Signal.KEY_FRAME_NEEDED,)
        self._broken = False
        return [picture for picture in pictures if isinstance(picture, av.VideoFrame) and picture.pts is not None]


class AudioDecoder:
    """Decodes to `RAW_AUDIO`; frames that cannot be decoded leave a gap."""

    def __init__(self, format: Format) -> None:
        self._context = open_decoder(format)
        self._clock_rate_hz = format.clock_rate_hz
        self._resampler = Resampler("s16", "stereo", RAW_AUDIO.clock_rate_hz)

    def convert(self, frame: EncodedFrame) -> Sequence[av.AudioFrame]:
        """Decode a frame into samples."""
        packet: av.Packet[Any] = av.Packet(frame.data)
        packet.pts, packet.time_base = frame.pts, Fraction(1, self._clock_rate_hz)
        samples: list[av.AudioFrame] = []
        try:
            pts = frame.pts
            for part in self._context.decode(packet):
                if isinstance(part, av.AudioFrame):
                    duration = part.samples * self._clock_rate_hz // part.sample_rate
                    samples += self._resampler.push(part, pts, self._clock_rate_hz)
                    pts += duration
        except av.error.FFmpegError:
            return samples
        return samples
