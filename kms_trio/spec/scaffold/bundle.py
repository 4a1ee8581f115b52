"""Writing a new bundle: the templates of its kind, then the generated contract as kms-module-creator writes it.

A template is a file whose name ends in `.j2`; `@module@`, `@class_name@`, `@package@` and `@file@` in its path are
replaced. Other files (golden pictures) are copied.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import attrs
import jinja2

from kms_trio import __version__
from kms_trio.spec.creator.errors import CreatorError
from kms_trio.spec.creator.job import Job
from kms_trio.spec.creator.output_folder import OutputFolder
from kms_trio.spec.creator.python_bundle import python_version
from kms_trio.spec.creator.template_sets import PYTHON_SERVER
from kms_trio.spec.scaffold.kinds import Kind
from kms_trio.spec.scaffold.names import ModuleNames

__all__ = ["SPEC_FOLDER", "write_bundle"]

SPEC_FOLDER: Final = "spec"
_SUFFIX: Final = ".j2"
_VERSION: Final = "0.0.1-dev"
"""Kurento's for new modules."""


def write_bundle(folder: Path, names: ModuleNames, kind: Kind, now: str, *, force: bool = False) -> list[str]:
    """Write the bundle into `folder`; the paths of the author's files in it, sorted.

    `now` is the time of generation, for the contract. Raises CreatorError, before anything is written, when one of the
    files is there already and not `force`.
    """
    files = _files(names, kind)
    there = [name for name in files if (folder / name).exists()]
    if there and not force:
        raise CreatorError(f"{folder}: has {', '.join(there)} already (expected a new folder, or --force)")
    for name, contents in files.items():
        _write(folder / name, contents)
    job = Job.load([folder / SPEC_FOLDER], [], say=lambda _: None)
    job.write_set(PYTHON_SERVER, OutputFolder(folder), {}, now, delete=False)
    return sorted(files)


def _files(names: ModuleNames, kind: Kind) -> dict[str, bytes]:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([str(folder) for folder in reversed(kind.folders)]),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    values: dict[str, Any] = {
        **attrs.asdict(names),
        "package": names.package,
        "distribution": names.distribution,
        "version": _VERSION,
        "python_version": python_version(_VERSION),
        "server_version": __version__,
        "kind": kind,
    }
    files = {}
    for template, source in _sources(kind).items():
        name = _path(template.removesuffix(_SUFFIX), values)
        if template.endswith(_SUFFIX):
            files[name] = environment.get_template(template).render(values).encode()
        else:
            files[name] = source.read_bytes()
    return files


def _sources(kind: Kind) -> Mapping[str, Path]:
    """The templates by their path, the kind's own before those that it shares."""
    return {
        file.relative_to(folder).as_posix(): file
        for folder in kind.folders
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def _path(template: str, values: Mapping[str, Any]) -> str:
    for key in ("module", "package", "file", "class_name"):
        template = template.replace(f"@{key}@", values[key])
    return template


def _write(file: Path, contents: bytes) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(contents)
    except OSError as error:
        raise CreatorError(f"cannot write {file}: {error.strerror}") from error
