"""The commands and the template of docs/module-creator.md do what is said there."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from kms_trio.spec.creator.template_helpers import TemplateHelpers
from kms_trio.spec.creator.template_sets import set_names
from kms_trio.spec.loader import load_module
from kms_trio.spec.resolve import resolve
from tests.spec.creator.conftest import CHROMA, ROOT, SPECS, Creator

TEXT = (ROOT / "docs" / "module-creator.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


def test_commands(creator: Creator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(CHROMA, "spec")
    for line in blocks("sh")[0].splitlines():
        program, *arguments = shlex.split(line, comments=True)
        assert program == "kms-module-creator"
        outcome = creator(*arguments, "-dr", SPECS)
        assert (outcome.status, outcome.err) == (0, "")
    for name in ("bundle/kms_chroma/chroma_filter.py", "js/lib/index.js", "js/package.json", "docs/README.md", "model"):
        assert Path(name).exists()


def test_template(chroma: Creator, tmp_path: Path) -> None:
    (tmp_path / "remoteClass_text.j2").write_text(blocks("jinja")[0])
    chroma("-t", tmp_path, "-c", tmp_path / "out")
    text = (tmp_path / "out" / "ChromaFilter.txt").read_text()
    assert text == "ChromaFilter extends Filter, MediaElement, MediaObject.\n"


def test_all_sets_and_filters_are_named() -> None:
    modules = resolve([load_module(SPECS, "core")])
    filters = TemplateHelpers(modules["core"], modules).filters()
    for name in (*set_names(), *filters):
        assert f"`{name}`" in TEXT
