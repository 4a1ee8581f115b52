"""What a composition costs: VP8 of several participants into one VP8, next to one ffmpeg with an `xstack` graph.

Both run at the pace of real time, as the mixing clock does.  CPU time is that of the whole process.
"""

from __future__ import annotations

import math
import shutil
import statistics
import tempfile
from pathlib import Path
from typing import Any

import attrs
import trio

from bench.film import Film, cpu_s, ffmpeg_encoder, make_film, run_ffmpeg, video_format
from kms_elements.generated.module import MODULE
from kms_elements.hubs import Composite
from kms_trio.generated.core.module import MODULE as CORE
from kms_trio.generated.core.types import MediaType
from kms_trio.media.formats import StreamKind, Want
from kms_trio.media.frames import EncodedFrame
from kms_trio.media.streams import EncodedStream
from kms_trio.objects.hub_port import HubPort
from kms_trio.objects.pass_through import PassThrough
from kms_trio.testing.elements import Bench, Tap, open_bench

__all__ = ["CompositeFigures", "CompositeLoad", "measure_composition"]


@attrs.frozen
class CompositeLoad:
    """What is composed."""

    participants: int
    size: tuple[int, int] = (640, 360)
    canvas: tuple[int, int] = (1280, 720)
    frames_per_second: int = 25
    seconds: float = 6.0
    source_bps: int = 600_000
    bitrate_bps: int = 2_000_000


@attrs.frozen
class CompositeFigures:
    """CPU time in ms a composed frame, medians, and how many times ffmpeg's the server's is.  None without ffmpeg."""

    server_ms: float
    ffmpeg_ms: float | None
    ratio: float | None


def measure_composition(load: CompositeLoad, rounds: int) -> CompositeFigures:
    """Measure both by turns."""
    server, other = [], []
    with tempfile.TemporaryDirectory() as folder:
        film = make_film(Path(folder), "VP8", load.size, load.frames_per_second, load.seconds, load.source_bps)
        for _ in range(rounds):
            server.append(trio.run(_turn, load, film))
            if shutil.which("ffmpeg"):
                other.append(_ffmpeg(load, film))
    return CompositeFigures(
        server_ms=round(statistics.median(server), 3),
        ffmpeg_ms=round(statistics.median(other), 3) if other else None,
        ratio=round(statistics.median(server) / statistics.median(other), 3) if other else None,
    )


async def _turn(load: CompositeLoad, film: Film) -> float:
    async with open_bench() as bench:
        streams, tap = await _stage(bench, load)
        interval_s = 1 / load.frames_per_second
        begin, began_s, composed = trio.current_time(), 0.0, 0
        for number, frame in enumerate(film.frames):
            await trio.sleep_until(begin + number * interval_s)
            if number == load.frames_per_second:  # a second for threads and encoders to begin
                began_s, composed = cpu_s(), len(tap.units)
            for stream in streams:
                stream.push(EncodedFrame(frame.data, frame.pts, frame.key_frame))
        return (cpu_s() - began_s) * 1000 / (len(tap.units) - composed)


async def _stage(bench: Bench, load: CompositeLoad) -> tuple[list[EncodedStream], Tap]:
    width, height = load.canvas
    hub = bench.make(Composite, MODULE, width=width, height=height, framerate=load.frames_per_second)
    await hub.start()
    streams = []
    for _ in range(load.participants):
        source: Any = bench.make(PassThrough, CORE)
        stream = EncodedStream(video_format("VP8"))
        source.source_pad(MediaType.VIDEO).set_input(stream)
        source.connect(await _port(bench, hub))
        streams.append(stream)
    viewer = await _port(bench, hub)
    viewer.encoder_bitrates.set_target(load.bitrate_bps)
    return streams, bench.tap(viewer, MediaType.VIDEO, Want(StreamKind.ENCODED, (video_format("VP8"),)))


async def _port(bench: Bench, hub: Any) -> HubPort:
    port = HubPort(bench.context, hub, CORE.classes["HubPort"], hub=hub)
    await port.start()
    return port


def _ffmpeg(load: CompositeLoad, film: Film) -> float:
    """CPU ms a frame; its start, without which nothing is composed, is part of it."""
    count = load.participants
    columns = math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    width, height = load.canvas[0] // columns & ~1, load.canvas[1] // rows & ~1
    inputs = [part for _ in range(count) for part in ("-threads", "1", "-re", "-i", str(film.file))]
    scaled = "".join(f"[{number}:v]scale={width}:{height}:flags=bilinear[v{number}];" for number in range(count))
    names = "".join(f"[v{number}]" for number in range(count))
    layout = "|".join(f"{number % columns * width}_{number // columns * height}" for number in range(count))
    graph = f"{scaled}{names}xstack=inputs={count}:layout={layout}[out]"
    limits = ["-filter_complex_threads", "1", "-filter_complex", graph, "-map", "[out]"]
    spent_s = run_ffmpeg([*inputs, *limits, *ffmpeg_encoder("VP8", load.bitrate_bps), "-f", "null", "-"])
    return spent_s * 1000 / len(film.frames)
