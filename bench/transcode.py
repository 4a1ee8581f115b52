"""What transcoding costs: frames in and out of the agnostic node, next to ffmpeg with the same encoder settings.

Frames are pushed one after the other, each when the one before has come out, so threads sleep and wake as they do with
live media.  CPU time is that of the whole process, of which the measurement itself takes next to nothing.
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
from pathlib import Path
from typing import Any

import attrs
import trio

from bench.film import Film, cpu_s, ffmpeg_encoder, make_film, run_ffmpeg, video_format
from kms_trio.generated.core.module import MODULE as CORE
from kms_trio.generated.core.types import MediaType
from kms_trio.media.formats import StreamKind, Want
from kms_trio.media.streams import EncodedStream
from kms_trio.objects.pass_through import PassThrough
from kms_trio.testing.elements import open_bench

__all__ = ["TranscodeFigures", "TranscodeLoad", "measure_transcoding"]

FIRST_FRAMES = 5
"""Not counted: threads start."""


@attrs.frozen
class TranscodeLoad:
    """What is transcoded."""

    have: str
    give: str
    size: tuple[int, int] = (1280, 720)
    frames_per_second: int = 30
    seconds: float = 10.0
    bitrate_bps: int = 2_000_000


@attrs.frozen
class TranscodeFigures:
    """CPU time in ms a frame, medians, and how many times ffmpeg's the server's is.  None without ffmpeg."""

    server_ms: float
    ffmpeg_ms: float | None
    ratio: float | None


def measure_transcoding(load: TranscodeLoad, rounds: int) -> TranscodeFigures:
    """Measure both by turns, as the speed of a machine drifts."""
    server, other = [], []
    with tempfile.TemporaryDirectory() as folder:
        film = make_film(Path(folder), load.have, load.size, load.frames_per_second, load.seconds, load.bitrate_bps)
        for _ in range(rounds):
            server.append(trio.run(_turn, load, film))
            if shutil.which("ffmpeg"):
                other.append(_ffmpeg(load, film))
    return TranscodeFigures(
        server_ms=round(statistics.median(server), 3),
        ffmpeg_ms=round(statistics.median(other), 3) if other else None,
        ratio=round(statistics.median(server) / statistics.median(other), 3) if other else None,
    )


async def _turn(load: TranscodeLoad, film: Film) -> float:
    async with open_bench() as bench:
        element: Any = bench.make(PassThrough, CORE)
        element.encoder_bitrates.set_target(load.bitrate_bps)
        stream = EncodedStream(video_format(load.have))
        element.source_pad(MediaType.VIDEO).set_input(stream)
        tap = bench.tap(element, MediaType.VIDEO, Want(StreamKind.ENCODED, (video_format(load.give),)))
        begin_s = 0.0
        for number, frame in enumerate(film.frames):
            if number == FIRST_FRAMES:
                begin_s = cpu_s()
            stream.push(frame)
            await tap.take(number + 1)
        return (cpu_s() - begin_s) * 1000 / (len(film.frames) - FIRST_FRAMES)


def _ffmpeg(load: TranscodeLoad, film: Film) -> float:
    source = ["-threads", "1", "-i", str(film.file), "-filter_threads", "1"]
    return (
        run_ffmpeg([*source, *ffmpeg_encoder(load.give, load.bitrate_bps), "-f", "null", "-"]) * 1000 / len(film.frames)
    )
