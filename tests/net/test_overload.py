"""When video is held back, whose, and when it comes back; no time passes but in intervals."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kms_trio.net.overload import Load, OverloadController, OverloadLimits
from kms_trio.net.overload_guard import ProcessLoad, waited_s

CALM = Load(cpu=0.3)
BUSY = Load(cpu=0.85, lateness_s=0.06)
LATE = Load(cpu=0.97, lateness_s=0.3)
LOSSY = Load(cpu=0.6, waiting=0.35, dropped=4)
STARVED = Load(cpu=0.2, waiting=0.75, lateness_s=1.0, dropped=4)
COSTS = {"big": 600.0, "middle": 300.0, "small": 100.0}


def run(controller: OverloadController[str], load: Load, intervals: int, costs: dict[str, float]) -> list[str]:
    """What was decided: +stream is held back, -stream comes back."""
    said = []
    for _ in range(intervals):
        decision = controller.step(load, costs)
        said += [f"+{stream}" for stream in decision.pause] + [f"-{stream}" for stream in decision.resume]
    return said


@pytest.mark.parametrize("strain", [LATE, LOSSY, STARVED], ids=["late", "lossy", "lossy as it gets no core"])
def test_the_costliest_goes_first_and_one_step_an_interval(strain: Load) -> None:
    controller: OverloadController[str] = OverloadController()
    patience = controller.limits.patience
    assert run(controller, strain, patience - 1, COSTS) == [], "a burst is no overload"
    assert run(controller, CALM, 1, COSTS) == []
    assert run(controller, strain, patience, COSTS) == ["+big"]
    assert run(controller, strain, 1, COSTS) == ["+middle"]
    assert run(controller, strain, 5, COSTS) == ["+small"]
    assert controller.paused == ("big", "middle", "small")


@pytest.mark.parametrize(
    "load",
    [
        CALM,
        BUSY,
        Load(cpu=1.0),
        Load(cpu=0.2, waiting=0.8, lateness_s=5.0),
        Load(cpu=0.2, lateness_s=0.2, dropped=5000),
        Load(cpu=1.0, foreign=0.7, lateness_s=0.3, dropped=50_000),
    ],
    ids=[
        "calm",
        "busy",
        "full but in time",
        "the machine gives us no time",
        "a burst that no queue holds",
        "a flood from strangers",
    ],
)
def test_what_is_no_overload(load: Load) -> None:
    controller: OverloadController[str] = OverloadController()
    assert run(controller, load, 50, COSTS) == []


def test_a_flood_keeps_nothing_from_coming_back() -> None:
    controller: OverloadController[str] = OverloadController()
    run(controller, LATE, controller.limits.patience, COSTS)
    assert run(controller, Load(cpu=0.5, foreign=0.3, dropped=5000), 10, COSTS) == ["-big"]


def test_what_is_measured_of_the_thread(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    strangers = [100]
    load = ProcessLoad(lambda: (), lambda: strangers[0])
    strangers[0] += 1000
    load.was_late(0.2)
    load.was_late(0.1)
    first = load.measure()
    assert (first.lateness_s, first.dropped) == (0.2, 0)
    assert first.foreign > 0
    assert first.waiting >= 0
    assert load.measure().foreign == 0.0, "counted once"
    monkeypatch.setattr("kms_trio.net.overload_guard.SCHEDULER_FILE", tmp_path / "none")
    assert waited_s() == 0.0, "where the kernel does not tell"
    told = tmp_path / "schedstat"
    told.write_text("1000 2500000000 7\n")
    monkeypatch.setattr("kms_trio.net.overload_guard.SCHEDULER_FILE", told)
    assert waited_s() == 2.5


def test_a_step_is_a_tenth_of_all_video() -> None:
    controller: OverloadController[int] = OverloadController()
    costs = dict.fromkeys(range(100), 10.0)
    for _ in range(controller.limits.patience - 1):
        controller.step(LATE, costs)
    assert len(controller.step(LATE, costs).pause) == 10
    assert len(controller.step(LATE, costs).pause) == 9


def test_the_last_one_comes_back_first_one_by_one() -> None:
    controller: OverloadController[str] = OverloadController()
    run(controller, LATE, controller.limits.patience + 1, COSTS)
    calm = controller.limits.calm
    assert run(controller, CALM, calm - 1, COSTS) == []
    assert run(controller, BUSY, 1, COSTS) == [], "calm has to last"
    assert run(controller, CALM, calm, COSTS) == ["-middle"]
    assert run(controller, CALM, calm, COSTS) == ["-big"]
    assert run(controller, CALM, 100, COSTS) == []


def test_of_many_some_come_back_at_a_time() -> None:
    controller: OverloadController[int] = OverloadController(OverloadLimits(patience=1, calm=1, share=1.0))
    costs = dict.fromkeys(range(100), 10.0)
    held = controller.step(LATE, costs).pause
    assert len(held) == 100
    back = [controller.step(CALM, costs).resume for _ in range(20)]
    assert [len(each) for each in back] == [20, 16, 13, 11, 8, 7, 5, 4, 4, 3, 2, 2, 1, 1, 1, 1, 1, 0, 0, 0]
    assert [stream for each in back for stream in each] == list(reversed(held))


def test_between_strain_and_calm_nothing_changes() -> None:
    controller: OverloadController[str] = OverloadController()
    run(controller, LATE, controller.limits.patience, COSTS)
    assert run(controller, BUSY, 100, COSTS) == []
    assert controller.paused == ("big",)


def test_coming_back_too_early_makes_the_next_wait_longer() -> None:
    controller: OverloadController[str] = OverloadController()
    limits = controller.limits
    run(controller, LATE, limits.patience, COSTS)
    waits = []
    for _ in range(8):
        waited = 0
        while not controller.step(CALM, COSTS).resume:
            waited += 1
        waits.append(waited + 1)
        assert run(controller, LATE, limits.patience, COSTS) == ["+big"]
    assert waits == [6, 12, 24, 48, 96, 120, 120, 120]
    assert run(controller, CALM, 120, COSTS) == ["-big"]
    run(controller, CALM, 130, COSTS)
    run(controller, LATE, limits.patience, COSTS)
    assert run(controller, CALM, limits.calm, COSTS) == ["-big"], "what lasted is forgiven"


def test_streams_that_end_are_forgotten() -> None:
    controller: OverloadController[str] = OverloadController()
    run(controller, LATE, controller.limits.patience, COSTS)
    controller.forget("big")
    controller.forget("never heard of")
    assert controller.paused == ()
    assert run(controller, CALM, 20, {}) == []


def test_streams_without_viewers_are_left_alone() -> None:
    controller: OverloadController[str] = OverloadController(OverloadLimits(patience=1))
    assert run(controller, LATE, 5, {"idle": 0.0}) == []


@given(st.lists(st.tuples(st.floats(0, 2), st.floats(0, 2), st.integers(0, 3)), max_size=80))
def test_each_stream_is_held_back_and_brought_back_by_turns(loads: list[tuple[float, float, int]]) -> None:
    controller: OverloadController[str] = OverloadController(OverloadLimits(patience=1, calm=1))
    held: set[str] = set()
    for load in loads:
        decision = controller.step(Load(*load), COSTS)
        assert held.isdisjoint(decision.pause)
        held |= set(decision.pause)
        assert held.issuperset(decision.resume)
        held -= set(decision.resume)
        assert len(decision.resume) <= 1
        assert held == set(controller.paused)
