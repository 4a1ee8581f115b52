"""The specs that a module's imports lead to: those given with `--deprom`, and those of modules that are installed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

from kms_trio.spec.imports import expanded_imports
from kms_trio.spec.loader import find_files, fuse, read_files
from kms_trio.spec.model import ModuleSpec
from kms_trio.spec.python_code import KMD_FILE

_GROUP = "kms_trio"


def load_dependencies(paths: Sequence[Path]) -> dict[str, ModuleSpec]:
    """The modules in files and folders, by name. A folder may hold several. Raises SpecError.

    Files in one folder whose names begin alike up to the first dot are one module.
    """
    groups: dict[tuple[Path, str], list[Path]] = {}
    for file in find_files(paths) if paths else ():
        groups.setdefault((file.parent, file.name.partition(".")[0]), []).append(file)
    specs = (fuse(read_files(files)) for files in groups.values())
    return {spec.name: spec for spec in specs}


def with_installed(spec: ModuleSpec, given: Mapping[str, ModuleSpec]) -> list[ModuleSpec]:
    """`given` without `spec`'s own module, and with installed modules for imports that it lacks. Raises SpecError."""
    known = {name: dependency for name, dependency in given.items() if name != spec.name}
    waiting: list[ModuleSpec] = [spec, *known.values()]
    while waiting:
        for name in _lacking(waiting.pop(), {spec.name, *known}):
            found = installed_spec(name)
            if found is not None:
                known[name] = found
                waiting.append(found)
    return list(known.values())


def installed_spec(name: str) -> ModuleSpec | None:
    """The spec that an installed bundle carries; None when there is no such bundle. Raises SpecError."""
    file = _installed_file(name)
    return None if file is None else fuse(read_files([file]))


def _lacking(spec: ModuleSpec, known: Iterable[str]) -> list[str]:
    return [item.name for item in expanded_imports(spec) if item.name not in known]


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
