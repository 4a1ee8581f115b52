"""A bundle in the folder that its author works in, found without being installed: by its `pyproject.toml`."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable, Mapping
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any, Final

import attrs

from kms_trio.plugins.manager import ENTRY_POINT_GROUP, Candidate, installed

__all__ = ["BundleProject", "ProjectError", "read_project"]

_FILE: Final = "pyproject.toml"
#: Where projects keep their packages.
_SOURCES: Final = ("src", ".")


class ProjectError(ValueError):
    """A folder that is not that of a bundle, or not a readable one."""


@attrs.frozen
class BundleProject:
    """The folder of a bundle; `entry_points` are those that the server would find if it were installed."""

    folder: Path
    entry_points: tuple[EntryPoint, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its plugins, which as a rule are those of its modules."""
        return tuple(each.name for each in self.entry_points)

    def candidates(self) -> list[Candidate]:
        """What a server with this bundle loads: all that is installed, and this, which stands in for its own wheel."""
        others = [each for each in installed() if each.name not in self.names]
        return [*others, *(Candidate(each.name, each.load) for each in self.entry_points)]

    def source_folder(self) -> Path:
        """What has to be on the path for its packages to be imported."""
        packages = {each.module.partition(".")[0] for each in self.entry_points}
        folders = [self.folder / name for name in _SOURCES]
        return next((folder for folder in folders if _holds(folder, packages)), self.folder).resolve()

    def put_on_path(self) -> None:
        """Let its packages be imported, before those of the same name that are installed."""
        folder = str(self.source_folder())
        if folder not in sys.path:
            sys.path.insert(0, folder)


def read_project(folder: Path) -> BundleProject:
    """Read `pyproject.toml` in `folder`. Raises ProjectError."""
    file = folder / _FILE
    try:
        project = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ProjectError(f"{folder}: expected the folder of a bundle, found no {_FILE} in it") from None
    except (OSError, ValueError) as error:
        raise ProjectError(f"{file}: cannot be read: {error}") from error
    found = _entry_points(project, ENTRY_POINT_GROUP)
    if not found or not all(isinstance(value, str) and value for value in found.values()):
        expected = f'[project.entry-points.{ENTRY_POINT_GROUP}] with NAME = "package.module:MODULE"'
        raise ProjectError(f"{file}: expected {expected}")
    entry_points = tuple(EntryPoint(name, value, ENTRY_POINT_GROUP) for name, value in found.items())
    wrong = [f"{each.name} = {each.value!r}" for each in entry_points if EntryPoint.pattern.match(each.value) is None]
    if wrong:
        raise ProjectError(f'{file}: expected entry points as "package.module:MODULE", found {", ".join(wrong)}')
    return BundleProject(folder, entry_points)


def _entry_points(project: Mapping[str, Any], group: str) -> Mapping[str, Any]:
    value: Any = project
    for key in ("project", "entry-points", group):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def _holds(folder: Path, packages: Iterable[str]) -> bool:
    return any((folder / package).is_dir() or (folder / f"{package}.py").is_file() for package in packages)
