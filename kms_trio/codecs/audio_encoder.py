"""Audio encoding: fixed frames of samples in, one encoded frame each out."""

from __future__ import annotations

import collections
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Final

import av
import numpy as np
import numpy.typing as npt

from kms_trio.codecs.resample import Resampler
from kms_trio.codecs.tables import AUDIO_ENCODERS, AudioEncoderProfile
from kms_trio.media.formats import Format
from kms_trio.media.frames import EncodedFrame
from kms_trio.media.streams import RawFrame

__all__ = ["AudioEncoder"]

LOWEST_BITRATE_BPS: Final = 6_000
HIGHEST_BITRATE_BPS: Final = 256_000
"""Between these every encoder with a choice works, mono or stereo."""
FRAME_S: Final = Fraction(20, 1000)
"""Length of a frame where the codec leaves the choice (ptime of RTP)."""


class AudioEncoder:
    """Encodes samples that arrive in frames of any size.

    Timestamps count in the format's clock rate.  Where the source has a gap, the timestamps of the output have it, too;
    a frame that it would leave unfinished is filled up with silence.  What cannot be encoded is left out.
    """

    def __init__(self, format: Format, source_clock_rate_hz: int, bitrate_bps: int = 0) -> None:
        """`bitrate_bps` 0 is the codec's own; codecs without a choice ignore it."""
        self._profile = AUDIO_ENCODERS[format.encoding_name]
        self._wanted_bps = bitrate_bps
        self._rate_hz = format.clock_rate_hz
        self._channels = max(1, format.channels)
        self._layout = "stereo" if self._channels == 2 else "mono"
        self._source_clock_rate_hz = source_clock_rate_hz
        self._frame_samples = self._profile.frame_samples or int(FRAME_S * self._rate_hz)
        self._resampler = Resampler(self._profile.sample_format, self._layout, self._rate_hz)
        self._planar = self._profile.sample_format.endswith("p")
        self._waiting: npt.NDArray[Any] | None = None
        self._next_pts = 0
        self._begins: collections.deque[int] = collections.deque()  # of the frames that the encoder holds
        self._delay: int | None = None
        self._context = self._open(self._profile)

    def convert(self, frame: RawFrame) -> Sequence[EncodedFrame]:
        """Encode what became whole with this frame.  Errors of the codec cost the samples at hand, no more."""
        if frame.pts is None:
            return ()
        encoded: list[EncodedFrame] = []
        try:
            # A private frame: the one we were given is shared with other consumers.
            for part in self._resampler.push(_view(frame), frame.pts, self._source_clock_rate_hz):
                if self._resampler.discontinuity:
                    self._fill_up(part)
                    encoded += self._encode_whole_frames()
                self._append(part)
                encoded += self._encode_whole_frames()
        except av.error.FFmpegError:
            self._context = self._open(self._profile)
            self._waiting = None
            self._begins.clear()
        return encoded

    def _open(self, profile: AudioEncoderProfile) -> av.AudioCodecContext:
        context = av.CodecContext.create(profile.codec, "w")
        assert isinstance(context, av.AudioCodecContext)
        context.sample_rate = self._rate_hz
        context.layout = self._layout
        context.format = av.AudioFormat(profile.sample_format)
        context.time_base = Fraction(1, self._rate_hz)
        context.thread_count = 1
        if profile.bitrate_bps:
            wanted_bps = self._wanted_bps or profile.bitrate_bps * self._channels // 2
            context.bit_rate = min(max(wanted_bps, LOWEST_BITRATE_BPS), HIGHEST_BITRATE_BPS)
        context.options = dict(profile.options)
        return context

    def _append(self, part: av.AudioFrame) -> None:
        samples = part.to_ndarray()
        assert part.pts is not None
        if self._waiting is None or part.pts != self._next_pts + self._waiting_samples:
            self._waiting, self._next_pts = samples, part.pts
        else:
            self._waiting = np.concatenate((self._waiting, samples), axis=1)

    def _fill_up(self, part: av.AudioFrame) -> None:
        """A new run begins with `part`: what waits becomes a whole frame, or reaches as far as that."""
        self._resampler.discontinuity = False
        waiting = self._waiting_samples
        assert part.pts is not None
        gap = part.pts - self._next_pts - waiting
        if self._waiting is not None and waiting and gap > 0:
            silence = min(gap, self._frame_samples - waiting) * self._width
            self._waiting = np.pad(self._waiting, ((0, 0), (0, silence)))

    @property
    def _width(self) -> int:
        """Columns of an array for each sample."""
        return 1 if self._planar else self._channels

    @property
    def _waiting_samples(self) -> int:
        return 0 if self._waiting is None else self._waiting.shape[1] // self._width

    def _encode_whole_frames(self) -> list[EncodedFrame]:
        encoded: list[EncodedFrame] = []
        width = self._frame_samples * self._width
        while self._waiting is not None and self._waiting.shape[1] >= width:
            samples = np.ascontiguousarray(self._waiting[:, :width])
            self._waiting = self._waiting[:, width:]
            frame = av.AudioFrame.from_ndarray(samples, self._profile.sample_format, self._layout)
            frame.sample_rate = self._rate_hz
            frame.pts, frame.time_base = self._next_pts, Fraction(1, self._rate_hz)
            self._begins.append(self._next_pts)
            self._next_pts += self._frame_samples
            for packet in self._context.encode(frame):
                encoded.append(EncodedFrame(bytes(packet), self._begin_of(packet), True, self._frame_samples))
        return encoded

    def _begin_of(self, packet: av.Packet[Any]) -> int:
        """Where a packet belongs.  The encoder's own timestamps take up a gap too late, but tell its delay."""
        begin = self._begins.popleft()
        if self._delay is None:
            self._delay = 0 if packet.pts is None else begin - packet.pts
        return begin - self._delay


def _view(frame: RawFrame) -> av.AudioFrame:
    copy = av.AudioFrame.from_ndarray(frame.to_ndarray(), frame.format.name, frame.layout.name)
    copy.sample_rate = frame.sample_rate
    return copy
