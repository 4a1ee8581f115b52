"""What all commands have in common: figures are told, kept, and compared when asked for."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from bench import history

Command = Callable[..., Sequence[history.Figure]]


def reporting(measure: Command) -> Callable[..., None]:
    """Make a command of a function that returns figures: exit status 1 when any is worse by a tenth than before."""

    @click.option("--json", "json_file", type=click.Path(path_type=Path), help="Write the figures there.")
    @click.option("--history", "history_file", type=click.Path(path_type=Path), help="Append them there, a line a run.")
    @click.option(
        "--compare",
        type=click.Path(path_type=Path, exists=True),
        help="Fail if worse by a tenth than there: a file of --json, or a history.",
    )
    @functools.wraps(measure)
    def command(json_file: Path | None, history_file: Path | None, compare: Path | None, **options: Any) -> None:
        before = history.read(compare) if compare else []
        figures = measure(**options)
        for figure in figures:
            click.echo(str(figure))
        history.write(figures, json_file, history_file or history.HISTORY)
        worse = history.regressions(before, figures)
        for line in worse:
            click.echo(f"worse: {line}", err=True)
        sys.exit(1 if worse else 0)

    return command
