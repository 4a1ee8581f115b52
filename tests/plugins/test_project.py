"""A bundle in the folder of its author: found by its pyproject.toml, before one of the same name that is installed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kms_trio.plugins.project import BundleProject, ProjectError, read_project
from tests.cli.commands import environment_with

GOOD = """
[project]
name = "kms-elements"
version = "99.0"
[project.entry-points.kms_trio]
elements = "own_elements.plugin:MODULE"
"""

PLUGIN = """
from kms_elements.generated.module import MODULE as THEIRS
import attrs
MODULE = attrs.evolve(THEIRS, version="99.0")
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text(GOOD)
    (tmp_path / "src" / "own_elements").mkdir(parents=True)
    (tmp_path / "src" / "own_elements" / "plugin.py").write_text(PLUGIN)
    return tmp_path


def test_what_is_read(folder: Path) -> None:
    project = read_project(folder)
    assert (project.names, project.distribution, project.version) == (("elements",), "kms-elements", "99.0")
    assert project.source_folder == (folder / "src").resolve()
    (folder / "src" / "own_elements").rename(folder / "own_elements")
    assert read_project(folder).source_folder == folder.resolve()


def test_it_stands_in_for_one_that_is_installed(folder: Path, tmp_path: Path) -> None:
    path = os.pathsep.join(map(str, read_project(folder).path(tmp_path / "metadata")))
    code = "from kms_trio.plugins import Plugins; plugins = Plugins(); print(plugins.modules['elements'].version)"
    environment = environment_with({})
    environment["PYTHONPATH"] = f"{path}{os.pathsep}{environment['PYTHONPATH']}"
    result = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert (result.stdout, result.returncode) == ("99.0\n", 0), result.stderr


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, "expected the folder of a bundle, found no pyproject.toml in it"),
        ("[", "cannot be read"),
        ("", "expected [project.entry-points.kms_trio]"),
        ("project = 3", "expected [project.entry-points.kms_trio]"),
        ('[project]\nname = "a"\n[project.entry-points.kms_trio]\n', "expected [project.entry-points.kms_trio]"),
        ('[project]\nname = "a"\n[project.entry-points.kms_trio]\na = 1', "expected [project.entry-points.kms_trio]"),
        ('[project]\nname = "a"\n[project.entry-points.kms_trio]\na = "!"', "expected entry points as"),
        ('[project]\nname = "../a"\n[project.entry-points.kms_trio]\na = "b:C"', "expected a name and a version"),
        ('[project]\nname = "a"\nversion = 1\n[project.entry-points.kms_trio]\na = "b:C"', "expected a name and a"),
        ('[project]\nname = "a"\nversion = "/"\n[project.entry-points.kms_trio]\na = "b:C"', "expected a name and a"),
    ],
)
def test_folders_that_are_none(tmp_path: Path, text: str | None, expected: str) -> None:
    if text is not None:
        (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(ProjectError) as refused:
        read_project(tmp_path)
    assert expected in str(refused.value)
    assert str(tmp_path) in str(refused.value)


_VALUES = st.one_of(st.text(max_size=8), st.integers(), st.just("a.b:C"), st.just("a"))


@given(
    st.one_of(
        st.binary(max_size=64),
        st.builds(
            lambda name, version, key, value: (
                f"[project]\nname = {name!r}\nversion = {version!r}\n"
                f"[project.entry-points.kms_trio]\n{key!r} = {value!r}\n"
            ).encode("utf-8", "replace"),
            _VALUES,
            _VALUES,
            _VALUES,
            _VALUES,
        ),
    )
)
def test_fuzz_projects(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder = tmp_path_factory.mktemp("project")
    (folder / "pyproject.toml").write_bytes(data)
    try:
        project = read_project(folder)
    except ProjectError:
        return
    assert isinstance(project, BundleProject)
    below = project.path(folder / "metadata")[0]
    assert below == folder / "metadata"
    assert len(list(below.glob("*.dist-info/entry_points.txt"))) == 1
