"""What a filter that spins in pure Python in its host does to a stream that is forwarded beside it."""

from __future__ import annotations

import statistics
from typing import Any

import trio

from bench.filter_server import VP8, film, open_server, process_cpu_s
from kms_trio.app import Server
from kms_trio.clock import SystemClock
from kms_trio.generated.core.types import MediaType
from kms_trio.media.formats import StreamKind, Want
from kms_trio.media.frames import RtpPacket
from kms_trio.media.pads import SinkPad
from kms_trio.media.streams import EncodedStream, RtpStream
from kms_trio.objects.filter_hosts import FilterHosts

__all__ = ["measure_latency"]


def measure_latency(packets: int) -> dict[str, float]:
    """The 99th percentile of what a packet takes, ms, through a stream that is forwarded: alone, and beside a filter
    that spins in its host.
    """
    return trio.run(_latency, packets)


async def _latency(packets: int) -> dict[str, float]:
    figures: dict[str, float] = {}
    async with open_server() as server:
        pipeline = await server.lifecycle.create("bench", "MediaPipeline", {})
        figures["alone"] = await _p99_ms(server, pipeline.id, packets)
        spinning: Any = await server.lifecycle.create("bench", "Spin", {"mediaPipeline": pipeline.id})
        source: Any = await server.lifecycle.create("bench", "PassThrough", {"mediaPipeline": pipeline.id})
        stream = EncodedStream(VP8)
        source.source_pad(MediaType.VIDEO).set_input(stream)
        source.connect(spinning)
        for frame in film(160, 120, 3):
            stream.push(frame)
        pid = server.context.shared(FilterHosts).running[0]
        begin_s = process_cpu_s(pid)
        with trio.fail_after(60):
            while process_cpu_s(pid) < begin_s + 0.5:  # noqa: ASYNC110 - it is to spin for a while
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
