"""docs/porting.md: its commands turn a module of Kurento into a bundle, and its Python does what its C++ does."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from kms_trio.testing.filters import run_filter
from kms_trio.testing.pictures import colour_bars
from tests.cli.commands import environment_with
from tests.docs.markdown import ROOT
from tests.docs.snippets import snippets

PAGE = list(snippets((ROOT / "docs" / "porting.md").read_text(encoding="utf-8")))

SCRIPT = """#!{python}
import sys
from kms_trio.spec.{package}.cli import main
sys.exit(main())
"""


def test_the_commands_make_a_bundle_of_a_spec(tmp_path: Path) -> None:
    (commands,) = [snippet.text for snippet in PAGE if snippet.language == "sh"]
    interface = tmp_path / "platereader" / "src" / "server" / "interface"
    interface.mkdir(parents=True)
    spec = (ROOT / "tests" / "data" / "kmd" / "chroma").iterdir()
    for file in spec:
        shutil.copy(file, interface / file.name)
    for command, package in (("kms-module-scaffold", "scaffold"), ("kms-module-creator", "creator")):
        (tmp_path / command).write_text(SCRIPT.format(python=sys.executable, package=package))
        (tmp_path / command).chmod(0o755)
    environment = environment_with({})
    environment["PATH"] = f"{tmp_path}:{environment['PATH']}"
    result = subprocess.run(
        ["bash", "-ec", commands], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.endswith("Generation success\n")
    assert (tmp_path / "plate-reader" / "kms_chroma" / "chroma_filter.py").is_file()


def test_the_example_marks_edges() -> None:
    pytest.importorskip("cv2")
    (code,) = [snippet.text for snippet in PAGE if snippet.language == "python"]
    names: dict[str, object] = {"__name__": "example"}
    exec(compile(f"from __future__ import annotations\n{code}", "porting.md", "exec"), names)
    neon = names["Neon"]
    assert isinstance(neon, type)
    picture = run_filter(neon, [colour_bars()]).picture
    green = (picture == (0, 255, 0)).all(axis=2) & ~(colour_bars() == (0, 255, 0)).all(axis=2)
    assert 100 < green.sum() < 20_000
    assert np.array_equal(picture[10, :30], colour_bars()[10, :30])
