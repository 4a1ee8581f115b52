"""Which modules are installed, for `kms-trio modules list` and `kurento-media-server --version` and `--list`.

Each entry point is loaded under a guard of its own, so that one broken bundle is a line in the list.
"""

from __future__ import annotations

import importlib.metadata
from typing import Any

import attrs
from rich.console import Console
from rich.table import Table

from kms_trio.dispatch import ModuleDescriptor

ENTRY_POINT_GROUP = "kms_trio"


@attrs.frozen(kw_only=True)
class InstalledModule:
    """One entry point: what it gave, or why it did not load."""

    name: str
    distribution: str
    descriptor: ModuleDescriptor | None
    error: str = ""


def installed_modules() -> list[InstalledModule]:
    """Every module that entry points offer, by name; the core first."""
    found = []
    for entry_point in importlib.metadata.entry_points(group=ENTRY_POINT_GROUP):
        distribution = f"{entry_point.dist.name} {entry_point.dist.version}" if entry_point.dist else ""
        descriptor, error = None, ""
        # The guard of a bundle: whatever its import raises is that bundle's fault and line.
        try:
            descriptor = entry_point.load()
        except Exception as failure:  # noqa: BLE001
            error = f"{type(failure).__name__}: {failure}"
        if descriptor is not None and not isinstance(descriptor, ModuleDescriptor):
            descriptor, error = None, f"expected a ModuleDescriptor, got {type(descriptor).__name__}"
        found.append(
            InstalledModule(name=entry_point.name, distribution=distribution, descriptor=descriptor, error=error)
        )
    return sorted(found, key=lambda module: (module.name != "core", module.name))


def print_modules() -> None:
    """The lines of `kurento-media-server --version` below the server's own version."""
    print("Found modules:")
    for module in installed_modules():
        if module.descriptor is not None:
            print(f"\t'{module.name}' version {module.descriptor.version}")


def print_factories() -> None:
    """The lines of `kurento-media-server --list`: every class that a client can create."""
    print("Available factories:")
    names = {name for module in installed_modules() if module.descriptor for name in module.descriptor.factories}
    for name in sorted(names):
        print(f"\t{name}")


def module_rows() -> list[dict[str, Any]]:
    """The list as JSON data."""
    return [
        {
            "name": module.name,
            "version": module.descriptor.version if module.descriptor else None,
            "distribution": module.distribution,
            "factories": sorted(module.descriptor.factories) if module.descriptor else [],
            "error": module.error or None,
        }
        for module in installed_modules()
    ]


def print_module_table() -> None:
    """The list as a table."""
    table = Table("Module", "Version", "From", "Can be created")
    for module in installed_modules():
        if module.descriptor is None:
            table.add_row(module.name, "", module.distribution, f"[red]did not load:[/red] {module.error}")
        else:
            factories = ", ".join(sorted(module.descriptor.factories))
            table.add_row(module.name, module.descriptor.version, module.distribution, factories)
    Console().print(table)
