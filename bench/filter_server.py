"""A server with the filters of the benchmarks, in host processes and in itself, and a film for them."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from fractions import Fraction
from pathlib import Path
from typing import Final

import attrs
import trio

from bench.filter_module.module import MODULE
from kms_trio.app import Server, build
from kms_trio.clock import SystemClock
from kms_trio.codecs.encoder import EncoderControl
from kms_trio.codecs.service import CodecService
from kms_trio.codecs.video_encoder import VideoEncoder
from kms_trio.media.formats import Format
from kms_trio.media.frames import EncodedFrame
from kms_trio.net.service import NetworkService
from kms_trio.plugins import Candidate, Plugins
from kms_trio.settings import Settings
from kms_trio.testing.clips import numbered_picture

__all__ = ["VP8", "film", "open_server", "process_cpu_s"]

VP8: Final = Format("VP8", 90_000)
PATIENCE_S: Final = 3600.0


@contextlib.asynccontextmanager
async def open_server(*, trusted: bool = False) -> AsyncIterator[Server]:
    """A server whose filters are in itself if `trusted`; none is ever late."""
    settings = Settings()
    modules = ("bench",) if trusted else ()
    filters = attrs.evolve(settings.filters, trusted=modules, kill_s=PATIENCE_S, late_s=PATIENCE_S)
    settings = attrs.evolve(settings, filters=filters)
    clock = SystemClock()
    async with CodecService() as codecs, trio.open_nursery() as nursery:
        plugins = Plugins([Candidate("bench", lambda: MODULE)])
        server = build(settings, plugins, clock, NetworkService(clock), codecs)
        await nursery.start(server.context.supervisor.run)
        nursery.start_soon(server.context.timers.run)
        yield server
        await server.lifecycle.release_all()
        nursery.cancel_scope.cancel()


def film(width: int, height: int, frames: int) -> list[EncodedFrame]:
    """VP8 that begins with a key frame, 30 pictures a second."""
    encoder = VideoEncoder(VP8, EncoderControl(2_000_000))
    encoded: list[EncodedFrame] = []
    for number in range(frames):
        picture = numbered_picture(number % 8, width, height)
        picture.pts, picture.time_base = (number + 1) * 3000, Fraction(1, 90_000)
        encoded += encoder.convert(picture)
    return encoded


def process_cpu_s(pid: int) -> float:
    """What the threads of a process have used, by `schedstat`, which counts in ns where `stat` counts in ticks."""
    total_ns = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(OSError):  # a thread that has ended
            total_ns += int((task / "schedstat").read_text().split()[0])
    return total_ns / 1e9
