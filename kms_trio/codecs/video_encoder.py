"""Video encoding for live viewers: no look-ahead, one thread, bitrate and key frames on demand."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

import av
from av.filter import Graph
from av.video.frame import PictureType
from av.video.reformatter import VideoReformatter

from kms_trio.codecs.tables import VIDEO_ENCODERS
from kms_trio.media.formats import Format
from kms_trio.media.frames import EncodedFrame
from kms_trio.media.streams import RawFrame

if TYPE_CHECKING:
    from kms_trio.codecs.encoder import EncoderControl

__all__ = ["VideoEncoder"]

CLOCK_RATE_HZ: Final = 90_000
TIME_BASE: Final = Fraction(1, CLOCK_RATE_HZ)
LOWEST_BITRATE_BPS: Final = 30_000
KEY_FRAME_INTERVAL_TICKS: Final = CLOCK_RATE_HZ // 2
"""Key frames that are asked for come at most this often; a request in between is kept for later."""
REOPEN_INTERVAL_TICKS: Final = 2 * CLOCK_RATE_HZ
"""An open encoder keeps its bitrate, so a new one means a new encoder and a key frame: not more often than this."""
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
        self._graph: Graph | None = None
        self._reformatter = VideoReformatter()
        self._source: tuple[int, int, str] | None = None
        self._bitrate_bps = 0
        self._opened_pts = 0
        self._last_pts: int | None = None
        self._last_key_pts: int | None = None

    def convert(self, frame: RawFrame) -> Sequence[EncodedFrame]:
        """Encode a picture."""
        pts = frame.pts
        if pts is None or not self._advances(pts):
            return ()
        try:
            context = self._encoder_for(frame, pts)
            picture = self._own_picture(frame)
            picture.pts, picture.time_base = pts, TIME_BASE
            duration = min(MAX_DURATION_TICKS, pts - self._last_pts) if self._last_pts is not None else 3000
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

    # The encoder and what must fit it.

    def _encoder_for(self, frame: RawFrame, pts: int) -> av.VideoCodecContext:
        source = (frame.width, frame.height, frame.format.name)
        bitrate_bps = max(LOWEST_BITRATE_BPS, self._control.bitrate_bps)
        if self._context is None or source != self._source:
            self._source = source
            self._graph = None
            return self._open(frame.width, frame.height, bitrate_bps, pts)
        if self._worth_reopening(bitrate_bps, pts):
            return self._open(frame.width, frame.height, bitrate_bps, pts)
        return self._context

    def _worth_reopening(self, bitrate_bps: int, pts: int) -> bool:
        change = abs(bitrate_bps - self._bitrate_bps) / self._bitrate_bps
        return change > 0.15 and pts - self._opened_pts >= REOPEN_INTERVAL_TICKS

    def _open(self, width: int, height: int, bitrate_bps: int, pts: int) -> av.VideoCodecContext:
        context = av.CodecContext.create(VIDEO_ENCODERS[self._encoding_name], "w")
        assert isinstance(context, av.VideoCodecContext)
        if self._encoding_name == "H264":  # subsampled colour needs even sizes; libvpx pads by itself
            width, height = _even(width), _even(height)
        context.width, context.height = width, height
        context.pix_fmt = "yuv420p"
        context.time_base = TIME_BASE
        context.framerate = Fraction(30)
        context.thread_count = 1
        context.bit_rate = bitrate_bps
        context.options = _options(self._encoding_name, bitrate_bps)
        if self._encoding_name == "H264":
            context.profile = "Constrained Baseline"
        self._context, self._bitrate_bps, self._opened_pts = context, bitrate_bps, pts
        return context

    def _own_picture(self, frame: RawFrame) -> av.VideoFrame:
        """The picture in the encoder's shape, as a frame of our own: the one we were given is shared with others."""
        assert self._context is not None
        if frame.format.name == "bgr24" and (frame.width, frame.height) == (self._context.width, self._context.height):
            # What filters of BGR give: the same pixels as by the graph, at a third of its cost.
            return self._reformatter.reformat(frame, format="yuv420p")
        if self._graph is None:
            self._graph = graph = Graph()
            graph.threads = 1
            source = graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=TIME_BASE)
            scale = graph.add("scale", f"{self._context.width}:{self._context.height}")
            shape = graph.add("format", "yuv420p")
            graph.link_nodes(source, scale, shape, graph.add("buffersink")).configure()
        self._graph.vpush(frame)
        return self._graph.vpull()


def _even(pixels: int) -> int:
    return max(2, pixels & ~1)


def _options(encoding_name: str, bitrate_bps: int) -> dict[str, str]:
    """Encoder options, as lively as the ones that Kurento uses."""
    if encoding_name == "H264":
        own = {"preset": "veryfast", "tune": "zerolatency", "g": "60", "forced-idr": "1"}
    else:
        speed = "16" if encoding_name == "VP8" else "8"
        own = {"deadline": "realtime", "cpu-used": speed, "lag-in-frames": "0", "g": "128", "minrate": str(bitrate_bps)}
    return own | {"maxrate": str(bitrate_bps), "bufsize": str(bitrate_bps * 6 // 10)}
