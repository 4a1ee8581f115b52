"""What the doctor finds, and how it is told to people and to programs."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from typing import Any, Final

import attrs
from rich.console import Console
from rich.markup import escape
from rich.table import Table


class Level(enum.StrEnum):
    """How bad it is; only what is broken makes the command fail."""

    OK = "ok"
    NOTE = "note"
    WARNING = "warning"
    BROKEN = "broken"


_STYLES: Final = {Level.OK: "green", Level.NOTE: "dim", Level.WARNING: "yellow", Level.BROKEN: "bold red"}


@attrs.frozen
class Finding:
    """One thing that was looked at. `cure` says what to do; it is empty when nothing need be done."""

    area: str
    level: Level
    text: str
    cure: str = ""


def ok(area: str, text: str) -> Finding:
    """As it should be."""
    return Finding(area, Level.OK, text)


def note(area: str, text: str) -> Finding:
    """Worth knowing."""
    return Finding(area, Level.NOTE, text)


def warning(area: str, text: str, cure: str) -> Finding:
    """The server runs, but something will not go well."""
    return Finding(area, Level.WARNING, text, cure)


def broken(area: str, text: str, cure: str) -> Finding:
    """The server does not start, or something that was asked for does not work."""
    return Finding(area, Level.BROKEN, text, cure)


def any_broken(findings: Iterable[Finding]) -> bool:
    """Whether the command is to fail."""
    return any(each.level is Level.BROKEN for each in findings)


def as_json(findings: Sequence[Finding]) -> dict[str, Any]:
    """For programs: the findings, and how many there are of each level."""
    counts = {level.value: sum(each.level is level for each in findings) for level in Level}
    return {"counts": counts, "findings": [attrs.asdict(each) for each in findings]}


def print_table(findings: Sequence[Finding], console: Console | None = None) -> None:
    """For people: a line a finding, the cure below it, and a summary."""
    console = console or Console()
    table = Table("Area", "", "Finding", box=None, pad_edge=False)
    area = ""
    for each in findings:
        style = _STYLES[each.level]
        text = escape(each.text) + (f"\n[bold]→ {escape(each.cure)}[/bold]" if each.cure else "")
        table.add_row("" if each.area == area else each.area, f"[{style}]{each.level}[/{style}]", text)
        area = each.area
    console.print(table)
    counts = as_json(findings)["counts"]
    console.print(f"\n{counts[Level.BROKEN]} broken, {counts[Level.WARNING]} to be careful with.")
