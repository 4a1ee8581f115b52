"""What recorder tests record, and how they read it back."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import attrs
import av
import numpy as np

from kms_trio.codecs.audio_encoder import AudioEncoder
from kms_trio.codecs.encoder import EncoderControl
from kms_trio.codecs.video_encoder import VideoEncoder
from kms_trio.generated.core.module import MODULE as CORE
from kms_trio.generated.core.types import MediaType
from kms_trio.media.formats import Format
from kms_trio.media.frames import EncodedFrame
from kms_trio.media.streams import EncodedStream
from kms_trio.objects.pass_through import PassThrough
from kms_trio.testing.clips import numbered_picture, picture_number, tone
from kms_trio.testing.elements import Bench

FRAMES_PER_SECOND = 15
VP8, H264 = Format("VP8", 90_000), Format("H264", 90_000)
OPUS, AAC = Format("OPUS", 48_000, 2), Format("AAC", 48_000, 2)


class Source:
    """An element that gives what a test pushes: numbered pictures, every tenth a key frame, and a tone.

    Nothing here takes time: where frames belong is in their timestamps.
    """

    def __init__(self, bench: Bench, video: Format | None = VP8, audio: Format | None = OPUS) -> None:
        self.element: Any = bench.make(PassThrough, CORE)
        self.video = EncodedStream(video) if video is not None else None
        self.audio = EncodedStream(audio) if audio is not None else None
        self.key_frame_requests = 0
        self.size = (160, 120)
        self._control = EncoderControl(500_000)
        if self.video is not None:
            self.video.request_key_frame = self._count_request  # type: ignore[method-assign]  # to see what it asks for
            self._pictures = VideoEncoder(self.video.format, self._control)
            self.element.source_pad(MediaType.VIDEO).set_input(self.video)
        if self.audio is not None:
            self._samples = AudioEncoder(self.audio.format, 48_000)
            self.element.source_pad(MediaType.AUDIO).set_input(self.audio)
        self._heard = 0

    def anchor(self, unix_s: float) -> None:
        """Say when timestamp 0 was."""
        for stream in (self.video, self.audio):
            if stream is not None:
                stream.clock.anchor(0, unix_s)

    def push(self, numbers: range) -> None:
        """Push pictures and the tone up to the end of the last picture."""
        for number in numbers:
            for frame in self.picture(number):
                assert self.video is not None
                self.video.push(frame)
            for frame in self.sound(number + 1):
                assert self.audio is not None
                self.audio.push(frame)

    def picture(self, number: int) -> list[EncodedFrame]:
        if self.video is None:
            return []
        self._control.key_frame_wanted = number % 10 == 0
        picture = numbered_picture(number % 1024, *self.size)
        picture.pts, picture.time_base = number * 6_000, Fraction(1, 90_000)
        frames = list(self._pictures.convert(picture))
        for frame in frames:
            frame.duration = 0  # as it comes out of RTP
        return frames

    def sound(self, end_number: int) -> list[EncodedFrame]:
        if self.audio is None:
            return []
        begin, end = self._heard, end_number * 48_000 // FRAMES_PER_SECOND
        self._heard = end
        return list(self._samples.convert(tone(440.0, begin, end - begin))) if end > begin else []

    def skip_sound(self, end_number: int) -> None:
        """Let time pass without sound."""
        self._heard = end_number * 48_000 // FRAMES_PER_SECOND

    def _count_request(self) -> None:
        self.key_frame_requests += 1


@attrs.frozen
class Contents:
    """A file, decoded to the last frame.  Places are seconds."""

    codecs: list[str]
    duration_s: float | None
    numbers: list[int | None]
    picture_places_s: list[float]
    sound_places_s: list[float]
    samples: Any


def read_file(path: Path) -> Contents:
    """Decode every frame of a file.  Raises `av.error.FFmpegError` when any of it is broken."""
    numbers, pictures_s, sounds_s, blocks = [], [], [], []
    with av.open(str(path)) as container:
        codecs = [stream.codec_context.name for stream in container.streams]
        duration = container.duration
        for frame in container.decode(*container.streams):
            assert frame.time is not None
            if isinstance(frame, av.VideoFrame):
                numbers.append(picture_number(frame))
                pictures_s.append(frame.time)
            elif isinstance(frame, av.AudioFrame):
                sounds_s.append(frame.time)
                blocks.append(frame.to_ndarray()[0])
    samples = np.concatenate(blocks) if blocks else np.zeros(0)
    return Contents(codecs, None if duration is None else duration / 1e6, numbers, pictures_s, sounds_s, samples)
