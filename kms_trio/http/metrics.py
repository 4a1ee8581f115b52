"""`/metrics` in the text format of Prometheus, with the library of that project.

Everything is read when it is asked for; nothing is kept here. Counters of workers are sums, which go on when a worker
is replaced.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

import attrs
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from kms_trio.http.status import ServerStatus
    from kms_trio.worker.figures import Figures

__all__ = ["CONTENT_TYPE", "Metrics"]

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


@attrs.frozen
class _Counter:
    """A counter, and its values: the label's value (None: no label) and the name of the figure."""

    name: str
    help: str
    values: tuple[tuple[str | None, str], ...]
    label: str = "reason"


COUNTERS: Final = (
    _Counter("datagrams_received", "Datagrams that came by the shared ports", ((None, "network.datagrams"),)),
    _Counter(
        "datagrams_rejected",
        "Datagrams that belonged to no endpoint, or that nobody can read",
        (
            ("stun", "network.strangers_stun"),
            ("dtls", "network.strangers_dtls"),
            ("media", "network.strangers_media"),
            ("garbage", "network.garbage"),
        ),
        "kind",
    ),
    _Counter("receive_errors", "Errors that sockets reported instead of data", ((None, "network.receive_errors"),)),
    _Counter(
        "datagrams_lost",
        "Datagrams that the kernel dropped as sockets were not emptied in time, while video was forwarded",
        ((None, "overload.datagrams_lost"),),
    ),
    _Counter("packets_sent", "Media packets handed to the kernel", ((None, "sent.packets"),)),
    _Counter("send_calls", "System calls that took", ((None, "sent.calls"),)),
    _Counter(
        "packets_unsent",
        "Media packets that were not sent",
        (("full", "sent.dropped_full"), ("refused", "sent.failed"), ("unencrypted", "sent.protect_errors")),
    ),
    _Counter("overload_held_back", "How often a stream of video was held back", ((None, "overload.held_back"),)),
    _Counter("overload_brought_back", "How often one was forwarded again", ((None, "overload.brought_back"),)),
    _Counter(
        "overload_frames_dropped", "Video frames that a viewer did not get for that", ((None, "gates.frames_dropped"),)
    ),
    _Counter("overload_packets_dropped", "The packets of those frames", ((None, "gates.packets_dropped"),)),
)


class Metrics(Collector):
    """The metrics of one server."""

    def __init__(self, server: ServerStatus) -> None:
        self._server = server
        self._registry = CollectorRegistry()
        self._registry.register(self)
        ProcessCollector(registry=self._registry)

    def text(self) -> bytes:
        """The answer to a scrape."""
        return generate_latest(self._registry)

    def describe(self) -> Iterable[Metric]:
        """Nothing: names are fixed, and looking at them must not read the server."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Read the server."""
        server, figures = self._server, self._server.figures
        yield _gauge("accepting_requests", "1 while requests are served", int(server.accepting_requests))
        yield _gauge("sessions", "Sessions of clients that hold objects", server.session_count)
        yield _gauge("pipelines", "Media pipelines", figures.objects.get("MediaPipeline", 0))
        yield _gauge("tasks", "Tasks of the event loops that have pipelines", figures.tasks)
        objects = GaugeMetricFamily("kms_trio_objects", "Living objects", labels=["class"])
        for name, count in sorted(figures.objects.items()):
            objects.add_metric([name], count)
        yield objects
        yield _gauge("overload_streams", "Streams of video that are held back because of overload", figures.held_back)
        for counter in COUNTERS:
            yield _counter(counter, figures)
        yield from self._workers()

    def _workers(self) -> Iterator[Metric]:
        """One sample a worker; without workers there are none."""
        workers = self._server.workers
        for name, text, field in (
            ("worker_up", "1 while the media worker serves requests", "up"),
            ("worker_pipelines", "Media pipelines of the worker", "pipelines"),
            ("worker_cpu_cores", "CPU time over time; 1 is a core", "cpu"),
            ("worker_memory_bytes", "Resident memory", "memory_bytes"),
        ):
            family = GaugeMetricFamily(f"kms_trio_{name}", text, labels=["worker"])
            for worker in workers:
                family.add_metric([str(worker.number)], float(getattr(worker, field)))
            yield family


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"kms_trio_{name}", text, value=value)


def _counter(counter: _Counter, figures: Figures) -> Metric:
    labels = [counter.label] if counter.values[0][0] is not None else []
    family = CounterMetricFamily(f"kms_trio_{counter.name}", counter.help, labels=labels)
    for value, figure in counter.values:
        family.add_metric([] if value is None else [value], figures.counters.get(figure, 0))
    return family
