"""The template set `python-client`: packages that mypy accepts, whose classes extend those of `kms_trio.client`."""

from __future__ import annotations

import inspect
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import attrs
import pytest

from kms_trio.client.core import Filter, Fraction, Hub
from kms_trio.client.core.blocking import Hub as BlockingHub
from kms_trio.client.elements import EndOfStream
from tests.spec.creator.conftest import ROOT, SPECS, Creator

SHAPES = ROOT / "tests" / "data" / "kmd" / "shapes"
BODIES = ROOT / "tests" / "data" / "kmd" / "shapes_extra"


@pytest.fixture
def folder(creator: Creator, tmp_path: Path) -> Path:
    """Clients of two modules, one of which imports the other."""
    for spec in (SHAPES, BODIES):
        outcome = creator("-r", spec, "-dr", SPECS, SHAPES, "-it", "python-client", "-c", tmp_path / spec.name)
        assert (outcome.status, outcome.err) == (0, "")
    return tmp_path


@pytest.fixture
def packages(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """The two packages, imported."""
    for spec in (SHAPES, BODIES):
        monkeypatch.syspath_prepend(folder / spec.name)
    yield [import_module(name) for name in ("kms_shapes_client", "kms_bodies_client")]
    for name in [name for name in sys.modules if name.partition(".")[0] in ("kms_shapes_client", "kms_bodies_client")]:
        del sys.modules[name]


@pytest.mark.slow
def test_types(folder: Path) -> None:
    """As a user has them: without the settings of this repository."""
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file", "", "kms_shapes_client", "kms_bodies_client"]
    for spec, package in ((SHAPES, "kms_shapes_client"), (BODIES, "kms_bodies_client")):
        (folder / package).symlink_to(folder / spec.name / package)
    result = subprocess.run(
        command, cwd=folder, env={"MYPYPATH": str(ROOT), "PATH": ""}, capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stderr) == (0, ""), result.stdout


def test_classes(packages: list[Any]) -> None:
    shapes, bodies = packages
    assert issubclass(shapes.Shape, Hub)
    assert issubclass(shapes.Finder, Filter)
    assert issubclass(bodies.Ball, shapes.Shape)
    assert inspect.iscoroutinefunction(shapes.Square.neighbour)
    assert str(inspect.signature(shapes.Square.create)) == (
        "(media_pipeline: 'core_classes.MediaPipeline', *, colours: 'Sequence[types.Colour] | None' = None, "
        "filled: 'bool | None' = None) -> 'Self'"
    )
    assert str(inspect.signature(shapes.Register.create)) == "(kurento: 'Kurento') -> 'Self'"
    assert list(inspect.signature(shapes.Square.neighbour).parameters) == ["self", "class_", "from_", "result"]
    assert not hasattr(shapes.Square, "set_area")
    assert not hasattr(shapes.Shape, "create")
    # `release` is what every object has; the method of the spec is beside it.
    assert shapes.Square.release is Hub.release
    assert inspect.iscoroutinefunction(shapes.Square.release_)


def test_flavours_share_what_holds_no_objects(packages: list[Any]) -> None:
    shapes = packages[0]
    blocking = import_module("kms_shapes_client.blocking")
    assert issubclass(blocking.Shape, BlockingHub)
    assert not inspect.iscoroutinefunction(blocking.Square.neighbour)
    assert blocking.Area is shapes.Area
    assert blocking.Colour is shapes.Colour
    assert blocking.Owned is not shapes.Owned
    assert blocking.Moved is not shapes.Moved
    assert issubclass(shapes.Half, Fraction)
    assert attrs.resolve_types(blocking.Owned).__attrs_attrs__[0].type is blocking.Square


def test_tables(packages: list[Any]) -> None:
    module = import_module("kms_bodies_client.module").MODULE
    ball = module.classes["Ball"]
    assert ball.qualified_name == "bodies.Ball"
    assert ball.hierarchy[0] == "shapes.Shape"
    assert {"roll", "setSides", "getChildren"} <= set(ball.operations)
    assert ball.operations["roll"].returns.python is packages[0].Spot
    assert module.handles == {"Ball": packages[1].Ball}
    assert EndOfStream.TYPE in import_module("kms_shapes_client.module").MODULE.classes["Square"].events


def test_the_project_file_is_the_authors(creator: Creator, folder: Path) -> None:
    project = folder / BODIES.name / "pyproject.toml"
    assert '"kms-shapes-client",' in project.read_text()
    project.write_text("mine")
    stale = folder / BODIES.name / "kms_bodies_client" / "stale.py"
    stale.write_text("")
    creator("-r", BODIES, "-dr", SPECS, SHAPES, "-it", "python-client", "-c", folder / BODIES.name, "-d")
    assert project.read_text() == "mine"
    assert not stale.exists()
