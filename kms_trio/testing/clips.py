"""Media whose content can be checked: pictures that carry a number, tones of known pitch, and files made of them."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any, Final, cast

import av
import numpy as np
import numpy.typing as npt

__all__ = ["numbered_picture", "picture_number", "pitch_hz", "tone", "write_clip"]

BITS: Final = 10


def numbered_picture(number: int, width: int = 160, height: int = 120) -> av.VideoFrame:
    """A picture showing `number` (below 1024) as black and white blocks that survive scaling and encoding.

    The lower half shows the complement, so that a damaged picture is told from a wrong one.  No timestamp.
    """
    bits = np.array([(number >> bit) & 1 for bit in range(BITS)], dtype=np.uint8)
    columns = np.arange(width) * BITS // width
    luma = np.empty((height, width), dtype=np.uint8)
    luma[: height // 2] = 16 + bits[columns] * 219
    luma[height // 2 :] = 235 - bits[columns] * 219
    chroma = np.full((height // 2, width), 128, dtype=np.uint8)
    return av.VideoFrame.from_ndarray(np.concatenate((luma, chroma)), format="yuv420p")


def picture_number(picture: av.VideoFrame) -> int | None:
    """The number that a picture shows; None when it cannot be read."""
    gray = picture.to_ndarray(format="gray").astype(np.int32)
    height, width = gray.shape
    number = 0
    for bit in range(BITS):
        begin, end = bit * width // BITS, (bit + 1) * width // BITS
        margin = (end - begin) // 4
        above = gray[height // 8 : height * 3 // 8, begin + margin : end - margin].mean()
        below = gray[height * 5 // 8 : height * 7 // 8, begin + margin : end - margin].mean()
        if abs(above - below) < 80:
            return None
        number |= int(above > below) << bit
    return number


def tone(frequency_hz: float, begin_sample: int, samples: int, rate_hz: int = 48_000) -> av.AudioFrame:
    """Stereo samples (s16) of an endless sine, beginning at `begin_sample` of it.  `pts` is set to that."""
    times = np.arange(begin_sample, begin_sample + samples) / rate_hz
    wave = (np.sin(2 * np.pi * frequency_hz * times) * 8000).astype(np.int16)
    frame = av.AudioFrame.from_ndarray(np.repeat(wave, 2).reshape(1, -1), format="s16", layout="stereo")
    frame.sample_rate = rate_hz
    frame.pts, frame.time_base = begin_sample, Fraction(1, rate_hz)
    return frame


def pitch_hz(samples: npt.NDArray[Any], rate_hz: int) -> float:
    """The strongest frequency in samples of one channel."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * rate_hz / len(samples))


def write_clip(
    path: Path,
    *,
    seconds: float = 2.0,
    video: str | None = "libvpx",
    audio: str | None = "libopus",
    size: tuple[int, int] = (160, 120),
    frames_per_second: int = 15,
    frequency_hz: float = 440.0,
    key_frame_every: int = 15,
    video_options: dict[str, str] | None = None,
    audio_rate_hz: int = 48_000,
) -> Path:
    """Write a file of numbered pictures and a tone, in the container that the suffix of `path` names."""
    options = video_options if video_options is not None else _quick_options(video)
    with av.open(str(path), "w") as container:
        video_stream: av.VideoStream | None = None
        audio_stream: av.AudioStream | None = None
        if video is not None:
            video_stream = cast("av.VideoStream", container.add_stream(video, rate=frames_per_second, options=options))
            video_stream.width, video_stream.height = size
            video_stream.pix_fmt = "yuv420p"
            video_stream.gop_size = key_frame_every
            video_stream.bit_rate = 300_000
        if audio is not None:
            audio_stream = cast("av.AudioStream", container.add_stream(audio, rate=audio_rate_hz))
            audio_stream.layout = "stereo"
        for number in range(round(seconds * frames_per_second)):
            if video_stream is not None:
                picture = numbered_picture(number, *size)
                picture.pts, picture.time_base = number, Fraction(1, frames_per_second)
                container.mux(video_stream.encode(picture))
            if audio_stream is not None:
                begin = number * audio_rate_hz // frames_per_second
                end = (number + 1) * audio_rate_hz // frames_per_second
                container.mux(audio_stream.encode(tone(frequency_hz, begin, end - begin, audio_rate_hz)))
        if video_stream is not None:
            container.mux(video_stream.encode(None))
        if audio_stream is not None:
            container.mux(audio_stream.encode(None))
    return path


def _quick_options(video: str | None) -> dict[str, str]:
    if video in ("libvpx", "libvpx-vp9"):
        return {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"}
    if video == "libx264":
        return {"preset": "veryfast", "tune": "zerolatency", "bf": "0"}
    return {}
