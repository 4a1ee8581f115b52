"""Our specs declare exactly what Kurento's clients know, and document all of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from kms_trio.spec.bundles import load_bundles, read_bundles
from kms_trio.spec.loader import load_module
from kms_trio.spec.output_model import output_model
from kms_trio.spec.resolve import ResolvedModule, resolve

ROOT = Path(__file__).parents[2]
SPECS = ROOT / "module_specs"
INVENTORY = ROOT / "tests" / "data" / "api"
MODULES = ("core", "elements", "filters")

Json = dict[str, Any]


@pytest.fixture(scope="module")
def modules() -> Mapping[str, ResolvedModule]:
    return load_bundles(read_bundles(SPECS / "bundles.toml"))


def item(entry: Json) -> Json:
    return {key: value for key, value in entry.items() if key != "doc"}


def method(entry: Json) -> Json:
    returns = entry.get("return")
    return {
        "name": entry["name"],
        "params": [item(parameter) for parameter in entry["params"]],
        "return": returns["type"] if isinstance(returns, dict) else returns,
    }


def remote_class(entry: Json) -> Json:
    result = {
        "name": entry["name"],
        "extends": entry.get("extends"),
        "abstract": entry.get("abstract", False),
        "properties": [item(property_) for property_ in entry["properties"]],
        "methods": [method(method_) for method_ in entry["methods"]],
        "events": entry["events"],
    }
    if "constructor" in entry:
        result["constructor"] = [item(parameter) for parameter in entry["constructor"]["params"]]
    return result


def record(entry: Json) -> Json:
    return {
        "name": entry["name"],
        "extends": entry.get("extends"),
        "format": entry.get("typeFormat"),
        "values": entry.get("values"),
        "properties": [item(property_) for property_ in entry.get("properties", ())],
    }


def comparable(model: Json) -> Json:
    """The parts that bind clients, by name, without documentation."""
    return {
        "classes": {entry["name"]: remote_class(entry) for entry in model["remoteClasses"]},
        "types": {entry["name"]: record(entry) for entry in model["complexTypes"]},
        "events": {entry["name"]: record(entry) for entry in model["events"]},
    }


@pytest.mark.parametrize("name", MODULES)
def test_spec_equals_the_inventory(name: str, modules: Mapping[str, ResolvedModule]) -> None:
    inventory = json.loads((INVENTORY / f"{name}.json").read_text())
    assert comparable(json.loads(output_model(modules[name]))) == comparable(inventory)


@pytest.mark.parametrize("name", MODULES)
def test_header_equals_the_inventory(name: str, modules: Mapping[str, ResolvedModule]) -> None:
    inventory = json.loads((INVENTORY / f"{name}.json").read_text())
    spec = modules[name].spec
    assert spec.code == inventory["code"]
    assert spec.kurento_version == inventory.get("kurentoVersion")
    assert spec.version == "7.3.0"


@pytest.mark.parametrize("name", MODULES)
def test_specs_are_strict_json_without_remarks(name: str, modules: Mapping[str, ResolvedModule]) -> None:
    assert modules[name].warnings == ()
    for file in SPECS.glob(f"{name}*.kmd.json"):
        json.loads(file.read_text(encoding="utf-8"))


def undocumented(value: Any, path: str = "") -> Iterator[str]:
    """Paths of definitions without a sentence of documentation."""
    if isinstance(value, dict):
        is_definition = bool({"doc", "name", "type", "params"} & set(value)) and "version" not in value
        doc = value.get("doc", "")
        if is_definition and not ((doc[:1].isupper() and doc[-1:] in ".:") or "\n- " in doc):
            yield f"{path}/{value.get('name', '')}"
        for key, entry in value.items():
            if key not in ("defaultValue", "code", "imports"):
                yield from undocumented(entry, f"{path}/{value.get('name', key)}")
    elif isinstance(value, list):
        for entry in value:
            yield from undocumented(entry, path)


@pytest.mark.parametrize("name", MODULES)
def test_everything_is_documented(name: str, modules: Mapping[str, ResolvedModule]) -> None:
    model = json.loads(output_model(modules[name]))
    for key in ("remoteClasses", "complexTypes", "events"):
        assert list(undocumented(model[key], key)) == []


@pytest.mark.parametrize("path", sorted(INVENTORY.glob("*.json")), ids=lambda path: path.stem)
def test_every_module_of_the_inventory_resolves(path: Path, tmp_path: Path) -> None:
    """The inventory itself, as a spec without documentation, is one that the loader and the checks take."""
    specs = []
    for name in dict.fromkeys((*MODULES, path.stem)):
        model = json.loads((INVENTORY / f"{name}.json").read_text())
        model.setdefault("version", "7.3.1-dev")
        for entry in model["remoteClasses"]:
            for method_ in entry["methods"]:
                returns = method_.pop("return")
                if returns is not None:
                    method_["return"] = {"type": returns}
        file = tmp_path / f"{name}.kmd.json"
        file.write_text(json.dumps(model))
        specs.append(load_module(file))
    module = resolve(specs)[path.stem]
    # Kurento's crowd detector documents a default of another type than the property's; nobody ever reads it.
    assert len(module.warnings) == (1 if path.stem == "crowddetector" else 0)
