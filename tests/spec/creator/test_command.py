"""Options, prints and exit codes of the command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.spec.creator.conftest import CHROMA, SPECS, Creator

OPTIONS = {
    "-h": "--help", "-v": "--verbose", "-r": "--rom", "-dr": "--deprom", "-t": "--templates",
    "-it": "--internal-templates", "-c": "--codegen", "-d": "--delete", "-lf": "--list-generated-files",
    "-cf": "--config", "-s": "--show-values", "-o": "--output-model", "-n": "--no-overwrite", "-maven": "--maven-pom",
    "-npm": "--npm-package", "-p": "--print-simple-kmd",
}  # fmt: skip


def test_help(creator: Creator) -> None:
    for arguments in (["-h"], ["--help"], [], ["-c", "x"]):
        outcome = creator(*arguments)
        assert outcome.status == 0
        assert outcome.out.startswith("usage: kms-module-creator")
    text = creator("-h").out
    for short, long in OPTIONS.items():
        assert f"  {short}" in text
        assert long in text


@pytest.mark.parametrize("arguments", [["-r", str(CHROMA)], ["-r", str(CHROMA), "--unknown"], ["-c"], ["-r"]])
def test_wrong_options(creator: Creator, arguments: list[str]) -> None:
    outcome = creator(*arguments)
    assert outcome.status == 1
    assert "usage: kms-module-creator" in outcome.out


def test_values(chroma: Creator) -> None:
    keys = ["code.implementation.lib", "name", "imports.0.version", "remoteClasses.0.abstract"]
    assert chroma("-s", *keys).out.splitlines() == [
        "Value: code.implementation.lib = libkmschroma",
        "Value: name = chroma",
        "Value: imports.0.version = ^7.1.0",
        "Value: remoteClasses.0.abstract = false",
    ]
    outcome = chroma("--show-values", "code.implementation.nothing")
    assert outcome.status == 1
    assert "no value 'code.implementation.nothing' in module 'chroma'" in outcome.err


def test_names_and_digest(chroma: Creator) -> None:
    outcome = chroma("-p")
    assert outcome.status == 0
    # md5 of the names in this order, without anything between them
    assert outcome.out.splitlines() == [
        "RemoteClass:\tChromaFilter",
        "ComplexType:\tWindowParam",
        "Dep: core ^7.1.0",
        "Dep: elements ^7.1.0",
        "Dep: filters ^7.1.0",
        "Digest: 94b63575b6ec97298a5cc268b0f7167d",
    ]
    assert chroma("--print-simple-kmd") == outcome


def test_output_model(chroma: Creator, tmp_path: Path) -> None:
    outcome = chroma("-o", tmp_path / "model")
    assert (outcome.status, outcome.out) == (0, "Generation success\n")
    model = json.loads((tmp_path / "model" / "chroma.kmd.json").read_text())
    assert model["code"]["implementation"] == {"cppNamespace": "kurento::module::chroma", "lib": "libkmschroma"}
    assert [item["name"] for item in model["imports"]] == ["core", "elements", "filters"]


def test_a_module_can_be_generated_from_its_output_model(creator: Creator, chroma: Creator, tmp_path: Path) -> None:
    chroma("-o", tmp_path)
    again = creator("-r", tmp_path / "chroma.kmd.json", "-dr", SPECS, "-p")
    assert again == chroma("-p")


def test_files_are_listed_kept_and_printed(chroma: Creator, tmp_path: Path) -> None:
    options = ["-it", "doc", "-c", str(tmp_path)]
    listed = ["Processed file:\tREADME.md", "Processed file:\tChromaFilter.md", "Generation success"]
    assert chroma(*options, "-lf").out.splitlines() == listed
    (tmp_path / "README.md").write_text("mine")
    kept = chroma(*options, "--list-generated-files", "--no-overwrite").out.splitlines()
    assert kept == [f"{line} (not generated)" for line in listed[:2]] + listed[2:]
    assert (tmp_path / "README.md").read_text() == "mine"
    assert "# Module chroma 0.1.0-dev" in chroma(*options, "-v").out
    assert (tmp_path / "README.md").read_text() != "mine"


def test_what_has_not_changed_is_not_written(chroma: Creator, tmp_path: Path) -> None:
    chroma("-it", "doc", "-c", tmp_path)
    file = tmp_path / "README.md"
    file.chmod(0o444)
    before = file.stat().st_mtime_ns
    chroma("-it", "doc", "-c", tmp_path)
    assert file.stat().st_mtime_ns == before


def test_the_folder_can_be_emptied_first(chroma: Creator, tmp_path: Path) -> None:
    (tmp_path / "old" / "deep").mkdir(parents=True)
    (tmp_path / "old" / "deep" / "file").write_text("")
    chroma("-it", "doc", "-c", tmp_path, "-d")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ChromaFilter.md", "README.md"]


def test_dependencies_that_are_installed_need_not_be_named(creator: Creator) -> None:
    outcome = creator("-r", SPECS / "elements.kmd.json", "-p")
    assert outcome.out.startswith("Dep: core ^7.1.0\n")


def write_spec(folder: Path, **changes: object) -> Path:
    file = folder / "m.kmd.json"
    file.write_text(json.dumps({"name": "m", "version": "1.0.0", "kurentoVersion": "^7.0.0", **changes}))
    return file


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        (
            {"imports": [{"name": "nowhere", "version": "1.0.0"}]},
            "m.kmd.json:1: Import 'nowhere' not found in dependencies in any version",
        ),
        (
            {"kurentoVersion": "^6.0.0"},
            "Import 'core' with version ^6.0.0 not found in dependencies, found version: 7.3.0",
        ),
        ({"kurentoVersion": "7.3.0-dev"}, "release 'm' 1.0.0 imports a development version of 'core'"),
        ({"remoteClasses": [{"name": "A", "extends": "B"}]}, "m.kmd.json:1: unknown type 'B'"),
        ({"remoteClasses": [{"name": "A", "extends": "A"}]}, "class 'A' extends itself"),
        ({"remoteClasses": [{"name": "Filter"}]}, "name 'Filter' is taken by module 'core'"),
        ({"version": "one"}, "bad version"),
        ({"version": None}, "m.kmd.json:1:"),
    ],
)
def test_mistakes_in_the_spec(creator: Creator, tmp_path: Path, changes: dict[str, object], error: str) -> None:
    outcome = creator("-r", write_spec(tmp_path, **changes), "-dr", SPECS, "-it", "doc", "-c", tmp_path / "out")
    assert outcome.status == 1
    assert outcome.out == "Generation failed\n"
    assert error in outcome.err
    assert not (tmp_path / "out").exists()


def test_a_cycle_of_imports(creator: Creator, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    header = {"name": "other", "version": "1.0.0", "kurentoVersion": "^7.0.0"}
    (other / "other.kmd.json").write_text(json.dumps({**header, "imports": [{"name": "m", "version": "1.0.0"}]}))
    spec = write_spec(tmp_path, imports=[{"name": "other", "version": "1.0.0"}])
    outcome = creator("-r", spec, "-dr", SPECS, other, "-p")
    assert outcome.status == 1
    assert "Found a dependency cycle in plugin" in outcome.err


def test_folders_and_files_that_are_not_there(creator: Creator, chroma: Creator, tmp_path: Path) -> None:
    for outcome, error in (
        (creator("-r", tmp_path, "-p"), "no spec files"),
        (creator("-r", tmp_path / "no.kmd.json", "-p"), "cannot read"),
        (chroma("-dr", tmp_path / "no.kmd.json", "-p"), "cannot read"),
        (chroma("-t", tmp_path / "no", "-c", tmp_path), "is not a directory"),
        (chroma("-cf", tmp_path / "no", "-c", tmp_path), "does not exist or is not readable"),
        (chroma("-it", "doc", "-c", CHROMA / "chroma.kmd.json"), "cannot make the folder"),
        (
            chroma("-it", "no", "-c", tmp_path),
            "(expected one of client-java, client-js, doc, maven, npm, python-client, python-server)",
        ),
    ):
        assert outcome.status == 1
        assert outcome.out == "Generation failed\n"
        assert error in outcome.err
