"""Video for the benchmarks: moving test pictures with noise, as frames for the server and as a file for ffmpeg."""

from __future__ import annotations

import resource
import subprocess
import time
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Final

import attrs
import av
from av.filter import Graph

from kms_trio.codecs.encoder import EncoderControl
from kms_trio.codecs.rate_control import RateControl
from kms_trio.codecs.tables import VIDEO_ENCODERS
from kms_trio.codecs.video_encoder import VideoEncoder, encoder_options
from kms_trio.media.formats import Format
from kms_trio.media.frames import EncodedFrame

__all__ = ["CLOCK_RATE_HZ", "Film", "cpu_s", "ffmpeg_encoder", "make_film", "run_ffmpeg", "video_format"]

CLOCK_RATE_HZ: Final = 90_000
SUFFIXES: Final = {"VP8": ".webm", "H264": ".ts"}


@attrs.frozen
class Film:
    """One encoding of a film."""

    frames: Sequence[EncodedFrame]
    file: Path
    frames_per_second: int


def video_format(encoding_name: str) -> Format:
    """The format of an encoding of video."""
    return Format(encoding_name, CLOCK_RATE_HZ)


def make_film(
    folder: Path, encoding_name: str, size: tuple[int, int], frames_per_second: int, seconds: float, bitrate_bps: int
) -> Film:
    """Encode test pictures as the server would."""
    encoder = VideoEncoder(video_format(encoding_name), EncoderControl(bitrate_bps))
    graph = Graph()
    graph.threads = 1
    width, height = size
    graph.link_nodes(
        graph.add("testsrc2", f"size={width}x{height}:rate={frames_per_second}"),
        graph.add("noise", "alls=8:allf=t"),
        graph.add("format", "yuv420p"),
        graph.add("buffersink"),
    ).configure()
    frames: list[EncodedFrame] = []
    for number in range(round(seconds * frames_per_second)):
        picture = graph.vpull()
        picture.pts = number * CLOCK_RATE_HZ // frames_per_second
        frames += encoder.convert(picture)
    file = folder / f"{width}{SUFFIXES[encoding_name]}"
    with av.open(str(file), "w") as container:
        stream = container.add_stream(VIDEO_ENCODERS[encoding_name], rate=frames_per_second)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for frame in frames:
            packet = av.Packet(frame.data)
            packet.stream, packet.time_base = stream, Fraction(1, CLOCK_RATE_HZ)
            packet.pts = packet.dts = frame.pts
            packet.is_keyframe = frame.key_frame
            container.mux_one(packet)
    return Film(frames, file, frames_per_second)


def ffmpeg_encoder(encoding_name: str, bitrate_bps: int) -> list[str]:
    """Ffmpeg's options for an encoder as the server opens it."""
    rates = RateControl(live=encoding_name == "H264").open(bitrate_bps, 0)
    options = encoder_options(encoding_name, rates)
    arguments = ["-c:v", VIDEO_ENCODERS[encoding_name], "-threads", "1", "-b:v", str(rates.start_bps)]
    if encoding_name == "H264":
        arguments += ["-profile:v", "baseline"]
    for name, value in options.items():
        arguments += [f"-{name}", value]
    return arguments


def run_ffmpeg(arguments: Sequence[str]) -> float:
    """CPU seconds of one run.  Raises subprocess.CalledProcessError, and FileNotFoundError where there is no ffmpeg."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-nostdin", *arguments], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def cpu_s() -> float:
    """CPU seconds of this process, all threads."""
    return time.process_time()
