"""Placement, ledger, ports and what a worker is told, each by itself."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any, cast

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.settings import Settings, SettingsError, load
from kms_trio.worker.assignment import Assignment, WorkerLog, share_of_ports
from kms_trio.worker.count import worker_count
from kms_trio.worker.figures import Figures, total
from kms_trio.worker.ledger import Ledger
from kms_trio.worker.link import WorkerLink
from kms_trio.worker.placement import REPORTS_AT_LIMIT, WorkerLoad, place
from kms_trio.worker.process import describe_exit
from kms_trio.worker.report import Meter, WorkerReport


def report(cpu: float = 0.0, pipelines: int = 0, loop_cpu: float = 0.0) -> WorkerReport:
    return WorkerReport(
        cpu=cpu, loop_cpu=loop_cpu, lateness_s=0.0, memory_bytes=1, pipelines=pipelines, objects=pipelines
    )


def test_pipelines_are_spread_before_anything_is_reported() -> None:
    loads = [WorkerLoad(number) for number in (1, 2, 3)]
    assert [place(loads).number for _ in range(6)] == [1, 2, 3, 1, 2, 3]


def test_the_least_loaded_gets_the_next_and_a_burst_is_spread() -> None:
    busy, idle = WorkerLoad(1), WorkerLoad(2)
    busy.reported(report(cpu=0.5, pipelines=1))
    idle.reported(report(cpu=0.1, pipelines=9))
    chosen = [place([busy, idle]).number for _ in range(20)]
    assert chosen[:7] == [2] * 7
    assert 1 in chosen
    idle.reported(report(cpu=0.1, pipelines=20))
    assert place([busy, idle]) is idle


@pytest.mark.parametrize("full", [report(cpu=0.95), report(cpu=0.2, loop_cpu=0.95)], ids=["process", "event loop"])
def test_a_worker_at_its_limit_for_a_while_gets_none(full: WorkerReport) -> None:
    loads = [WorkerLoad(1), WorkerLoad(2)]
    for _ in range(REPORTS_AT_LIMIT - 1):
        loads[0].reported(full)
    assert not loads[0].at_limit
    loads[0].reported(full)
    assert [place(loads).number for _ in range(30)] == [2] * 30
    for _ in range(REPORTS_AT_LIMIT):
        loads[1].reported(full)
    with pytest.raises(KurentoError, match="All 2 media workers are at their limit") as refused:
        place(loads)
    assert refused.value.code == ErrorCode.NOT_ENOUGH_RESOURCES
    loads[1].reported(report(cpu=0.5))
    assert place(loads) is loads[1]


def test_a_worker_with_more_cores_has_more_room() -> None:
    load = WorkerLoad(1, cores=2.0)
    for _ in range(REPORTS_AT_LIMIT):
        load.reported(report(cpu=1.5))
    assert not load.at_limit


def test_a_report_measures_this_process_and_survives_the_way() -> None:
    meter = Meter(4096)
    meter.was_late(0.25)
    meter.was_late(0.125)
    figures = Figures(counters={"sent.packets": 7}, held_back=1, objects={"PassThrough": 3})
    first = meter.report(pipelines=2, objects=5, figures=figures)
    assert first.lateness_s == 0.25
    assert first.memory_bytes > 2**20
    assert (first.pipelines, first.objects) == (2, 5)
    assert WorkerReport.from_message(json.loads(json.dumps(first.to_message()))) == first
    assert meter.report(pipelines=0, objects=0, figures=Figures()).lateness_s == 0.0


def test_figures_of_workers_are_summed_and_outlive_them() -> None:
    one = Figures(counters={"sent.packets": 7, "sent.calls": 1}, held_back=1, objects={"PassThrough": 3})
    two = Figures(counters={"sent.packets": 5}, held_back=2, objects={"PassThrough": 1, "MediaPipeline": 1})
    assert total([one.only_counters(), two]) == Figures(
        counters={"sent.packets": 12, "sent.calls": 1}, held_back=2, objects={"PassThrough": 1, "MediaPipeline": 1}
    )


def test_a_worker_that_holds_video_back_gets_none_until_it_does_no_longer() -> None:
    loads = [WorkerLoad(1), WorkerLoad(2)]
    loads[0].reported(attrs.evolve(report(), figures=Figures(held_back=1)))
    assert [place(loads).number for _ in range(3)] == [2, 2, 2]
    loads[0].reported(report())
    assert place(loads).number == 1


def test_the_ledger_finds_workers_by_the_pipeline() -> None:
    one, two = cast("WorkerLink", object()), cast("WorkerLink", object())
    ledger = Ledger()
    for link, object_id in ((one, "p"), (two, "q"), (one, "p/a"), (two, "q/b"), (one, "p/a/port"), (one, "r")):
        ledger.born(link, object_id)
    assert ledger.pipelines == ["p", "q", "r"]
    assert ledger.link_of("p/a/port") is one
    assert ledger.link_of("p/gone") is one
    assert ledger.link_of("x/a") is ledger.link_of(7) is None
    assert "p/a" in ledger
    assert "p/gone" not in ledger
    ledger.died("p/a/port")
    ledger.died("unknown/a")
    assert ledger.forget(one) == ["p", "p/a", "r"]
    assert ledger.pipelines == ["q"]
    ledger.died("q/b")
    ledger.died("q")
    assert ledger.pipelines == []


@given(st.integers(1, 60_000), st.integers(0, 5_000), st.integers(1, 64))
def test_shares_of_ports_are_all_ports_once(first: int, more: int, count: int) -> None:
    last = first + more
    if more + 1 < count:
        with pytest.raises(SettingsError, match="minPort to maxPort"):
            share_of_ports(first, last, 1, count)
        return
    shares = [share_of_ports(first, last, number, count) for number in range(1, count + 1)]
    assert [port for low, high in shares for port in range(low, high + 1)] == list(range(first, last + 1))
    assert all(low <= high for low, high in shares)


def test_settings_come_through_whole(tmp_path: Path) -> None:
    folder = tmp_path / "modules" / "other"
    folder.mkdir(parents=True)
    (folder / "Thing.conf.json").write_text('{"depth": {"a": [1, "b"]}}')
    main = tmp_path / "kurento.conf.json"
    main.write_text('{"mediaServer": {"net": {"websocket": {"secure": {"password": "secret"}}}}}')
    settings = load(conf_file=main, overrides={"kmsTrio.uriPolicy.playerRoots": "/srv/a:/srv/b"}).settings
    assignment = Assignment(
        number=2, count=3, settings=settings, min_port=7, max_port=9, log=WorkerLog(crash_file=tmp_path / "errors.log")
    )
    message: dict[str, Any] = json.loads(json.dumps(assignment.to_message()))
    read = Assignment.from_message(message)
    assert attrs.evolve(read, settings=settings) == assignment
    assert attrs.evolve(read.settings, modules={}) == attrs.evolve(settings, modules={})
    assert read.settings.module("other", "Thing")["depth"] == {"a": [1, "b"]}
    assert read.settings.media_server.net.websocket.secure.password == "secret"
    assert read.settings.uri_policy.player_roots == (Path("/srv/a"), Path("/srv/b"))
    message["settings"]["mediaServer"]["net"]["websocket"]["port"] = "x"
    with pytest.raises(SettingsError, match=r"websocket\.port"):
        Assignment.from_message(message)


def test_how_many_workers_there_are() -> None:
    settings = Settings()
    asked = attrs.evolve(settings, workers=attrs.evolve(settings.workers, count=7))
    assert worker_count(asked) == 7
    assert worker_count(settings) != 1
    few = attrs.evolve(settings.base_rtp_endpoint, min_port=4000, max_port=4000)
    assert worker_count(attrs.evolve(settings, base_rtp_endpoint=few)) == 0


def test_how_a_process_ended_in_words() -> None:
    assert describe_exit(3) == "exited with code 3"
    assert describe_exit(-11) == "was ended by SIGSEGV"
    assert describe_exit(-64 - 1) == "was ended by signal 65"


def test_a_record_of_another_process_keeps_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    from kms_trio.log.formats import JsonFormatter, KurentoFormatter
    from kms_trio.worker.log_relay import replay

    replay({"name": "kms.x", "levelno": 40, "levelname": "ERROR", "msg": "100% wrong", "exc_text": "Traceback: it"})
    [record] = caplog.records
    assert record.getMessage() == "100% wrong"
    assert KurentoFormatter().format(record).endswith("100% wrong\nTraceback: it")
    assert json.loads(JsonFormatter().format(record))["traceback"] == "Traceback: it"
    assert record.levelno == logging.ERROR
