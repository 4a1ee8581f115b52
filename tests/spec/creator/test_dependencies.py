"""Where the specs of imports come from."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from kms_trio.spec.creator.dependencies import installed_spec, load_dependencies
from tests.spec.creator.conftest import CHROMA, SPECS, Creator


def test_a_folder_may_hold_several_modules(tmp_path: Path) -> None:
    assert sorted(load_dependencies([SPECS])) == ["core", "elements", "filters"]
    shutil.copytree(CHROMA, tmp_path, dirs_exist_ok=True)
    assert sorted(load_dependencies([tmp_path, SPECS / "core.kmd.json"])) == ["chroma", "core"]
    assert load_dependencies([]) == {}


def test_the_module_itself_may_be_among_the_dependencies(creator: Creator, chroma: Creator) -> None:
    assert creator("-r", CHROMA, "-dr", CHROMA, SPECS, "-p") == chroma("-p")


@pytest.fixture
def distribution(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed bundle `other`, whose package cannot be imported."""
    information = tmp_path / "kms_other-1.0.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: kms-other\nVersion: 1.0.0\n")
    (information / "entry_points.txt").write_text("[kms_trio]\nother = kms_other.generated.module:MODULE\n")
    generated = tmp_path / "kms_other" / "generated"
    generated.mkdir(parents=True)
    (tmp_path / "kms_other" / "__init__.py").write_text("raise RuntimeError('broken')\n")
    monkeypatch.syspath_prepend(tmp_path)
    return generated


def test_installed_bundles(distribution: Path) -> None:
    assert installed_spec("nowhere") is None
    assert installed_spec("other") is None
    header = {"name": "other", "version": "1.0.0", "kurentoVersion": "^7.0.0"}
    (distribution / "module.kmd.json").write_text(json.dumps(header))
    found = installed_spec("other")
    assert found is not None
    assert (found.name, found.version) == ("other", "1.0.0")


def test_an_import_is_found_among_installed_bundles(distribution: Path, creator: Creator, tmp_path: Path) -> None:
    header = {"name": "other", "version": "1.0.0", "kurentoVersion": "^7.0.0"}
    (distribution / "module.kmd.json").write_text(json.dumps(header))
    spec = {**header, "name": "m", "imports": [{"name": "other", "version": "^1.0.0"}]}
    (tmp_path / "m.kmd.json").write_text(json.dumps(spec))
    outcome = creator("-r", tmp_path / "m.kmd.json", "-dr", SPECS, "-p")
    assert outcome.out.startswith("Dep: other ^1.0.0\n")


def test_folders_without_specs_are_remarked_upon(creator: Creator, tmp_path: Path) -> None:
    outcome = creator("-r", CHROMA, "-dr", tmp_path, tmp_path / "nowhere", SPECS, "-p")
    assert (outcome.status, outcome.out) == (0, creator("-r", CHROMA, "-dr", SPECS, "-p").out)
    assert outcome.err.splitlines() == [
        f"Warning: no spec files in {folder}; installed modules are taken"
        for folder in (tmp_path, tmp_path / "nowhere")
    ]


def test_modules_that_are_not_imported_do_not_matter(creator: Creator, tmp_path: Path) -> None:
    header = {"name": "stale", "version": "1.0.0", "kurentoVersion": "^6.0.0"}
    (tmp_path / "stale.kmd.json").write_text(json.dumps(header))
    assert creator("-r", CHROMA, "-dr", SPECS, tmp_path, "-p").status == 0
    outcome = creator("-r", tmp_path, "-dr", SPECS, "-p")
    assert outcome.err == (
        f"Error: {tmp_path}/stale.kmd.json:1: Import 'core' with version ^6.0.0 not found in dependencies, found "
        "version: 7.3.0 (expected a 'kurentoVersion' that 7.3.0 is in)\n"
    )


def test_how_other_languages_find_a_development_version(creator: Creator, tmp_path: Path) -> None:
    other = {
        "name": "other",
        "version": "1.0.0-dev",
        "kurentoVersion": "^7.0.0",
        "code": {"api": {"js": {"nodeName": "kurento-module-other", "npmGit": "https://example.org/other-js.git"}}},
    }
    imports = [{"name": "other", "version": "^1.0.0-dev"}]
    spec = {"name": "m", "version": "0.1.0-dev", "kurentoVersion": "7.1.0-dev", "imports": imports}
    for module in (other, spec):
        (tmp_path / f"{module['name']}.kmd.json").write_text(json.dumps(module))
    keys = ["imports.0.npmVersion", "imports.0.mavenVersion", "imports.1.mavenVersion"]
    options = ["-r", tmp_path / "m.kmd.json", "-dr", SPECS, tmp_path]
    assert creator(*options, "-s", *keys).out.splitlines() == [
        "Value: imports.0.npmVersion = https://example.org/other-js.git",
        "Value: imports.0.mavenVersion = [1.0.0-SNAPSHOT,2.0.0-SNAPSHOT)",
        "Value: imports.1.mavenVersion = 7.1.0-SNAPSHOT",
    ]
    creator(*options, "-npm", "-c", tmp_path)
    package = json.loads((tmp_path / "package.json").read_text())
    assert package["dependencies"] == {"kurento-module-other": "https://example.org/other-js.git"}
    assert package["peerDependencies"] == {"kurento-client": "*"}
