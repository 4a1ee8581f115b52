"""The command on the specs of this repository, in a folder of the test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import attrs
import pytest

from kms_trio.spec.creator.cli import main

ROOT = Path(__file__).parents[3]
SPECS = ROOT / "module_specs"
CHROMA = ROOT / "tests" / "data" / "kmd" / "chroma"


@attrs.frozen
class Outcome:
    """What a run of the command left."""

    status: int
    out: str
    err: str


Creator = Callable[..., Outcome]


@pytest.fixture
def creator(capsys: pytest.CaptureFixture[str]) -> Creator:
    """Runs the command with arguments."""

    def run(*arguments: str | Path) -> Outcome:
        capsys.readouterr()
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as leave:
            assert isinstance(leave.code, int)
            status = leave.code
        return Outcome(status, *capsys.readouterr())

    return run


@pytest.fixture
def chroma(creator: Creator) -> Creator:
    """Runs the command on the module `chroma` with its dependencies."""
    return lambda *arguments: creator("-r", CHROMA, "-dr", SPECS, *arguments)
