"""The benchmarks of a whole server run, on small loads; what they measure is not looked at."""

from __future__ import annotations

import pytest

from bench import serving
from bench.churn import ChurnLoad, Counts, churn
from bench.history import Figure
from bench.requests import requests


def by_name(figures: list[Figure]) -> dict[tuple[str, str], float]:
    return {(figure.case, figure.figure): figure.value for figure in figures}


def test_fanout() -> None:
    figures = by_name(serving.fanout(3, 1.0))
    assert figures["3 viewers", "cpu_us_per_packet"] > 0
    assert figures.get(("3 viewers", "latency_p50_ms"), 0) <= figures.get(("3 viewers", "latency_p99_ms"), 0)


def test_rooms_have_a_leg_for_each_pair() -> None:
    figures = by_name(serving.rooms(1, 3, 1.0))
    assert figures["1 of 3", "cpu_us_per_packet"] > 0


def test_joins_alone_and_at_once() -> None:
    figures = by_name(serving.join(2, 3))
    assert figures["2 alone", "key_frame_p50_ms"] > 0
    assert figures["burst of 3", "key_frame_max_ms"] >= figures["burst of 3", "key_frame_p50_ms"]


def test_requests_one_at_a_time_and_several() -> None:
    figures = by_name(requests(workers=0, seconds=0.2, window=4))
    assert {case.partition(",")[0] for case, _ in figures} == {
        "echo", "ping", "getName", "MediaPipeline", "WebRtcEndpoint",
    }  # fmt: skip
    assert all(figures[case, "cpu_us"] > 0 for case, figure in figures if figure == "cpu_us")


def test_memory_and_workers() -> None:
    assert set(by_name(serving.memory(50, 3))) == {("of 50 pipelines", "kib_each"), ("of 3 viewers", "kib_each")}
    assert all(value > 0 for value in by_name(serving.workers(2, 1.0)).values())


def test_viewers_come_and_go() -> None:
    told: list[str] = []
    load = ChurnLoad(minutes=0.2, places=3, silent_s=1.0, drop_every_s=3.0, patience_s=90.0)
    figures = {figure.figure: figure.value for figure in churn(load, told.append)}
    assert figures["failed_joins"] == 0
    assert {f"{what}_per_1000_joins" for what in ("mib", "descriptors", "threads", "tasks")} <= figures.keys()


def test_slopes_are_by_joins() -> None:
    counts = Counts()
    for joins in range(0, 1000, 10):
        counts.samples.append((joins, {"mib": 50 + joins * 0.002, "threads": 4.0}))
    assert counts.slope("mib") == pytest.approx(2.0)
    assert counts.slope("threads") == 0
