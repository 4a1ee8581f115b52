"""docs/hooks.md: a heading for each hook, as it is in kms_trio/hookspecs.py; the example is a plugin that works."""

from __future__ import annotations

import ast
import inspect
import tomllib
import types

import pytest

from kms_trio import hookspecs
from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.plugins import Candidate, Plugins
from tests.docs.markdown import ROOT, headings
from tests.docs.snippets import snippets

PAGE = (ROOT / "docs" / "hooks.md").read_text(encoding="utf-8")


def signatures() -> list[str]:
    """The hooks as Python declares them, without `self`."""
    (specs,) = ast.parse(inspect.getsource(hookspecs.HookSpecs)).body
    assert isinstance(specs, ast.ClassDef)
    found = []
    for function in specs.body:
        if isinstance(function, ast.FunctionDef):
            function.args.args = [each for each in function.args.args if each.arg != "self"]
            assert function.returns is not None
            found.append(f"{function.name}({ast.unparse(function.args)}) -> {ast.unparse(function.returns)}")
    return found


def test_headings_are_the_signatures() -> None:
    assert len(signatures()) >= 3
    assert headings(PAGE)[1:] == [f"`{signature}`" for signature in signatures()]


def test_the_example_is_a_plugin() -> None:
    code = {snippet.language: snippet.text for snippet in snippets(PAGE)}
    entry_points = tomllib.loads(code["toml"])["project"]["entry-points"]["kms_trio"]
    ((name, path),) = entry_points.items()
    plugin = types.ModuleType(path)
    exec(code["python"], plugin.__dict__)
    plugins = Plugins([Candidate(name, lambda: plugin)])
    assert (plugins.problems, plugins.names) == ([], ["core", "doorman"])
    plugins.check_create("session", "WebRtcEndpoint")
    with pytest.raises(KurentoError, match="recording is not allowed here") as refused:
        plugins.check_create("session", "elements.RecorderEndpoint")
    assert refused.value.code == ErrorCode.MEDIA_OBJECT_NOT_AVAILABLE
    assert plugins.watches_events
