"""Results on disk: one file of a run, the history of all runs, and the comparison of two."""

from __future__ import annotations

import datetime
import json
import os
import platform
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import TypedDict

HISTORY = Path(__file__).with_name("history.jsonl")
REGRESSION = 1.10
"""A figure that grew by more than this is a regression."""


class Row(TypedDict):
    """One figure: of `way` with so many viewers; `ratio` is to the native limit of the run, None without a compiler."""

    viewers: int
    way: str
    cpu_us_per_packet: float
    ratio: float | None


def write(rows: list[Row], file: Path | None) -> None:
    """Append to the history, and write the run to a file of its own."""
    run = {
        "time": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "commit": _commit(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "rows": rows,
    }
    with HISTORY.open("a") as history:
        history.write(json.dumps(run) + "\n")
    if file is not None:
        file.write_text(json.dumps(run, indent=1) + "\n")


def read(file: Path) -> list[Row]:
    """The rows of a file that `write` made."""
    rows: list[Row] = json.loads(file.read_text())["rows"]
    return rows


def regressions(before: Iterable[Row], after: Iterable[Row]) -> list[str]:
    """What has become slower, one line each.  Ratios are compared where both runs have them: machines differ less."""
    former = {(row["viewers"], row["way"]): row for row in before}
    lines = []
    for row in after:
        old = former.get((row["viewers"], row["way"]))
        if old is None or row["way"].startswith("limit"):
            continue
        unit, was, now = "x the limit", old["ratio"], row["ratio"]
        if was is None or now is None:
            unit, was, now = "us a packet", old["cpu_us_per_packet"], row["cpu_us_per_packet"]
        if now > was * REGRESSION:
            lines.append(f"{row['way']}, {row['viewers']} viewers: {was:.2f} -> {now:.2f} {unit}")
    return lines


def _commit() -> str:
    done = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False)
    return done.stdout.strip()
