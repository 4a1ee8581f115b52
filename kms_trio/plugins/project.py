"""A bundle in the folder that its author works in, found without being installed: by its `pyproject.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any, Final

import attrs

from kms_trio.plugins.manager import ENTRY_POINT_GROUP

__all__ = ["BundleProject", "ProjectError", "read_project"]

_FILE: Final = "pyproject.toml"
#: Where projects keep their packages.
_SOURCES: Final = ("src", ".")
#: Of distributions and of versions, `1.0+local` included.
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+!-]*")


class ProjectError(ValueError):
    """A folder that is not that of a bundle, or not a readable one."""


@attrs.frozen
class BundleProject:
    """The folder of a bundle; `entry_points` are those that the server would find if it were installed."""

    folder: Path
    distribution: str
    version: str
    entry_points: tuple[EntryPoint, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its plugins, which as a rule are those of its modules."""
        return tuple(each.name for each in self.entry_points)

    @property
    def source_folder(self) -> Path:
        """What has to be on the path for its packages to be imported."""
        packages = {each.module.partition(".")[0] for each in self.entry_points}
        folders = [self.folder / name for name in _SOURCES]
        return next((folder for folder in folders if _holds(folder, packages)), self.folder).resolve()

    def path(self, metadata_folder: Path) -> tuple[Path, Path]:
        """What to put first on the path for this process, and processes that it starts, to find the bundle.

        What pip would note about the bundle is written below `metadata_folder`, so it is found like any other, and
        stands in for a wheel of it that is installed. Raises OSError.
        """
        notes = metadata_folder / f"{self.distribution.replace('-', '_')}-{self.version}.dist-info"
        notes.mkdir(parents=True, exist_ok=True)
        metadata = f"Metadata-Version: 2.1\nName: {self.distribution}\nVersion: {self.version}\n"
        (notes / "METADATA").write_text(metadata, encoding="utf-8")
        lines = [f"[{ENTRY_POINT_GROUP}]", *(f"{each.name} = {each.value}" for each in self.entry_points)]
        (notes / "entry_points.txt").write_text("\n".join([*lines, ""]), encoding="utf-8")
        return metadata_folder, self.source_folder


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
    about = project["project"]
    name, version = about.get("name"), about.get("version", "0")
    if not all(isinstance(each, str) and _NAME.fullmatch(each) for each in (name, version)):
        raise ProjectError(f"{file}: expected a name and a version in [project], found {name!r} and {version!r}")
    return BundleProject(folder, name, version, entry_points)


def _entry_points(project: Mapping[str, Any], group: str) -> Mapping[str, Any]:
    value: Any = project
    for key in ("project", "entry-points", group):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def _holds(folder: Path, packages: Iterable[str]) -> bool:
    return any((folder / package).is_dir() or (folder / f"{package}.py").is_file() for package in packages)
