"""The benchmark of filters runs: every picture comes back in every way, and figures come out."""

from __future__ import annotations

from bench.filter_latency import measure_latency
from bench.filters import FilterLoad, measure_costs


def test_every_way_is_measured() -> None:
    figures = measure_costs(FilterLoad(width=160, height=120, frames_per_second=1000.0, frames_a_turn=3), rounds=2)
    assert figures.plain.median_ms > 0
    assert {"LookGray, thread", "LookGray, host", "PassYuv, host", "PassBgr, thread"} <= figures.added.keys()


def test_latency_is_measured_alone_and_beside() -> None:
    figures = measure_latency(packets=20)
    assert set(figures) == {"alone", "beside a spinning host"}
    assert all(p99_ms > 0 for p99_ms in figures.values())
