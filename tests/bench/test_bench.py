"""The benchmark runs on both paths, and its comparison finds what has become slower."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from bench import __main__ as program
from bench import history
from bench.forward import Load, measure
from bench.history import Figure, regressions
from bench.record import RecordLoad, measure_recording


def row(way: str, us: float, ratio: float | None, viewers: int = 50) -> Figure:
    return Figure("forward", f"{viewers} viewers, {way}", "cpu_us_per_packet", us, ratio)


def test_every_way_delivers_every_packet() -> None:
    """A packet that does not arrive is an error of `measure`."""
    figures = measure(Load(viewers=3, packets=2, frames_per_second=1000.0), rounds=1)
    assert {"python", "python-gso"} <= figures.keys()
    assert all(spent_us > 0 for spent_us in figures.values())


def test_ratios_are_compared_where_there_are_any() -> None:
    before = [row("limit", 3.0, 1.0), row("python", 6.0, 2.0), row("native", 4.0, None), row("gone", 1.0, 1.0)]
    after = [row("limit", 6.0, 1.0), row("python", 13.0, 2.19), row("native", 4.5, 1.5), row("new", 9.0, 9.0)]
    assert regressions(before, after) == ["forward, 50 viewers, native: 4.00 -> 4.50 cpu_us_per_packet"]
    assert regressions(before, [row("python", 6.0, 2.21)]) == ["forward, 50 viewers, python: 2.00 -> 2.21 x native"]
    assert regressions(before, [row("python", 9.0, 9.0, viewers=10)]) == []


def test_a_regression_fails_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(history, "HISTORY", tmp_path / "history.jsonl")
    figures = {"limit": 2.0, "python": 4.0}
    monkeypatch.setattr(program, "measure", lambda load, rounds: dict(figures))
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    done = CliRunner().invoke(program.main, ["forward", "--viewers", "10,50", "--json", str(first)])
    assert done.exit_code == 0, done.output
    assert [each.case for each in history.read(first)] == [
        f"{count} viewers, {way}" for count in (10, 50) for way in ("limit", "python")
    ]
    figures["python"] = 5.0
    done = CliRunner().invoke(program.main, ["forward", "--json", str(second), "--compare", str(first)])
    assert done.exit_code == 1
    assert "forward, 50 viewers, python: 2.00 -> 2.50 x native" in done.output
    runs = [json.loads(line) for line in (tmp_path / "history.jsonl").read_text().splitlines()]
    assert len(runs) == 2
    assert [Figure(**each) for each in runs[1]["rows"]] == history.read(second)


def test_a_history_may_be_compared_with(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Of each figure the newest counts; lines of former versions are read, too."""
    kept = tmp_path / "mine.jsonl"
    former = {"viewers": 10, "way": "python", "cpu_us_per_packet": 3.0, "ratio": 1.5}
    kept.write_text(json.dumps({"rows": [former]}) + "\n")
    assert history.read(kept) == [row("python", 3.0, 1.5, viewers=10)]
    history.write([row("python", 4.0, 2.0, viewers=10)], history=kept)
    monkeypatch.setattr(program, "measure", lambda load, rounds: {"limit": 2.0, "python": 4.3})
    command = ["forward", "--viewers", "10", "--history", str(kept), "--compare", str(kept)]
    assert CliRunner().invoke(program.main, command).exit_code == 0
    assert len(kept.read_text().splitlines()) == 3


def test_recordings_are_whole() -> None:
    """A recording that lacks media is an error of `measure_recording`."""
    figures = measure_recording(RecordLoad(recorders=2, seconds=1.0))
    assert figures.source > 0
    assert figures.ffmpeg is None or figures.ffmpeg > 0
