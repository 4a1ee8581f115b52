"""Encoding as a stream: bitrate and key frames as its consumers and its element's settings want them."""

from __future__ import annotations

from typing import Final

import attrs

from kms_trio.codecs.audio_encoder import AudioEncoder
from kms_trio.codecs.clocks import clock_at_rate
from kms_trio.codecs.conversion import Conversion, Overflow
from kms_trio.codecs.decoder import StartConversion
from kms_trio.codecs.video_encoder import VideoEncoder
from kms_trio.media.agnostic import EncoderSettings
from kms_trio.media.formats import Format
from kms_trio.media.frames import EncodedFrame
from kms_trio.media.streams import EncodedStream, RawFrame, RawStream

__all__ = ["EncoderControl", "ReencodedStream", "effective_bitrate"]

VIDEO_QUEUE_FRAMES: Final = 8
AUDIO_QUEUE_FRAMES: Final = 50


@attrs.define
class EncoderControl:
    """What the Trio thread tells a running encoder.  Plain values, so that neither side waits for the other."""

    bitrate_bps: int
    key_frame_wanted: bool = True
    """Set by the Trio thread, cleared by the encoder that has made one: many requests become one key frame."""


class ReencodedStream(EncodedStream):
    """Raw media encoded to `format` while somebody is attached."""

    def __init__(
        self, start_conversion: StartConversion, upstream: RawStream, format: Format, settings: EncoderSettings
    ) -> None:
        super().__init__(format, clock_at_rate(upstream.clock, format.clock_rate_hz))
        self._start_conversion = start_conversion
        self._upstream = upstream
        self._settings = settings
        self._control = EncoderControl(0)
        self._conversion: Conversion[RawFrame, EncodedFrame] | None = None

    def started(self) -> None:
        """Start an encoder with the bitrate of the moment."""
        control = self._control = EncoderControl(self._bitrate_bps())
        format, source_rate_hz = self.format, self._upstream.format.clock_rate_hz
        audio, audio_bitrate_bps = format.is_audio, self._settings.audio_bitrate_bps
        self._conversion = self._start_conversion(
            f"encode {format.encoding_name}",
            lambda: AudioEncoder(format, source_rate_hz, audio_bitrate_bps) if audio else VideoEncoder(format, control),
            self.push,
            capacity=AUDIO_QUEUE_FRAMES if audio else VIDEO_QUEUE_FRAMES,
            overflow=Overflow.DROP_OLDEST,
        )
        self._upstream.attach(self)

    def stopped(self) -> None:
        """Stop the encoder; what it was at is thrown away."""
        self._upstream.detach(self)
        if self._conversion is not None:
            self._conversion.stop()
            self._conversion = None

    def request_key_frame(self) -> None:
        """Have one of the next pictures encoded as a key frame."""
        self._control.key_frame_wanted = True

    def on_raw(self, frame: RawFrame) -> None:
        """Hand a picture or samples to the encoder."""
        if self._conversion is not None:
            self._control.bitrate_bps = self._bitrate_bps()
            self._conversion.submit(frame)

    def _bitrate_bps(self) -> int:
        return effective_bitrate(self.lowest_bitrate_bps, self._settings)


def effective_bitrate(wanted_bps: int | None, settings: EncoderSettings) -> int:
    """Bits per second to encode with: what the consumers can take, else the target, within the bounds.

    A maximum of 0 or less means none.
    """
    bitrate_bps = settings.encoder_bitrate_bps if wanted_bps is None else wanted_bps
    if settings.max_encoder_bitrate_bps > 0:
        bitrate_bps = min(bitrate_bps, settings.max_encoder_bitrate_bps)
    return max(bitrate_bps, settings.min_encoder_bitrate_bps)
