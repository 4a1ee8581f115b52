"""Video encoding for live viewers: no look-ahead, one thread, bitrate and key frames on demand."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

import av
from av.video.frame import PictureType

from kms_trio.codecs.rate_control import RateControl, Rates
from kms_trio.codecs.shaping import ENCODER_PIXELS, Shaper
from kms_trio.codecs.tables import VIDEO_ENCODERS
from kms_trio.media.formats import Format
from kms_trio.media.frames import EncodedFrame
from kms_trio.media.streams import RawFrame

if TYPE_CHECKING:
    from kms_trio.codecs.encoder import EncoderControl

__all__ = ["VideoEncoder", "encoder_options"]

CLOCK_RATE_HZ: Final = 90_000
TIME_BASE: Final = Fraction(1, CLOCK_RATE_HZ)
LOWEST_BITRATE_BPS: Final = 30_000
KEY_FRAME_INTERVAL_TICKS: Final = CLOCK_RATE_HZ // 2
"""Key frames that are asked for come at most this often; a request in between is kept for later."""
MAX_DURATION_TICKS: Final = CLOCK_RATE_HZ // 5
RESTART_TICKS: Final = 10 * CLOCK_RATE_HZ
"""A timestamp that lies so far behind the last one belongs to a source that began anew."""


class VideoEncoder:
    """Encodes pictures of any size and pixel format; a change of either opens the encoder anew.

    Pictures whose timestamp does not grow are left out, and so are those that the encoder refuses.
    """

    def __init__(self, format: Format, control: EncoderControl) -> None:
        self._encoding_name = format.encoding_name
        self._control = control
        self._context: av.VideoCodecContext | None = None
        self._shaper = Shaper(0, 0)
        self._rates = RateControl(live=format.encoding_name == "H264")
        self._source: tuple[int, int] | None = None
        self._last_pts: int | None = None
        self._last_key_pts: int | None = None

    def convert(self, frame: RawFrame) -> Sequence[EncodedFrame]:
        """Encode a picture."""
        pts = frame.pts
        if pts is None or not self._advances(pts):
            return ()
        try:
            duration = min(MAX_DURATION_TICKS, pts - self._last_pts) if self._last_pts is not None else 3000
            self._rates.picture(duration)
            context = self._encoder_for(frame, pts)
            picture = self._shaper.shaped(frame)
            picture.pts, picture.time_base = pts, TIME_BASE
            picture.duration = duration
            picture.pict_type = PictureType.I if self._key_frame_is_due(pts) else PictureType.NONE
            self._last_pts = pts
            return [self._encoded(packet, duration) for packet in context.encode(picture) if packet.pts is not None]
        except av.error.FFmpegError:
            self._context = None  # opened anew with the next picture
            return ()

    def _advances(self, pts: int) -> bool:
        if self._last_pts is not None and pts < self._last_pts - RESTART_TICKS:
            self._context, self._last_pts, self._last_key_pts = None, None, None
        return self._last_pts is None or pts > self._last_pts

    def _encoded(self, packet: av.Packet[Any], duration: int) -> EncodedFrame:
        assert packet.pts is not None
        if packet.is_keyframe:
            self._last_key_pts = packet.pts
        return EncodedFrame(bytes(packet), packet.pts, packet.is_keyframe, duration)

    def _key_frame_is_due(self, pts: int) -> bool:
        if not self._control.key_frame_wanted:
            return False
        if self._last_key_pts is not None and pts - self._last_key_pts < KEY_FRAME_INTERVAL_TICKS:
            return False
        self._control.key_frame_wanted = False
        return True

    # The encoder.

    def _encoder_for(self, frame: RawFrame, pts: int) -> av.VideoCodecContext:
        size = (frame.width, frame.height)
        bitrate_bps = max(LOWEST_BITRATE_BPS, self._control.bitrate_bps)
        if self._context is None or size != self._source or self._rates.must_reopen(bitrate_bps, pts):
            self._source = size
            return self._open(*size, self._rates.open(bitrate_bps, pts))
        told_bps = self._rates.change(bitrate_bps)
        if told_bps is not None:
            self._context.bit_rate = told_bps
        return self._context

    def _open(self, width: int, height: int, rates: Rates) -> av.VideoCodecContext:
        context = av.CodecContext.create(VIDEO_ENCODERS[self._encoding_name], "w")
        assert isinstance(context, av.VideoCodecContext)
        if self._encoding_name == "H264":  # subsampled colour needs even sizes; libvpx pads by itself
            width, height = _even(width), _even(height)
            context.profile = "Constrained Baseline"
        context.width, context.height = width, height
        context.pix_fmt = ENCODER_PIXELS
        context.time_base = TIME_BASE
        context.framerate = Fraction(30)
        context.thread_count = 1
        context.bit_rate = rates.highest_bps  # libx264 follows later changes only when this is its maximum, too
        context.options = encoder_options(self._encoding_name, rates)
        context.open()
        context.bit_rate = rates.start_bps
        self._context, self._shaper = context, Shaper(width, height)
        return context


def _even(pixels: int) -> int:
    return max(2, pixels & ~1)


def encoder_options(encoding_name: str, rates: Rates) -> dict[str, str]:
    """Encoder options, as lively as the ones that Kurento uses."""
    if encoding_name == "H264":
        # A key frame at each cut (sc_threshold) is for those who seek; viewers only get it late.
        own = {"preset": "superfast", "tune": "zerolatency", "g": "60", "forced-idr": "1", "sc_threshold": "0"}
    else:
        speed = "16" if encoding_name == "VP8" else "8"
        own = {"deadline": "realtime", "cpu-used": speed, "lag-in-frames": "0", "g": "128"}
        own["minrate"] = str(rates.highest_bps)
    return own | {"maxrate": str(rates.highest_bps), "bufsize": str(rates.buffer_bits)}
