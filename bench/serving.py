"""What a whole server costs: forwarding, rooms, joining, memory, and the same load on two workers.

The server has a core for itself, clients have the rest; the native limit runs on the server's core, right after.
CPU time is that of all its processes. Latency is from before a frame's last packet is handed to the kernel to the
kernel's stamp on its arrival: the client's own time is not in it.
"""

from __future__ import annotations

import os
import statistics
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Final, TypeVar

import attrs
import trio

from bench.clients import Clients, LightViewer, Media, open_clients
from bench.forward import LIMIT, Load, measure
from bench.history import Figure
from bench.server_process import ServerProcess, off_the_servers_core, run_server, server_core
from kms_trio.testing.rpc import open_client

WARM_UP_S: Final = 2.0
JOINS_AT_ONCE: Final = 4
SAMPLED: Final = 3
SETTLE_S: Final = 2.0
ROOM_MEDIA: Final = Media(video_bps=300_000, audio=True)

T = TypeVar("T")
Scenario = Callable[[ServerProcess, Clients], Awaitable[T]]


def fanout(viewers: int, seconds: float) -> list[Figure]:
    """One stream of 1 Mbit/s to so many viewers."""
    window = _serve(0, partial(_fanout, viewers=viewers, seconds=seconds))
    return window.figures("fanout", f"{viewers} viewers", _limit(viewers))


def rooms(count: int, size: int, seconds: float) -> list[Figure]:
    """Rooms where everybody sends 300 kbit/s and Opus, and watches all others by an endpoint each."""
    window = _serve(0, partial(_rooms, count=count, size=size, seconds=seconds))
    return window.figures("rooms", f"{count} of {size}", _limit(size - 1))


def join(alone: int, burst: int) -> list[Figure]:
    """From asking for an endpoint to the first whole frame, which is a key frame."""
    return _serve(0, partial(_join, alone=alone, burst=burst))


def memory(pipelines: int, viewers: int) -> list[Figure]:
    """What an idle pipeline and a connected viewer hold."""
    return _serve(0, partial(_memory, pipelines=pipelines, viewers=viewers))


def workers(viewers: int, seconds: float) -> list[Figure]:
    """Two workers with so many viewers each, against one with as many."""
    spent: dict[int, float] = {}
    for count in (1, 2):
        scenario = partial(_fanout, viewers=viewers, seconds=seconds, pipelines=count)
        spent[count] = _serve(count, scenario, pinned=False).cpu_us_per_packet
    case = f"{viewers} viewers each"
    return [
        Figure("workers", case, "one_us_per_packet", round(spent[1], 3)),
        Figure("workers", case, "two_us_per_packet", round(spent[2], 3), round(spent[2] / spent[1], 3)),
    ]


@attrs.frozen
class Window:
    """Some seconds of forwarding."""

    cpu_s: float
    packets: int
    lost: int
    latencies_s: Sequence[float]

    @property
    def cpu_us_per_packet(self) -> float:
        """CPU time of the server by packets that reached viewers."""
        return self.cpu_s * 1e6 / max(self.packets, 1)

    def figures(self, bench: str, case: str, limit_us: float | None) -> list[Figure]:
        """As they are kept."""
        cpu_us = self.cpu_us_per_packet
        ratio = round(cpu_us / limit_us, 3) if limit_us else None
        figures = [
            Figure(bench, case, "cpu_us_per_packet", round(cpu_us, 3), ratio),
            Figure(bench, case, "lost_packets", self.lost),
        ]
        if len(self.latencies_s) > 1:
            percentiles = statistics.quantiles(self.latencies_s, n=100)
            figures += [
                Figure(bench, case, f"latency_p{percent}_ms", round(percentiles[percent - 1] * 1000, 3))
                for percent in (50, 99)
            ]
        return figures


def _limit(viewers: int) -> float | None:
    """Microseconds a packet of the native limit, on the server's core; None without a compiler."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, server_core() or before)
    try:
        return measure(Load(viewers=viewers), rounds=3, ways_of=(LIMIT,)).get(LIMIT)
    finally:
        os.sched_setaffinity(0, before)


def _serve(worker_count: int, scenario: Scenario[T], *, pinned: bool = True) -> T:
    """Run a scenario against a server of its own."""
    if not pinned:
        with run_server(worker_count) as server:
            return trio.run(_run, server, scenario)
    with off_the_servers_core(), run_server(worker_count, cores=server_core()) as server:
        return trio.run(_run, server, scenario)


async def _run(server: ServerProcess, scenario: Scenario[T]) -> T:
    async with open_client(server.url) as rpc, open_clients(rpc) as clients:
        return await scenario(server, clients)


async def _fanout(
    server: ServerProcess, clients: Clients, *, viewers: int, seconds: float, pipelines: int = 1
) -> Window:
    watching: list[LightViewer] = []
    for _ in range(pipelines):
        pipeline = await clients.rpc.create("MediaPipeline")
        publisher = await clients.publish(pipeline, Media())
        watching += await _view(clients, [(pipeline, publisher.endpoint)] * viewers)
    return await _window(server, watching, seconds)


async def _rooms(server: ServerProcess, clients: Clients, *, count: int, size: int, seconds: float) -> Window:
    legs: list[tuple[str, str]] = []
    for _ in range(count):
        pipeline = await clients.rpc.create("MediaPipeline")
        people = [await clients.publish(pipeline, ROOM_MEDIA) for _ in range(size)]
        legs += [(pipeline, other.endpoint) for me in people for other in people if other is not me]
    return await _window(server, await _view(clients, legs), seconds)


async def _view(clients: Clients, legs: Sequence[tuple[str, str]]) -> list[LightViewer]:
    """Viewers of these (pipeline, source), the first, middle and last of which are sampled."""
    sampled = {len(legs) * i // (SAMPLED - 1) - (i == SAMPLED - 1) for i in range(SAMPLED)}
    viewers: dict[int, LightViewer] = {}
    limit = trio.CapacityLimiter(JOINS_AT_ONCE)

    async def view(number: int, pipeline: str, source: str) -> None:
        async with limit:
            _, viewers[number] = await clients.view(pipeline, source, sampled=number in sampled)

    async with trio.open_nursery() as nursery:
        for number, (pipeline, source) in enumerate(legs):
            nursery.start_soon(view, number, pipeline, source)
    return [viewers[number] for number in range(len(legs))]


async def _window(server: ServerProcess, viewers: Sequence[LightViewer], seconds: float) -> Window:
    with trio.fail_after(60):
        for viewer in viewers:
            await viewer.first_frame.wait()
    await trio.sleep(WARM_UP_S)
    for viewer in viewers:
        viewer.begin()
    before = server.usage()
    await trio.sleep(seconds)
    spent = server.usage().cpu_s - before.cpu_s
    return Window(
        spent,
        sum(viewer.packets for viewer in viewers),
        sum(viewer.lost for viewer in viewers),
        [latency for viewer in viewers for latency in viewer.latencies_s],
    )


async def _join(server: ServerProcess, clients: Clients, *, alone: int, burst: int) -> list[Figure]:
    pipeline = await clients.rpc.create("MediaPipeline")
    source = (await clients.publish(pipeline, Media())).endpoint
    took_s: list[float] = []

    async def one() -> None:
        began = trio.current_time()
        _, viewer = await clients.view(pipeline, source)
        with trio.fail_after(60):
            await viewer.first_frame.wait()
        took_s.append(trio.current_time() - began)

    await one()  # the first one of a server imports and makes what all others share
    figures = []
    for case, turns, at_once in ((f"{alone} alone", alone, 1), (f"burst of {burst}", 1, burst)):
        took_s.clear()
        await trio.sleep(SETTLE_S)
        before = server.usage()
        for _ in range(turns):
            async with trio.open_nursery() as nursery:
                for _ in range(at_once):
                    nursery.start_soon(one)
        spent_ms = (server.usage().cpu_s - before.cpu_s) * 1000 / (turns * at_once)
        figures += [
            Figure("join", case, "key_frame_p50_ms", round(statistics.median(took_s) * 1000, 2)),
            Figure("join", case, "key_frame_max_ms", round(max(took_s) * 1000, 2)),
            Figure("join", case, "cpu_ms_per_join", round(spent_ms, 2)),
        ]
    return figures


async def _memory(server: ServerProcess, clients: Clients, *, pipelines: int, viewers: int) -> list[Figure]:
    rpc = clients.rpc
    kept = [await rpc.create("MediaPipeline") for _ in range(100)]
    begin = server.usage().memory_bytes
    kept += [await rpc.create("MediaPipeline") for _ in range(pipelines)]
    pipeline_kib = (server.usage().memory_bytes - begin) / 1024 / pipelines
    publisher = await clients.publish(kept[0], Media())
    await _view(clients, [(kept[0], publisher.endpoint)] * 20)  # what the first ones cause is not of one viewer
    await trio.sleep(SETTLE_S)
    begin = server.usage().memory_bytes
    await _view(clients, [(kept[0], publisher.endpoint)] * viewers)
    await trio.sleep(SETTLE_S)
    viewer_kib = (server.usage().memory_bytes - begin) / 1024 / viewers
    return [
        Figure("memory", f"of {pipelines} pipelines", "kib_each", round(pipeline_kib, 1)),
        Figure("memory", f"of {viewers} viewers", "kib_each", round(viewer_kib, 1)),
    ]
