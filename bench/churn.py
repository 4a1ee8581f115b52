"""Viewers who come and go for minutes: what grows in the server, and what the one who stays notices.

Every other one releases its endpoint; the rest fall silent, and the application releases them some seconds later.  The
control socket is dropped now and then, without a word; the client takes its session up again.  What grows is the slope
of a line through samples of each second, joins on the other axis, after a first part that warms up.
"""

from __future__ import annotations

import contextlib
import random
import statistics
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

import attrs
import trio

from bench.clients import Clients, LightViewer, Media, open_clients
from bench.history import Figure
from bench.server_process import ServerProcess, Usage, off_the_servers_core, run_server, server_core
from kms_trio.client.errors import ClientError
from kms_trio.client.session import Options, Session
from kms_trio.errors import KurentoError

MEDIA: Final = Media(video_bps=300_000, audio=True)
STAY_S: Final = (2.0, 5.0)
AWAY_S: Final = 0.5
SAMPLE_S: Final = 1.0


@attrs.frozen
class ChurnLoad:
    """How wild it is."""

    minutes: float = 3.0
    places: int = 20
    silent_s: float = 10.0
    drop_every_s: float = 20.0
    workers: int = 0
    patience_s: float = 10.0
    """A join that takes longer until its first frame has failed."""

    @property
    def warm_up_s(self) -> float:
        """What is not looked at."""
        return min(120.0, self.minutes * 60 / 3)


@attrs.define
class Counts:
    """What was seen."""

    joins: int = 0
    failed: int = 0
    samples: list[tuple[int, dict[str, float]]] = attrs.field(factory=list)

    def slope(self, name: str) -> float:
        """Growth a 1000 joins."""
        joins = [float(count) for count, _ in self.samples]
        if len(set(joins)) < 2:
            return 0.0
        line = statistics.linear_regression(joins, [values[name] for _, values in self.samples])
        return line.slope * 1000


class Relay:
    """Passes bytes between the client and the server's control port, until it drops what it carries."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._scope = trio.CancelScope()

    async def handle(self, client: trio.SocketStream) -> None:
        """One connection."""
        with self._scope as scope:
            async with await trio.open_tcp_stream("127.0.0.1", self._port) as server, trio.open_nursery() as nursery:
                nursery.start_soon(_pass_on, client, server, scope)
                nursery.start_soon(_pass_on, server, client, scope)

    def drop(self) -> None:
        """End the connections of now."""
        scope, self._scope = self._scope, trio.CancelScope()
        scope.cancel()


class Control:
    """Requests by a client that survives drops."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def create(self, type_name: str, **constructor_params: Any) -> str:
        """Create an object; return its id."""
        result = await self._session.request("create", {"type": type_name, "constructorParams": constructor_params})
        return str(result["value"])

    async def invoke(self, object_id: str, operation: str, **operation_params: Any) -> Any:
        """Call an operation; return its value."""
        params = {"object": object_id, "operation": operation, "operationParams": operation_params}
        return (await self._session.request("invoke", params)).get("value")

    async def release(self, object_id: str) -> None:
        """Destroy an object."""
        await self._session.request("release", {"object": object_id})


def churn(load: ChurnLoad, told: Callable[[str], None] = lambda line: None) -> list[Figure]:
    """Run it; `told` gets a line a minute."""
    with off_the_servers_core(), run_server(load.workers, cores=None if load.workers else server_core()) as server:
        return trio.run(_churn, server, load, told)


async def _churn(server: ServerProcess, load: ChurnLoad, told: Callable[[str], None]) -> list[Figure]:
    counts = Counts()
    async with _control(server, load.drop_every_s) as control, open_clients(control) as clients:
        pipeline = await control.create("MediaPipeline")
        source = (await clients.publish(pipeline, MEDIA)).endpoint
        _, steady = await clients.view(pipeline, source, sampled=True)
        await steady.first_frame.wait()
        before = server.usage()
        began = trio.current_time()
        async with trio.open_nursery() as nursery:
            for number in range(load.places):
                nursery.start_soon(_place, clients, nursery, pipeline, source, load, counts, number)
            await trio.sleep(load.warm_up_s)
            steady.begin()
            minute = began + 60
            while trio.current_time() < began + load.minutes * 60:
                await trio.sleep(SAMPLE_S)
                usage = server.usage()
                counts.samples.append((counts.joins, _values(usage, await server.tasks())))
                if trio.current_time() >= minute:
                    minute += 60
                    told(f"{counts.joins} joins, {counts.failed} failed, {usage.memory_bytes >> 20} MiB")
            nursery.cancel_scope.cancel()
        spent_ms = (server.usage().cpu_s - before.cpu_s) * 1000
    case = f"{load.places} places, {load.workers} workers"
    return [
        Figure("churn", case, "failed_joins", counts.failed),
        Figure("churn", case, "steady_lost_packets", steady.lost),
        Figure("churn", case, "steady_pause_ms", round(steady.longest_pause_s * 1000, 1)),
        Figure("churn", case, "cpu_ms_per_join", round(spent_ms / max(counts.joins, 1), 2)),
        *(
            Figure("churn", case, f"{name}_per_1000_joins", round(counts.slope(name), 2))
            for name in ("mib", "descriptors", "threads", "tasks")
        ),
    ]


async def _place(
    clients: Clients,
    nursery: trio.Nursery,
    pipeline: str,
    source: str,
    load: ChurnLoad,
    counts: Counts,
    number: int,
) -> None:
    """One place where viewers follow one another, for ever."""
    chance = random.Random(number)
    while True:
        await trio.sleep(chance.uniform(0, AWAY_S))
        counts.joins += 1
        try:
            with trio.fail_after(load.patience_s):
                endpoint, viewer = await clients.view(pipeline, source)
                await viewer.first_frame.wait()
        except (KurentoError, ClientError, trio.TooSlowError):
            counts.failed += 1
            continue
        await trio.sleep(chance.uniform(*STAY_S))
        if counts.joins % 2:
            await clients.rpc.release(endpoint)
            viewer.stop()
        else:
            nursery.start_soon(_fall_silent, clients, endpoint, viewer, load.silent_s)


async def _fall_silent(clients: Clients, endpoint: str, viewer: LightViewer, silent_s: float) -> None:
    viewer.vanish()
    await trio.sleep(silent_s)
    await clients.rpc.release(endpoint)
    viewer.stop()


@contextlib.asynccontextmanager
async def _control(server: ServerProcess, drop_every_s: float) -> AsyncIterator[Control]:
    """A session over a relay that drops its connections."""
    port = int(server.url.rpartition(":")[2].partition("/")[0])
    relay = Relay(port)

    async def drop() -> None:
        while True:
            await trio.sleep(drop_every_s)
            relay.drop()

    async with trio.open_nursery() as nursery:
        (listener,) = await trio.open_tcp_listeners(0, host="127.0.0.1")
        nursery.start_soon(trio.serve_listeners, relay.handle, [listener])
        url = f"ws://127.0.0.1:{listener.socket.getsockname()[1]}/kurento"
        session = Session(Options(url), None)
        await nursery.start(session.run)
        nursery.start_soon(drop)
        yield Control(session)
        nursery.cancel_scope.cancel()


async def _pass_on(source: trio.SocketStream, sink: trio.SocketStream, scope: trio.CancelScope) -> None:
    with contextlib.suppress(trio.BrokenResourceError, trio.ClosedResourceError):
        async for chunk in source:
            await sink.send_all(chunk)
    scope.cancel()


def _values(usage: Usage, tasks: int) -> dict[str, float]:
    return {
        "mib": usage.memory_bytes / 2**20,
        "descriptors": float(usage.descriptors),
        "threads": float(usage.threads),
        "tasks": float(tasks),
    }
