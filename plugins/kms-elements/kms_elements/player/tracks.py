"""The tracks of a source: from packets of a file to what a pipeline takes, passed through or decoded.

Runs in the source's thread.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any, Final

import attrs
import av
from av.bitstream import BitStreamFilterContext

from kms_elements.player.upright import Upright
from kms_trio.api import MediaType, Resampler
from kms_trio.media.formats import RAW_AUDIO, RAW_VIDEO, Format
from kms_trio.media.frames import EncodedFrame
from kms_trio.media.streams import RawFrame

__all__ = ["DecodedTrack", "EncodedTrack", "Track", "Unit", "make_track"]

VIDEO_CLOCK_RATE_HZ: Final = 90_000
MICROSECONDS: Final = 1_000_000
MAX_PIXELS: Final = 8192 * 8192
"""A few bytes can claim to be an endless picture."""

MAX_MISORDER_S: Final = 2
"""Pictures out of order by more are a jump of the source's clock."""
DEFAULT_RATE: Final = 25
_BROWSERS_PIXELS: Final = frozenset({"yuv420p", "yuvj420p", None})
"""None: a camera has not told it yet."""
_VIDEO_NAMES: Final = {"vp8": "VP8", "vp9": "VP9", "h264": "H264", "hevc": "H265", "av1": "AV1", "libdav1d": "AV1"}
_AUDIO_NAMES: Final = {
    "opus": "OPUS",
    "libopus": "OPUS",
    "pcm_mulaw": "PCMU",
    "pcm_alaw": "PCMA",
    "aac": "AAC",
    "vorbis": "VORBIS",
    "mp3": "MP3",
    "mp3float": "MP3",
}
_TO_ANNEX_B: Final = {"H264": "h264_mp4toannexb", "H265": "hevc_mp4toannexb"}


@attrs.frozen
class Unit:
    """Something to send: an encoded frame, a picture or samples.

    `pts` is the timestamp in ticks of `clock_rate_hz`, `due_s` when to send it, both from the start of the source.
    """

    media_type: MediaType
    clock_rate_hz: int
    due_s: float
    duration_s: float
    pts: int
    media: EncodedFrame | RawFrame


class Track:
    """One track of an open file."""

    def __init__(self, stream: Any, format: Format, start_s: Fraction) -> None:
        self.stream = stream
        self.format = format
        self.media_type = MediaType.AUDIO if format.is_audio else MediaType.VIDEO
        self.progress_s = 0.0
        """How far into the source this track has been read."""
        self.placed = False
        """Whether a packet had a time."""
        self.shift_s = Fraction(0)
        """What to add to the times in the source: rounds that were played before, clocks that jumped."""
        self._start_s = start_s
        self._counted = 0  # ticks

    def count(self, packet: av.Packet[Any]) -> None:
        """Give a picture of a stream without times one, by the rate that the stream tells."""
        if packet.pts is not None or packet.dts is not None or not packet.size:
            return
        packet.dts = self._counted
        self._counted += packet.duration or round(1 / ((self.stream.guessed_rate or DEFAULT_RATE) * packet.time_base))

    def convert(self, packet: av.Packet[Any], shift_s: Fraction) -> list[Unit]:
        """Units of one packet; an empty packet at the end asks for what is left.  Skips what is broken."""
        self.shift_s = shift_s
        try:
            return list(self._units(packet))
        except (av.error.FFmpegError, ValueError):
            return []  # ValueError: a change that the resampler does not follow, a picture that makes no sense

    def restart(self, skip_until_s: float, shift_s: Fraction, exact: bool) -> None:
        """The file was positioned anew; media before `skip_until_s` are not wanted where they can be left out.

        Not `exact`: the pictures begin earlier.
        """
        self.progress_s, self.shift_s = float(shift_s), shift_s
        self._counted = 0

    def _units(self, packet: av.Packet[Any]) -> Iterable[Unit]:
        raise NotImplementedError

    def _seconds(self, ticks: int, time_base: Fraction) -> Fraction:
        return ticks * time_base - self._start_s + self.shift_s


class EncodedTrack(Track):
    """Passes frames on as they are, H264 and H265 as Annex B with the parameter sets before each key frame."""

    def __init__(self, stream: Any, format: Format, start_s: Fraction) -> None:
        super().__init__(stream, format, start_s)
        self._filter: BitStreamFilterContext | None = None
        self._skip_until_s = float("-inf")
        extradata = stream.codec_context.extradata
        if format.encoding_name in _TO_ANNEX_B and extradata:
            # Where there are start codes already (RTSP, say), parameter sets may still be apart from the key frames.
            name = _TO_ANNEX_B[format.encoding_name] if extradata[0] == 1 else "dump_extra=freq=keyframe"
            self._filter = BitStreamFilterContext(name, stream)

    def restart(self, skip_until_s: float, shift_s: Fraction, exact: bool) -> None:
        """No picture is left out: a decoder needs all since the key frame before that place."""
        super().restart(skip_until_s, shift_s, exact)
        self._skip_until_s = skip_until_s if exact and self.format.is_audio else float("-inf")
        if self._filter is not None:
            self._filter.flush()

    def _units(self, packet: av.Packet[Any]) -> Iterator[Unit]:
        ticks = packet.pts if packet.pts is not None else packet.dts
        if packet.size == 0 or ticks is None or packet.time_base is None:
            return
        if packet.is_discard and self.format.is_audio:
            return  # before the beginning that an edit list tells
        rate_hz = self.format.clock_rate_hz
        at_s = self._seconds(ticks, packet.time_base)
        due_s = self._seconds(packet.dts if packet.dts is not None else ticks, packet.time_base)
        pts = round(at_s * rate_hz)
        duration_s = (packet.duration or 0) * packet.time_base
        if at_s + duration_s <= self._skip_until_s:
            return
        key_frame = packet.is_keyframe or self.format.is_audio
        for part in self._filter.filter(packet) if self._filter is not None else [packet]:
            frame = EncodedFrame(bytes(part), pts, key_frame, round(duration_s * rate_hz))
            yield Unit(self.media_type, self.format.clock_rate_hz, float(due_s), float(duration_s), pts, frame)


class DecodedTrack(Track):
    """Decodes: pictures as the decoder gives them, but upright, samples in the shape of `RAW_AUDIO`."""

    def __init__(self, stream: Any, start_s: Fraction) -> None:
        audio = stream.type == "audio"
        super().__init__(stream, RAW_AUDIO if audio else RAW_VIDEO, start_s)
        stream.codec_context.thread_count = 1
        stream.codec_context.options = {"max_pixels": f"{MAX_PIXELS}"}
        self._resampler = Resampler("s16", "stereo", RAW_AUDIO.clock_rate_hz) if audio else None
        self._skip_until_s = float("-inf")
        self._last: tuple[int, int] | None = None  # timestamp and duration of the picture before
        self._upright = Upright()

    def restart(self, skip_until_s: float, shift_s: Fraction, exact: bool) -> None:
        """Decode from the key frame before that place, but show only what comes from there on."""
        super().restart(skip_until_s, shift_s, exact)
        self._skip_until_s = skip_until_s if exact else float("-inf")
        self._last = None
        if self._resampler is not None:
            self._resampler = Resampler("s16", "stereo", RAW_AUDIO.clock_rate_hz)

    def _units(self, packet: av.Packet[Any]) -> Iterator[Unit]:
        for frame in self.stream.codec_context.decode(packet):  # an empty one has its time base, None would not
            ticks = self._ticks(frame)
            if ticks is None or frame.time_base is None:
                continue
            at_s = self._seconds(ticks, frame.time_base)
            if self._resampler is None:
                duration_s = float(frame.duration * frame.time_base)
                if at_s + max(duration_s, 0.001) > self._skip_until_s:
                    pts = round(at_s * VIDEO_CLOCK_RATE_HZ)
                    shown = self._upright.turned(frame)
                    yield Unit(self.media_type, self.format.clock_rate_hz, float(at_s), duration_s, pts, shown)
                continue
            for part in self._resampler.push(frame, round(at_s * MICROSECONDS), MICROSECONDS):
                assert part.pts is not None
                part_s = part.pts / RAW_AUDIO.clock_rate_hz
                if part_s >= self._skip_until_s:
                    duration_s = part.samples / RAW_AUDIO.clock_rate_hz
                    yield Unit(self.media_type, self.format.clock_rate_hz, part_s, duration_s, part.pts, part)

    def _ticks(self, frame: Any) -> int | None:
        """The timestamp of a decoded frame.

        Decoders give pictures in the order of their display.  Where timestamps say otherwise (AVI has none for that
        order), or there are none, the time of decoding tells.
        """
        ticks: int | None = frame.pts if frame.pts is not None else frame.dts
        if self._resampler is not None:
            return ticks
        if self._last is not None:
            last, duration = self._last
            if ticks is None or last - MAX_MISORDER_S / frame.time_base < ticks <= last:
                ticks = max(last + max(1, duration), frame.dts or 0)
        if ticks is None:
            return None
        self._last = (ticks, frame.duration)
        return ticks


def make_track(stream: Any, start_s: Fraction, use_encoded_media: bool) -> Track:
    """The track for a stream of an open file.

    Encoded media is passed through where it was asked for and makes sense: video whose frames are not in the order of
    their display, or whose colours are not 4:2:0 at 8 bit, and Opus of more than two channels are nothing for browsers,
    so they are decoded all the same.
    """
    format = _encoded_format(stream) if use_encoded_media else None
    return DecodedTrack(stream, start_s) if format is None else EncodedTrack(stream, format, start_s)


def _encoded_format(stream: Any) -> Format | None:
    context = stream.codec_context
    if stream.type == "video":
        name = _VIDEO_NAMES.get(context.name)
        sendable = not context.has_b_frames and context.pix_fmt in _BROWSERS_PIXELS
        return Format(name, VIDEO_CLOCK_RATE_HZ) if name is not None and sendable else None
    name = _AUDIO_NAMES.get(context.name)
    if name is None:
        return None
    if name == "OPUS":
        # Two channels whatever the file says (RFC 7587 section 4.1).  More are several streams in one packet (RFC 7845
        # section 5.1.1), which decoders of RTP take for noise.
        return Format(name, 48_000, 2) if context.channels <= 2 else None
    extradata = context.extradata
    if name in ("AAC", "VORBIS") and not extradata:
        return None  # AAC with headers in every frame (ADTS)
    return Format(name, context.sample_rate, context.channels, {"config": extradata.hex()} if extradata else {})
