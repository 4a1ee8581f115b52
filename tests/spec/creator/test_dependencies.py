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
