"""Which modules are installed and what is in them, for `kms-trio modules` and `kurento-media-server --version`."""

from __future__ import annotations

import importlib.metadata
import logging
from collections.abc import Iterable
from typing import Any, Final

import attrs
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from kms_trio.dispatch import ModuleDescriptor
from kms_trio.plugins import Plugins
from kms_trio.plugins.manager import ENTRY_POINT_GROUP

#: Columns of a table that goes into a file or a pipe.
FILE_WIDTH: Final = 250


@attrs.frozen(kw_only=True)
class Row:
    """One plugin: what it brings, or why it is not used."""

    name: str
    version: str = ""
    distribution: str = ""
    factories: tuple[str, ...] = ()
    problem: str = ""
    disabled: bool = False


def load_quietly(disabled: Iterable[str] = ()) -> Plugins:
    """The plugins; what goes wrong is in their `problems`, so it need not be logged as well."""
    logger = logging.getLogger("kms.plugins")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    return Plugins(disabled=disabled)


def rows(disabled: Iterable[str] = ()) -> list[Row]:
    """Every plugin that is installed; the core first, those with problems last."""
    plugins = load_quietly(disabled)
    distributions = distribution_names()
    good = [
        Row(
            name=module.name,
            version=module.version,
            distribution=distributions.get(module.name, ""),
            factories=tuple(sorted(module.factories)),
        )
        for module in plugins.modules.values()
    ]
    off = [Row(name=each, distribution=distributions.get(each, ""), disabled=True) for each in plugins.disabled]
    bad = [
        Row(name=each.plugin, distribution=distributions.get(each.plugin, ""), problem=each.reason)
        for each in plugins.problems
    ]
    return [*good, *off, *bad]


def distribution_names() -> dict[str, str]:
    """Name and version of the installed distribution behind each plugin."""
    return {
        entry_point.name: f"{entry_point.dist.name} {entry_point.dist.version}"
        for entry_point in importlib.metadata.entry_points(group=ENTRY_POINT_GROUP)
        if entry_point.dist
    }


def print_modules() -> None:
    """The lines of `kurento-media-server --version` below the server's own version."""
    print("Found modules:")
    for row in rows():
        if not row.problem:
            print(f"\t'{row.name}' version {row.version}")


def print_factories() -> None:
    """The lines of `kurento-media-server --list`: every class that a client can create, by both of its names."""
    print("Available factories:")
    modules = load_quietly().modules.values()
    short = {name for module in modules for name in module.factories}
    qualified = {module.classes[name].qualified_name for module in modules for name in module.factories}
    for name in sorted(short | qualified):
        print(f"\t{name}")


def rows_as_json(disabled: Iterable[str] = ()) -> list[dict[str, Any]]:
    """The list as JSON data."""
    return [attrs.asdict(row) for row in rows(disabled)]


def print_table(disabled: Iterable[str] = ()) -> None:
    """The list as a table."""
    table = Table("Module", "Version", "From", "Can be created")
    for row in rows(disabled):
        last = f"[red]{escape(row.problem)}[/red]" if row.problem else ", ".join(row.factories)
        table.add_row(row.name, row.version, row.distribution, "[dim]disabled[/dim]" if row.disabled else last)
    console = Console()
    if not console.is_terminal:
        console.width = FILE_WIDTH  # for grep and the like a row is best a line
    console.print(table)


def module_as_json(module: ModuleDescriptor) -> dict[str, Any]:
    """What is in a module, as JSON data; `others` are the classes that nobody can create."""
    return {
        "name": module.name,
        "version": module.version,
        "distribution": distribution_names().get(module.name, ""),
        "package": module.package,
        "requires": dict(module.requires),
        "factories": sorted(module.factories),
        "others": sorted(set(module.classes) - set(module.factories)),
        "events": sorted(module.events),
        "types": sorted([*module.registers, *module.enums]),
    }


def module_lines(module: ModuleDescriptor) -> list[str]:
    """What is in a module, for people."""
    about = module_as_json(module)
    return [
        f"module:   {module.name} {module.version}",
        f"from:     {about['distribution'] or 'this server'}, package {module.package}",
        f"create:   {', '.join(about['factories']) or 'nothing'}",
        f"others:   {', '.join(about['others']) or 'no other class'}",
        f"events:   {', '.join(about['events']) or 'none'}",
        f"types:    {', '.join(about['types']) or 'none'}",
        f"needs:    {', '.join(f'{name} {range_}' for name, range_ in module.requires.items()) or 'no other module'}",
    ]
