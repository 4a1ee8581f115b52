"""Read a module spec: all `*.kmd.json` files of a module, fused into one.

A module is usually split, `elements.kmd.json` with the header and `elements.PlayerEndpoint.kmd.json` and so on with
definitions. The header keys may each stand in one file only; the lists are joined in order of the file names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from kms_trio.spec.errors import SpecError
from kms_trio.spec.lenient import Node, parse
from kms_trio.spec.model import ModuleSpec
from kms_trio.spec.object_reader import ObjectReader
from kms_trio.spec.reader import read_class, read_complex_type, read_event, read_import

SUFFIX = ".kmd.json"
_LISTS = ("remoteClasses", "complexTypes", "events")


def load_module(path: Path, name: str | None = None) -> ModuleSpec:
    """Load the module in the file or folder `path`.

    With `name` only `name.kmd.json` and `name.*.kmd.json` of a folder are read, so that several modules can share one.
    Raises SpecError, also for files that cannot be read.
    """
    return fuse(read_files(find_files([path], name)))


def find_files(paths: Iterable[Path], name: str | None = None) -> list[Path]:
    """The spec files among files and folders (not below them), sorted by name. Raises SpecError when there are none."""
    paths = list(paths)
    found: list[Path] = []
    for path in paths:
        found.extend(path.glob(f"*{SUFFIX}") if path.is_dir() else [path])
    if name is not None:
        found = [file for file in found if file.name == name + SUFFIX or file.name.startswith(f"{name}.")]
    if not found:
        wanted = f"{name or ''}*{SUFFIX}"
        raise SpecError("no spec files", expected=wanted, found=f"none in {', '.join(str(path) for path in paths)}")
    return sorted(found, key=lambda file: (file.name, str(file)))


def read_files(files: Iterable[Path]) -> dict[str, bytes]:
    """File contents by path. Raises SpecError for a file that cannot be read."""
    contents = {}
    for file in files:
        try:
            contents[str(file)] = file.read_bytes()
        except OSError as error:
            raise SpecError(f"cannot read {file}: {error.strerror or error}") from error
    return contents


def fuse(files: Mapping[str, bytes]) -> ModuleSpec:
    """One module from the contents of its files, by name. Raises SpecError and nothing else."""
    header: dict[str, Node] = {}
    lists: dict[str, list[Node]] = {key: [] for key in _LISTS}
    warnings: list[str] = []
    first: Node | None = None
    for file, data in files.items():
        document = parse(data, file)
        first = first or document
        reader = ObjectReader(document, "module spec", warnings)
        for key in _LISTS:
            lists[key].extend(reader.items(key, lambda node, _: node))
        for key in _HEADER:
            node = reader.node(key)
            if node is None:
                continue
            if key in header:
                raise SpecError(
                    f"'{key}' given in two files", node.location, found=f"the first one at {header[key].location}"
                )
            header[key] = node
        reader.finish()
    if first is None:
        raise SpecError("no spec files", expected="at least one file")
    return _module(ObjectReader(Node(dict(header), first.location), "module", warnings), lists, warnings)


_HEADER = (
    "name",
    "version",
    "kurentoVersion",
    "kurentoMavenVersion",
    "kurentoNpmVersion",
    "repository",
    "imports",
    "code",
)


def _module(reader: ObjectReader, lists: Mapping[str, list[Node]], warnings: list[str]) -> ModuleSpec:
    code = reader.node("code")
    if code is not None and not isinstance(code.value, dict):
        raise SpecError("bad 'code'", code.location, expected="an object")
    plain_code: Mapping[str, Any] = {} if code is None else code.plain()
    return ModuleSpec(
        name=reader.name(),
        version=reader.required("version"),
        location=reader.where("name"),
        kurento_version=reader.get("kurentoVersion", str),
        kurento_version_location=reader.where("kurentoVersion"),
        kurento_maven_version=reader.get("kurentoMavenVersion", str),
        kurento_npm_version=reader.get("kurentoNpmVersion", str),
        repository=reader.get("repository", str),
        imports=reader.items("imports", read_import),
        code=plain_code,
        remote_classes=tuple(read_class(node, warnings) for node in lists["remoteClasses"]),
        complex_types=tuple(read_complex_type(node, warnings) for node in lists["complexTypes"]),
        events=tuple(read_event(node, warnings) for node in lists["events"]),
        warnings=tuple(warnings),
    )
