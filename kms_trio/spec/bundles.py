"""Which modules a repository generates, and where to: the file `bundles.toml` beside the specs."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs

from kms_trio.spec.client_code import generate_client
from kms_trio.spec.creator.reference_pages import reference_pages
from kms_trio.spec.errors import SpecError
from kms_trio.spec.loader import load_module
from kms_trio.spec.python_code import generate_python
from kms_trio.spec.resolve import ResolvedModule, resolve

BUNDLES_FILE = "bundles.toml"
_KEYS = frozenset({"spec", "output", "package", "legacy", "factories", "client", "client_package"})


@attrs.frozen
class Bundle:
    """A module of the repository; `output` and `client` are None when there is nothing to generate."""

    module: str
    spec: Path
    output: Path | None = None
    package: str | None = None
    factories: Mapping[str, str] = attrs.field(factory=dict)
    legacy: str = ""
    client: Path | None = None
    client_package: str | None = None


def read_bundles(file: Path) -> list[Bundle]:
    """The bundles listed in a `bundles.toml`. Raises SpecError."""
    tables = _content(file).get("module")
    if not isinstance(tables, dict):
        raise SpecError(f"no modules in {file}", expected="tables [module.NAME]")
    return [_bundle(name, table, file) for name, table in tables.items()]


def _content(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SpecError(f"cannot read {file}: {error}") from error


def _bundle(name: str, table: Any, file: Path) -> Bundle:
    if not isinstance(table, dict) or not set(table) <= _KEYS:
        raise SpecError(f"bad [module.{name}] in {file}", expected=f"only the keys {', '.join(sorted(_KEYS))}")
    factories = table.get("factories", {})
    keys = ("spec", "output", "package", "legacy", "client", "client_package")
    texts = [table.get(key, "") for key in keys]
    if not isinstance(factories, dict) or not all(isinstance(text, str) for text in (*texts, *factories.values())):
        raise SpecError(f"bad [module.{name}] in {file}", expected="strings, and a table of strings 'factories'")
    spec, output, package, legacy, client, client_package = texts
    for folder, name_of_package in (("output", "package"), ("client", "client_package")):
        if bool(table.get(folder)) != bool(table.get(name_of_package)):
            raise SpecError(f"bad [module.{name}] in {file}", expected=f"'{folder}' and '{name_of_package}' together")

    def path(text: str) -> Path | None:
        return Path(os.path.normpath(file.parent / text)) if text else None

    return Bundle(
        module=name,
        spec=Path(os.path.normpath(file.parent / spec)),
        output=path(output),
        package=package or None,
        factories=factories,
        legacy=legacy,
        client=path(client),
        client_package=client_package or None,
    )


def reference_folder(file: Path) -> Path | None:
    """Where a `bundles.toml` wants a page for each class; None when it wants none. Raises SpecError."""
    table = _content(file).get("reference", {})
    if not isinstance(table, dict) or not set(table) <= {"output"} or not isinstance(table.get("output", ""), str):
        raise SpecError(f"bad [reference] in {file}", expected="only the key output, a string")
    return Path(os.path.normpath(file.parent / table["output"])) if "output" in table else None


def load_bundles(bundles: list[Bundle]) -> dict[str, ResolvedModule]:
    """The specs of all bundles, resolved together. Raises SpecError."""
    return resolve(load_module(bundle.spec, bundle.module) for bundle in bundles)


def generate_bundles(bundles: list[Bundle], generation_time: str, reference: Path | None = None) -> dict[Path, str]:
    """All generated files of the repository; pages go to the folder `reference`. Raises SpecError."""
    modules = load_bundles(bundles)
    packages = {bundle.module: bundle.package for bundle in bundles if bundle.package is not None}
    files = _clients(bundles, modules)
    if reference is not None:
        files |= {reference / name: text for name, text in reference_pages(modules).items()}
    for bundle in bundles:
        if bundle.output is None:
            continue
        module = modules[bundle.module]
        check_factories(module, bundle.factories)
        contents = generate_python(module, packages, bundle.factories, generation_time, bundle.legacy)
        for name, text in contents.items():
            files[bundle.output / name] = text
    return files


def _clients(bundles: list[Bundle], modules: Mapping[str, ResolvedModule]) -> dict[Path, str]:
    """The Python clients. That of `core` takes plain types from the server, as it may import them."""
    packages = {bundle.module: bundle.client_package for bundle in bundles if bundle.client_package is not None}
    files: dict[Path, str] = {}
    for bundle in bundles:
        if bundle.client is not None:
            server_package = bundle.package if bundle.module == "core" else None
            for name, text in generate_client(modules[bundle.module], packages, server_package).items():
                files[bundle.client / name] = text
    return files


def check_factories(module: ResolvedModule, factories: Mapping[str, str]) -> None:
    """Raise SpecError unless exactly the creatable classes of `module` have an implementation."""
    creatable = {item.name: item for item in module.spec.remote_classes if item.creatable}
    for name in factories:
        if name not in creatable:
            raise SpecError(
                f"implementation of '{name}', which is no creatable class of module '{module.name}'",
                module.spec.location,
                expected=f"one of {', '.join(sorted(creatable))}",
            )
    for name, definition in creatable.items():
        if name not in factories:
            raise SpecError(
                f"class '{name}' has no implementation",
                definition.location,
                expected="'package.module:Class'",
            )
