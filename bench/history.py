"""Results on disk: one file of a run, the history of all runs, and the comparison of two."""

from __future__ import annotations

import datetime
import json
import os
import platform
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import attrs

HISTORY: Final = Path(__file__).with_name("history.jsonl")
REGRESSION: Final = 1.10
"""A figure that grew by more than this is a regression: all are the better the lower."""


@attrs.frozen
class Figure:
    """One figure of a benchmark; `ratio` is to what native code takes in the same run, where there is such."""

    bench: str
    case: str
    """Under which load, `50 viewers`."""
    figure: str
    """What, with its unit: `cpu_us_per_packet`."""
    value: float
    ratio: float | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        """What is compared with what."""
        return self.bench, self.case, self.figure

    def __str__(self) -> str:
        against = f"  {self.ratio:.2f} x native" if self.ratio is not None else ""
        return f"{self.bench:<9} {self.case:<24} {self.value:>10.2f} {self.figure}{against}"


def write(figures: Iterable[Figure], file: Path | None = None, history: Path | None = None) -> None:
    """Append to the history (`HISTORY` unless given), and write the run to a file of its own."""
    run = {
        "time": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "commit": _commit(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "rows": [attrs.asdict(figure) for figure in figures],
    }
    with (history or HISTORY).open("a") as lines:
        lines.write(json.dumps(run) + "\n")
    if file is not None:
        file.write_text(json.dumps(run, indent=1) + "\n")


def read(file: Path) -> list[Figure]:
    """The figures of one run, or the newest ones of a history (JSON lines)."""
    text = file.read_text()
    runs = map(json.loads, text.splitlines()) if file.suffix == ".jsonl" else [json.loads(text)]
    newest: dict[tuple[str, str, str], Figure] = {}
    for run in runs:
        for row in run["rows"]:
            figure = _figure(row)
            newest[figure.key] = figure
    return list(newest.values())


def regressions(before: Iterable[Figure], after: Iterable[Figure]) -> list[str]:
    """What has become worse, one line each.  Ratios are compared where both runs have them: machines differ less."""
    former = {figure.key: figure for figure in before}
    lines = []
    for figure in after:
        old = former.get(figure.key)
        if old is None or figure.case.rpartition(" ")[2].startswith("limit"):
            continue
        unit, was, now = "x native", old.ratio, figure.ratio
        if was is None or now is None:
            unit, was, now = figure.figure, old.value, figure.value
        if now > was * REGRESSION:
            lines.append(f"{figure.bench}, {figure.case}: {was:.2f} -> {now:.2f} {unit}")
    return lines


def _figure(row: dict[str, Any]) -> Figure:
    """Rows of `forward` once had fields of their own."""
    if "way" not in row:
        return Figure(**row)
    case = f"{row['viewers']} viewers, {row['way']}"
    return Figure("forward", case, "cpu_us_per_packet", row["cpu_us_per_packet"], row["ratio"])


def _commit() -> str:
    done = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False)
    return done.stdout.strip()
