"""What is sent through the matrix: numbered pictures, and a tone whose pitch tells which picture belongs to it.

A loop of 9.6 seconds has 120 small pictures, few a second so that encoders of all codecs cost little; the tone goes
through six pitches four times meanwhile, one for five pictures each.
"""

from __future__ import annotations

import threading
from fractions import Fraction
from pathlib import Path
from typing import Final, cast

import av
import numpy as np

from kms_trio.testing.clips import numbered_picture

__all__ = [
    "KEY_FRAME_EVERY",
    "PICTURES",
    "PICTURE_S",
    "PITCHES_HZ",
    "SIZE",
    "STEP_S",
    "TONE_LOOP_S",
    "Material",
    "video_encoder",
    "write_material",
]

PICTURE_S: Final = 0.08
RATE: Final = Fraction(25, 2)
PICTURES: Final = 120
STEP_S: Final = 0.4
PITCHES_HZ: Final = (400, 600, 850, 1150, 1550, 2050)
TONE_LOOP_S: Final = 2.4
KEY_FRAME_EVERY: Final = 5
BLOCKS: Final = 480
SIZE: Final = (160, 120)

_VIDEO: Final[dict[str, tuple[str, dict[str, str]]]] = {
    "VP8": ("libvpx", {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0", "auto-alt-ref": "0"}),
    "VP9": ("libvpx-vp9", {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"}),
    "H264": ("libx264", {"preset": "ultrafast", "tune": "zerolatency", "bf": "0"}),
    "H265": (
        "libx265",
        {"preset": "ultrafast", "tune": "zerolatency", "x265-params": "bframes=0:log-level=none:repeat-headers=1"},
    ),
    "AV1": ("libsvtav1", {"preset": "12", "svtav1-params": "pred-struct=1:rc=2:lookahead=0"}),
}
_AUDIO: Final = {
    "OPUS": ("libopus", 48_000),
    "PCMU": ("pcm_mulaw", 8_000),
    "PCMA": ("pcm_alaw", 8_000),
    "AAC": ("aac", 48_000),
}


class Material:
    """Encoded once for a run: frames of one loop by encoding, and files of several."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writing = threading.Lock()
        self._frames: dict[str, list[bytes]] = {}

    def video(self, encoding_name: str) -> list[bytes]:
        """120 pictures, a key frame every 5."""
        if encoding_name not in self._frames:
            encoder, packets = video_encoder(encoding_name), []
            for number in range(PICTURES):
                packets += encoder.encode(_picture(number))
            packets += encoder.encode(None)
            self._frames[encoding_name] = [bytes(packet) for packet in packets]
        return self._frames[encoding_name]

    def audio(self, encoding_name: str) -> list[bytes]:
        """480 blocks of 20 ms."""
        if encoding_name not in self._frames:
            encoder = _audio_encoder(encoding_name)
            samples = encoder.sample_rate // 50
            packets = []
            for number in range(BLOCKS + 2):
                packets += encoder.encode(_sound(encoder, number * samples, samples))
            self._frames[encoding_name] = [bytes(packet) for packet in packets][:BLOCKS]
        return self._frames[encoding_name]

    def file(self, video: str, audio: str) -> Path:
        """One loop of both, in a container that takes all codecs.  From any thread."""
        path = self._folder / f"{video}-{audio}.nut"
        with self._writing:
            if not path.exists():
                write_material(path, video, audio)
        return path


def write_material(path: Path, video: str, audio: str) -> None:
    """Write a file with one track of each."""
    with av.open(str(path), "w") as container:
        name, options = _VIDEO[video]
        pictures = cast("av.VideoStream", container.add_stream(name, rate=RATE, options=options))
        _shape(pictures.codec_context)
        name, rate_hz = _AUDIO[audio]
        sounds = cast("av.AudioStream", container.add_stream(name, rate=rate_hz))
        sounds.layout = "mono" if rate_hz == 8_000 else "stereo"
        samples = round(rate_hz * PICTURE_S)
        for number in range(PICTURES):
            container.mux(pictures.encode(_picture(number)))
            container.mux(sounds.encode(_sound(sounds.codec_context, number * samples, samples)))
        container.mux(pictures.encode(None))
        container.mux(sounds.encode(None))


def video_encoder(encoding_name: str) -> av.VideoCodecContext:
    name, options = _VIDEO[encoding_name]
    encoder = cast("av.VideoCodecContext", av.CodecContext.create(name, "w"))
    encoder.options = options
    _shape(encoder)
    return encoder


def _shape(encoder: av.VideoCodecContext) -> None:
    encoder.width, encoder.height = SIZE
    encoder.pix_fmt = "yuv420p"
    encoder.time_base, encoder.framerate = 1 / RATE, RATE
    encoder.gop_size = KEY_FRAME_EVERY
    encoder.bit_rate = 200_000


def _audio_encoder(encoding_name: str) -> av.AudioCodecContext:
    name, rate_hz = _AUDIO[encoding_name]
    encoder = cast("av.AudioCodecContext", av.CodecContext.create(name, "w"))
    encoder.sample_rate = rate_hz
    encoder.layout = "mono" if rate_hz == 8_000 else "stereo"
    encoder.format = av.AudioFormat("s16")
    return encoder


def _picture(number: int) -> av.VideoFrame:
    picture = numbered_picture(number, *SIZE)
    picture.pts, picture.time_base = number, 1 / RATE
    return picture


def _sound(encoder: av.AudioCodecContext, begin: int, samples: int) -> av.AudioFrame:
    rate_hz = encoder.sample_rate
    times_s = np.arange(begin, begin + samples) / rate_hz
    pitches_hz = np.array(PITCHES_HZ)[(times_s / STEP_S + 1e-9).astype(int) % len(PITCHES_HZ)]
    wave = np.sin(2 * np.pi * pitches_hz * times_s) * 8000  # whole waves in a step: no click
    planar = encoder.format.name.startswith("flt")
    if planar:
        frame = av.AudioFrame.from_ndarray(
            np.tile((wave / 32768).astype(np.float32), (2, 1)), format="fltp", layout="stereo"
        )
    else:
        channels = 1 if rate_hz == 8_000 else 2
        data = np.repeat(wave.astype(np.int16), channels).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(data, format="s16", layout="mono" if channels == 1 else "stereo")
    frame.sample_rate = rate_hz
    frame.pts, frame.time_base = begin, Fraction(1, rate_hz)
    return frame
