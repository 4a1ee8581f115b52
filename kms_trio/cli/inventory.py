"""Which modules are installed, for `kms-trio modules list` and `kurento-media-server --version` and `--list`."""

from __future__ import annotations

import importlib.metadata
import logging
from typing import Any

import attrs
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from kms_trio.plugins import Plugins
from kms_trio.plugins.manager import ENTRY_POINT_GROUP


@attrs.frozen(kw_only=True)
class Row:
    """One plugin: what it brings, or why it is not used."""

    name: str
    version: str = ""
    distribution: str = ""
    factories: tuple[str, ...] = ()
    problem: str = ""


def rows() -> list[Row]:
    """Every plugin that is installed; the core first, those with problems last."""
    # What goes wrong is in the rows, so it need not be logged as well.
    logging.getLogger("kms.plugins").addHandler(logging.NullHandler())
    logging.getLogger("kms.plugins").propagate = False
    plugins = Plugins()
    distributions = {
        entry_point.name: f"{entry_point.dist.name} {entry_point.dist.version}"
        for entry_point in importlib.metadata.entry_points(group=ENTRY_POINT_GROUP)
        if entry_point.dist
    }
    good = [
        Row(
            name=module.name,
            version=module.version,
            distribution=distributions.get(module.name, ""),
            factories=tuple(sorted(module.factories)),
        )
        for module in plugins.modules.values()
    ]
    bad = [
        Row(name=each.plugin, distribution=distributions.get(each.plugin, ""), problem=each.reason)
        for each in plugins.problems
    ]
    return [*good, *bad]


def print_modules() -> None:
    """The lines of `kurento-media-server --version` below the server's own version."""
    print("Found modules:")
    for row in rows():
        if not row.problem:
            print(f"\t'{row.name}' version {row.version}")


def print_factories() -> None:
    """The lines of `kurento-media-server --list`: every class that a client can create."""
    print("Available factories:")
    for name in sorted({name for row in rows() for name in row.factories}):
        print(f"\t{name}")


def rows_as_json() -> list[dict[str, Any]]:
    """The list as JSON data."""
    return [attrs.asdict(row) for row in rows()]


def print_table() -> None:
    """The list as a table."""
    table = Table("Module", "Version", "From", "Can be created")
    for row in rows():
        last = f"[red]{escape(row.problem)}[/red]" if row.problem else ", ".join(row.factories)
        table.add_row(row.name, row.version, row.distribution, last)
    Console().print(table)
