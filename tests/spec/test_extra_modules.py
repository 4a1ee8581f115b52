"""The specs of Kurento's example and extra modules: the same for clients, documented, and fit to generate all from."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from kms_trio.spec.creator.cli import main
from kms_trio.spec.loader import load_module
from kms_trio.spec.output_model import output_model
from kms_trio.spec.resolve import ResolvedModule, resolve
from tests.spec.test_inventory import INVENTORY, MODULES, SPECS, comparable, undocumented

EXTRA_MODULES = sorted(path.stem for path in INVENTORY.glob("*.json") if path.stem not in MODULES)


@pytest.fixture(params=EXTRA_MODULES)
def module(request: pytest.FixtureRequest) -> ResolvedModule:
    return resolve([load_module(SPECS / request.param), *[load_module(SPECS, name) for name in MODULES]])[request.param]


def test_spec_equals_the_inventory(module: ResolvedModule) -> None:
    inventory = json.loads((INVENTORY / f"{module.name}.json").read_text())
    assert comparable(json.loads(output_model(module))) == comparable(inventory)
    assert (module.kurento_version, module.spec.version) == (inventory["kurentoVersion"], "7.3.0")


def test_everything_is_documented(module: ResolvedModule) -> None:
    model = json.loads(output_model(module))
    for key in ("remoteClasses", "complexTypes", "events"):
        assert list(undocumented(model[key], key)) == []


@pytest.mark.parametrize("templates", ["python-server", "client-js", "npm", "maven", "doc"])
def test_all_can_be_generated(module: ResolvedModule, templates: str, tmp_path: Path) -> None:
    arguments = ["-r", str(SPECS / module.name), "-dr", str(SPECS), "-it", templates, "-c", str(tmp_path)]
    assert main(arguments) == 0
    names = {file.stem for file in tmp_path.rglob("*") if file.is_file()}
    if templates in ("client-js", "doc"):
        assert {item.name for item in module.spec.remote_classes} <= names
    for file in tmp_path.rglob("*.py"):
        ast.parse(file.read_text())
