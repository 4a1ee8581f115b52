"""What an author's `pyproject.toml` has to name: the distributions of the bundles that a module's code imports."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from importlib.metadata import entry_points
from typing import Any, Final

__all__ = ["PROJECT", "distribution", "missing_requirements"]

PROJECT: Final = "pyproject.toml"
_GROUP: Final = "kms_trio"
_NAME: Final = re.compile(r"\s*([A-Za-z0-9._-]+)")


def distribution(module: str, package: str) -> str:
    """What brings a module: the distribution where it is installed, else what this tool calls that of `package`."""
    for entry in entry_points(group=_GROUP, name=module):
        if entry.dist is not None and entry.module.partition(".")[0] == package:
            return entry.dist.name
    return package.replace("_", "-")


def missing_requirements(project: str | None, needed: Iterable[str]) -> list[str]:
    """Those of `needed` that a `pyproject.toml` does not name; none where it does not list its dependencies itself."""
    try:
        table: Any = tomllib.loads(project or "")
    except tomllib.TOMLDecodeError:
        return []
    about = table.get("project")
    listed = about.get("dependencies") if isinstance(about, dict) else None
    if not isinstance(listed, list):
        return []
    named = {_normal(match[1]) for text in listed if isinstance(text, str) and (match := _NAME.match(text))}
    return [name for name in needed if _normal(name) not in named]


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
