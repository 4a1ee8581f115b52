"""What a filter of pictures costs, in the server and in a host process, and what one that spins does to others.

Pictures of 720p come as VP8, paced as a camera's, are decoded, filtered and encoded again; CPU time is that of the
server's process and of the host's. A way's cost is what it takes more than the same without a filter; the ways take
turns, as a machine's speed drifts.
"""

from __future__ import annotations

import contextlib
import resource
import statistics
from collections.abc import AsyncIterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import attrs
import trio

from bench.filter_module.module import MODULE
from kms_trio.app import Server, build
from kms_trio.clock import SystemClock
from kms_trio.codecs.encoder import EncoderControl
from kms_trio.codecs.service import CodecService
from kms_trio.codecs.video_encoder import VideoEncoder
from kms_trio.generated.core.types import MediaType
from kms_trio.media.formats import Format, StreamKind, Want
from kms_trio.media.frames import EncodedFrame, RtpPacket
from kms_trio.media.pads import SinkPad
from kms_trio.media.streams import EncodedStream, RtpStream
from kms_trio.net.service import NetworkService
from kms_trio.objects.filter_hosts import FilterHosts
from kms_trio.plugins import Candidate, Plugins
from kms_trio.settings import Settings
from kms_trio.testing.clips import numbered_picture

VP8: Final = Format("VP8", 90_000)
WANT: Final = Want(StreamKind.ENCODED, (VP8,))
FIRST_FRAMES: Final = 5
"""Of a turn, not counted: threads and hosts start."""


@attrs.frozen
class FilterLoad:
    """What is filtered."""

    width: int = 1280
    height: int = 720
    frames_per_second: float = 30.0
    frames_a_turn: int = 60


@attrs.define
class FilterFigures:
    """CPU time in ms a frame, by the way: `plain` is decoding and encoding alone, all others what comes on top."""

    plain_ms: float
    added_ms: dict[str, float]


def measure_costs(load: FilterLoad, rounds: int) -> FilterFigures:
    """Measure all ways."""
    return trio.run(_costs, load, rounds)


def measure_latency(packets: int) -> dict[str, float]:
    """The 99th percentile of what a packet takes, ms, through a stream that is forwarded: alone, and beside a filter
    that spins in its host.
    """
    return trio.run(_latency, packets)


async def _costs(load: FilterLoad, rounds: int) -> FilterFigures:
    frames = _film(load)
    ways = [
        "plain",
        *(f"{name}, {place}" for name in ("LookGray", "PassYuv", "PassBgr") for place in ("thread", "host")),
    ]
    spent: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(rounds):
        for way in ways:
            spent[way].append(await _turn(way, frames, load))
    plain = min(spent["plain"])  # other work on the machine costs caches: it only ever adds
    added = {way: round(min(spent[way]) - plain, 3) for way in ways[1:]}
    return FilterFigures(round(plain, 3), added)


async def _turn(way: str, frames: Sequence[EncodedFrame], load: FilterLoad) -> float:
    name, _, place = way.partition(", ")
    async with _server(trusted=place != "host") as server:
        pipeline = await server.lifecycle.create("bench", "MediaPipeline", {})
        kind = "PassThrough" if way == "plain" else name
        element: Any = await server.lifecycle.create("bench", kind, {"mediaPipeline": pipeline.id})
        source: Any = await server.lifecycle.create("bench", "PassThrough", {"mediaPipeline": pipeline.id})
        stream = EncodedStream(VP8)
        source.source_pad(MediaType.VIDEO).set_input(stream)
        source.connect(element)
        sink = _Sink(server, element, way == "plain")
        begin_s = 0.0
        for number, frame in enumerate(frames):
            if number == FIRST_FRAMES:
                begin_s = _cpu_s(server)
            began = trio.current_time()
            stream.push(frame)
            with trio.fail_after(60):
                while sink.frames <= number:  # noqa: ASYNC110 - a thread does not tell
                    await trio.sleep(0.001)
            await trio.sleep(max(0.0, 1 / load.frames_per_second - (trio.current_time() - began)))
        return (_cpu_s(server) - begin_s) * 1000 / (len(frames) - FIRST_FRAMES)


class _Sink:
    """Counts what leaves, encoded anew."""

    def __init__(self, server: Server, element: Any, plain: bool) -> None:
        self.id = "sink"
        self.frames = 0
        pad = element.source_pad(MediaType.VIDEO)
        if plain:  # decoded and encoded, with nothing between
            node = pad.node
            encoded = node._codecs.encoder(node._codecs.decoder(node.input), VP8, element.encoder_bitrates)
            encoded.attach(self)
            return
        self._sink = SinkPad(self, MediaType.VIDEO, timers=server.context.timers, on_stream=self._take, want=WANT)
        pad.link(self._sink)

    def _take(self, stream: Any) -> None:
        if stream is not None:
            stream.attach(self)

    def on_frame(self, frame: EncodedFrame) -> None:
        """A frame leaves."""
        self.frames += 1


async def _latency(packets: int) -> dict[str, float]:
    figures: dict[str, float] = {}
    async with _server(trusted=False) as server:
        pipeline = await server.lifecycle.create("bench", "MediaPipeline", {})
        figures["alone"] = await _p99_ms(server, pipeline.id, packets)
        spinning: Any = await server.lifecycle.create("bench", "Spin", {"mediaPipeline": pipeline.id})
        source: Any = await server.lifecycle.create("bench", "PassThrough", {"mediaPipeline": pipeline.id})
        stream = EncodedStream(VP8)
        source.source_pad(MediaType.VIDEO).set_input(stream)
        source.connect(spinning)
        for frame in _film(FilterLoad(width=160, height=120, frames_a_turn=3)):
            stream.push(frame)
        pid = server.context.shared(FilterHosts).running[0]
        begin_s = _process_cpu_s(pid)
        with trio.fail_after(60):
            while _process_cpu_s(pid) < begin_s + 0.5:  # noqa: ASYNC110 - it is to spin for a while
                await trio.sleep(0.01)
        figures["beside a spinning host"] = await _p99_ms(server, pipeline.id, packets)
    return figures


async def _p99_ms(server: Server, pipeline_id: str, packets: int) -> float:
    """Packets cross a socket, wake the Trio thread, and pass a PassThrough."""
    source: Any = await server.lifecycle.create("bench", "PassThrough", {"mediaPipeline": pipeline_id})
    stream, taken = RtpStream(VP8), _Arrivals()
    source.source_pad(MediaType.VIDEO).set_input(stream)
    sink = SinkPad(
        taken, MediaType.VIDEO, timers=server.context.timers, on_stream=taken.take, want=Want(StreamKind.RTP, (VP8,))
    )
    source.source_pad(MediaType.VIDEO).link(sink)
    ours, theirs = trio.socket.socketpair()
    latencies: list[float] = []
    clock = SystemClock()

    async def forward() -> None:
        for number in range(packets):
            data = await theirs.recv(2000)
            stream.push([RtpPacket(number, number * 3000, True, data)], clock.monotonic())
            latencies.append(clock.monotonic() - sent_s[number])

    sent_s: list[float] = []
    async with trio.open_nursery() as nursery:
        nursery.start_soon(forward)
        for _ in range(packets):
            await trio.sleep(0.004)
            sent_s.append(clock.monotonic())
            await ours.send(bytes(1160))
    ours.close()
    theirs.close()
    return round(statistics.quantiles(latencies, n=100)[98] * 1000, 3)


class _Arrivals:
    """Takes forwarded packets."""

    id = "arrivals"

    def take(self, stream: Any) -> None:
        """Be fed from a stream."""
        if stream is not None:
            stream.attach(self)

    def on_rtp(self, packets: list[RtpPacket], now: float) -> None:
        """Packets come."""


@contextlib.asynccontextmanager
async def _server(*, trusted: bool) -> AsyncIterator[Server]:
    settings = Settings()
    filters = attrs.evolve(settings.filters, trusted=("bench",) if trusted else (), kill_s=3600.0, late_s=3600.0)
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


def _film(load: FilterLoad) -> list[EncodedFrame]:
    encoder = VideoEncoder(VP8, EncoderControl(2_000_000))
    frames: list[EncodedFrame] = []
    for number in range(load.frames_a_turn + FIRST_FRAMES):
        picture = numbered_picture(number % 8, load.width, load.height)
        picture.pts, picture.time_base = (number + 1) * 3000, Fraction(1, 90_000)
        frames += encoder.convert(picture)
    return frames


def _cpu_s(server: Server) -> float:
    """What the server's process and its hosts have used."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime + sum(map(_process_cpu_s, server.context.shared(FilterHosts).running))


def _process_cpu_s(pid: int) -> float:
    """By `schedstat`, which counts in ns where `stat` counts ticks, summed over its threads."""
    total_ns = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        total_ns += int((task / "schedstat").read_text().split()[0])
    return total_ns / 1e9
