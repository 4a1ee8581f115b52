"""`/metrics`, read by Prometheus's own parser."""

from __future__ import annotations

import attrs
import pytest
from prometheus_client.parser import text_string_to_metric_families

from kms_trio.http.metrics import COUNTERS, Metrics
from kms_trio.worker.figures import Figures
from kms_trio.worker.pool import WorkerStatus
from tests.http.test_http import LOOPBACK, Status, get, serving

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]

FIGURES = Figures(
    counters={
        "network.datagrams": 1000,
        "network.strangers_dtls": 3,
        "sent.packets": 123_456_789_012,
        "sent.dropped_full": 2,
        "overload.held_back": 5,
        "gates.frames_dropped": 70,
    },
    held_back=1,
    tasks=12,
    objects={"MediaPipeline": 2, "WebRtcEndpoint": 7},
)


def read(text: bytes) -> Samples:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


async def test_figures_of_the_server() -> None:
    status = Status(figures=FIGURES, session_count=4)
    async with serving(LOOPBACK, status) as url:
        answer = await get(url, "/metrics")
        assert answer.status == 200
        assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        samples = read(answer.body)
        expected = {
            ("kms_trio_accepting_requests", ()): 1,
            ("kms_trio_sessions", ()): 4,
            ("kms_trio_pipelines", ()): 2,
            ("kms_trio_tasks", ()): 12,
            ("kms_trio_objects", (("class", "WebRtcEndpoint"),)): 7,
            ("kms_trio_datagrams_received_total", ()): 1000,
            ("kms_trio_datagrams_rejected_total", (("kind", "dtls"),)): 3,
            ("kms_trio_datagrams_rejected_total", (("kind", "stun"),)): 0,
            ("kms_trio_packets_sent_total", ()): 123_456_789_012,
            ("kms_trio_packets_unsent_total", (("reason", "full"),)): 2,
            ("kms_trio_overload_streams", ()): 1,
            ("kms_trio_overload_held_back_total", ()): 5,
            ("kms_trio_overload_frames_dropped_total", ()): 70,
        }
        assert {key: samples.get(key) for key in expected} == expected
        assert samples["process_resident_memory_bytes", ()] > 2**20
        assert not [name for name, _ in samples if name.startswith("kms_trio_worker")]
        status.figures = attrs.evolve(FIGURES, objects={})
        assert read((await get(url, "/metrics")).body)["kms_trio_pipelines", ()] == 0


async def test_every_family_has_a_help_text_and_a_type() -> None:
    families = list(text_string_to_metric_families(Metrics(Status(figures=FIGURES)).text().decode()))
    ours = [family for family in families if family.name.startswith("kms_trio_")]
    assert len({family.name for family in ours}) == len(ours) > len(COUNTERS)
    for family in ours:
        assert family.documentation, family.name
        assert family.type in ("counter", "gauge"), family.name


@pytest.mark.parametrize("label", ["worker_up", "worker_pipelines", "worker_cpu_cores", "worker_memory_bytes"])
def test_workers_have_samples_of_their_own(label: str) -> None:
    workers = [
        WorkerStatus(number=1, up=True, process=10, pipelines=3, cpu=0.25, memory_bytes=1 << 26),
        WorkerStatus(number=2, up=False, process=0, pipelines=0, cpu=0.0, memory_bytes=0),
    ]
    expected = {"worker_up": 1, "worker_pipelines": 3, "worker_cpu_cores": 0.25, "worker_memory_bytes": 1 << 26}
    samples = read(Metrics(Status(workers=workers)).text())
    assert samples[f"kms_trio_{label}", (("worker", "1"),)] == expected[label]
    assert samples[f"kms_trio_{label}", (("worker", "2"),)] == 0
