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

from kms_trio.api import MediaType, Resampler
from kms_trio.media.formats import RAW_AUDIO, RAW_VIDEO, Format
from kms_trio.media.frames import EncodedFrame
from kms_trio.media.streams import RawFrame

__all__ = ["DecodedTrack", "EncodedTrack", "Track", "Unit", "make_track"]

VIDEO_CLOCK_RATE_HZ: Final = 90_000
MICROSECONDS: Final = 1_000_000
MAX_PIXELS: Final = 8192 * 8192
"""A few bytes can claim to be an endless picture."""

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

    def convert(self, packet: av.Packet[Any], shift_s: Fraction) -> list[Unit]:
        """Units of one packet; an empty packet at the end asks for what is left.  Skips what is broken."""
        self.shift_s = shift_s
        try:
            return list(self._units(packet))
        except (av.error.FFmpegError, ValueError):
            return []  # ValueError: a change that the resampler does not follow, a picture that makes no sense

    def restart(self, skip_until_s: float, shift_s: Fraction) -> None:
        """The file was positioned anew; media before `skip_until_s` are not wanted where they can be left out."""
        self.progress_s, self.shift_s = float(shift_s), shift_s

    def _units(self, packet: av.Packet[Any]) -> Iterable[Unit]:
        raise NotImplementedError

    def _seconds(self, ticks: int, time_base: Fraction) -> Fraction:
        return ticks * time_base - self._start_s + self.shift_s


class EncodedTrack(Track):
    """Passes frames on as they are, H264 and H265 as Annex B with the parameter sets before each key frame."""

    def __init__(self, stream: Any, format: Format, start_s: Fraction) -> None:
        super().__init__(stream, format, start_s)
        self._filter: BitStreamFilterContext | None = None
        extradata = stream.codec_context.extradata
        if format.encoding_name in _TO_ANNEX_B and extradata:
            # Where there are start codes already (RTSP, say), parameter sets may still be apart from the key frames.
            name = _TO_ANNEX_B[format.encoding_name] if extradata[0] == 1 else "dump_extra=freq=keyframe"
            self._filter = BitStreamFilterContext(name, stream)

    def restart(self, skip_until_s: float, shift_s: Fraction) -> None:
        """Nothing is left out: a decoder needs all since the key frame before that place."""
        super().restart(skip_until_s, shift_s)
        if self._filter is not None:
            self._filter.flush()

    def _units(self, packet: av.Packet[Any]) -> Iterator[Unit]:
        if packet.size == 0 or packet.pts is None or packet.time_base is None:
            return
        rate_hz = self.format.clock_rate_hz
        due_s = self._seconds(packet.dts if packet.dts is not None else packet.pts, packet.time_base)
        pts = round(self._seconds(packet.pts, packet.time_base) * rate_hz)
        duration_s = (packet.duration or 0) * packet.time_base
        key_frame = packet.is_keyframe or self.format.is_audio
        for part in self._filter.filter(packet) if self._filter is not None else [packet]:
            frame = EncodedFrame(bytes(part), pts, key_frame, round(duration_s * rate_hz))
            yield Unit(self.media_type, self.format.clock_rate_hz, float(due_s), float(duration_s), pts, frame)


class DecodedTrack(Track):
    """Decodes: pictures as the decoder gives them, samples in the shape of `RAW_AUDIO`."""

    def __init__(self, stream: Any, start_s: Fraction) -> None:
        audio = stream.type == "audio"
        super().__init__(stream, RAW_AUDIO if audio else RAW_VIDEO, start_s)
        stream.codec_context.thread_count = 1
        stream.codec_context.options = {"max_pixels": f"{MAX_PIXELS}"}
        self._resampler = Resampler("s16", "stereo", RAW_AUDIO.clock_rate_hz) if audio else None
        self._skip_until_s = float("-inf")

    def restart(self, skip_until_s: float, shift_s: Fraction) -> None:
        """Decode from the key frame before that place, but show only what comes from there on."""
        super().restart(skip_until_s, shift_s)
        self._skip_until_s = skip_until_s
        if self._resampler is not None:
            self._resampler = Resampler("s16", "stereo", RAW_AUDIO.clock_rate_hz)

    def _units(self, packet: av.Packet[Any]) -> Iterator[Unit]:
        for frame in self.stream.codec_context.decode(packet):  # an empty one has its time base, None would not
            if frame.pts is None or frame.time_base is None:
                continue
            at_s = self._seconds(frame.pts, frame.time_base)
            if self._resampler is None:
                duration_s = float(frame.duration * frame.time_base)
                if at_s + max(duration_s, 0.001) > self._skip_until_s:
                    pts = round(at_s * VIDEO_CLOCK_RATE_HZ)
                    yield Unit(self.media_type, self.format.clock_rate_hz, float(at_s), duration_s, pts, frame)
                continue
            for part in self._resampler.push(frame, round(at_s * MICROSECONDS), MICROSECONDS):
                assert part.pts is not None
                part_s = part.pts / RAW_AUDIO.clock_rate_hz
                if part_s >= self._skip_until_s:
                    duration_s = part.samples / RAW_AUDIO.clock_rate_hz
                    yield Unit(self.media_type, self.format.clock_rate_hz, part_s, duration_s, part.pts, part)


def make_track(stream: Any, start_s: Fraction, use_encoded_media: bool) -> Track:
    """The track for a stream of an open file.

    Encoded media is passed through where it was asked for and makes sense: video whose frames are not in the order of
    their display cannot be sent by RTP to browsers, so that is decoded all the same.
    """
    format = _encoded_format(stream) if use_encoded_media else None
    return DecodedTrack(stream, start_s) if format is None else EncodedTrack(stream, format, start_s)


def _encoded_format(stream: Any) -> Format | None:
    context = stream.codec_context
    if stream.type == "video":
        name = _VIDEO_NAMES.get(context.name)
        return Format(name, VIDEO_CLOCK_RATE_HZ) if name is not None and not context.has_b_frames else None
    name = _AUDIO_NAMES.get(context.name)
    if name is None:
        return None
    if name == "OPUS":
        return Format(name, 48_000, 2)  # whatever the file says: RFC 7587 section 4.1
    extradata = context.extradata
    if name in ("AAC", "VORBIS") and not extradata:
        return None  # AAC with headers in every frame (ADTS)
    return Format(name, context.sample_rate, context.channels, {"config": extradata.hex()} if extradata else {})
