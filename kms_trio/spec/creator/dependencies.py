"""The specs that a module's imports lead to: those given with `--deprom`, and those of modules that are installed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

from kms_trio.spec.imports import expanded_imports
from kms_trio.spec.loader import SUFFIX, find_files, fuse, read_files
from kms_trio.spec.model import ModuleSpec
from kms_trio.spec.python_code import KMD_FILE

_GROUP = "kms_trio"


def load_dependencies(paths: Sequence[Path]) -> dict[str, ModuleSpec]:
    """The modules in files and folders, by name. A folder may hold several. Raises SpecError.

    Files in one folder whose names begin alike up to the first dot are one module.
    """
    empty = without_specs(paths)
    paths = [path for path in paths if path not in empty]
    groups: dict[tuple[Path, str], list[Path]] = {}
    for file in find_files(paths) if paths else ():
        groups.setdefault((file.parent, file.name.partition(".")[0]), []).append(file)
    specs = (fuse(read_files(files)) for files in groups.values())
    return {spec.name: spec for spec in specs}


def without_specs(paths: Sequence[Path]) -> list[Path]:
    """Folders where there is nothing: build scripts name that of a Kurento, which need not be installed."""
    folders = [path for path in paths if not path.is_file() and not path.name.endswith(SUFFIX)]
    return [folder for folder in folders if not any(folder.glob(f"*{SUFFIX}"))]


def imported_specs(spec: ModuleSpec, given: Mapping[str, ModuleSpec]) -> list[ModuleSpec]:
    """What `spec` imports, directly or not, of those `given` or else of those installed. Raises SpecError.

    An import that is nowhere is left out, and other modules that happen to lie in the same folder are not looked at.
    """
    found: dict[str, ModuleSpec] = {}
    waiting: list[ModuleSpec] = [spec]
    while waiting:
        for item in expanded_imports(waiting.pop()):
            if item.name in found or item.name == spec.name:
                continue
            dependency = given.get(item.name) or installed_spec(item.name)
            if dependency is not None:
                found[item.name] = dependency
                waiting.append(dependency)
    return list(found.values())


def installed_spec(name: str) -> ModuleSpec | None:
    """The spec that an installed bundle carries; None when there is no such bundle. Raises SpecError."""
    file = _installed_file(name)
    return None if file is None else fuse(read_files([file]))


def _installed_file(name: str) -> Path | None:
    """Where the spec of an installed bundle is: beside the module that its entry point names. Nothing is imported."""
    for entry in entry_points(group=_GROUP, name=name):
        package, *below = entry.module.split(".")
        found = find_spec(package)
        for folder in () if found is None else found.submodule_search_locations or ():
            file = Path(folder, *below[:-1], KMD_FILE)
            if file.is_file():
                return file
    return None
