"""Plugins: what is installed, what breaks, what clashes, and the hooks."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import attrs
import pytest

from kms_trio import hookspecs
from kms_trio.app import Server
from kms_trio.dispatch import ModuleDescriptor, RemoteClass
from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.generated.core.module import MODULE as CORE
from kms_trio.plugins import Candidate, Plugins
from kms_trio.testing.rpc import open_client

hookimpl = hookspecs.hookimpl


def module(name: str, **factories: str) -> ModuleDescriptor:
    classes = {each: RemoteClass.declare(each, name, constructor=()) for each in factories}
    return attrs.evolve(CORE, name=name, classes=classes, registers={}, enums={}, events={}, factories=factories)


def candidate(name: str, plugin: object) -> Candidate:
    return Candidate(name, lambda: plugin)


def broken() -> object:
    raise ImportError("no module named x")


def test_core_is_always_there() -> None:
    plugins = Plugins([])
    assert list(plugins.modules) == ["core"]
    assert plugins.names == ["core"]
    assert plugins.problems == []


def test_broken_bundle_is_reported_and_the_others_load() -> None:
    plugins = Plugins([Candidate("bad", broken), candidate("good", module("good", Thing="good:Thing"))])
    assert list(plugins.modules) == ["core", "good"]
    assert [(each.plugin, each.reason) for each in plugins.problems] == [("bad", "ImportError: no module named x")]


def test_bundle_that_wants_to_end_the_process_is_reported() -> None:
    plugins = Plugins([Candidate("bad", lambda: sys.exit(3)), candidate("good", module("good"))])
    assert list(plugins.modules) == ["core", "good"]
    assert [each.reason for each in plugins.problems] == ["RuntimeError: sys.exit(3) was called"]


def test_bundle_that_brings_nothing_is_reported() -> None:
    plugins = Plugins([candidate("bad", 3)])
    assert plugins.names == ["core"]
    [problem] = plugins.problems
    assert problem.reason == "BundleError: expected a module or something with hooks of kms_trio, found 3"


def test_installed_module_without_its_spec_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "specless-1.0.dist-info").mkdir()
    (tmp_path / "specless-1.0.dist-info/METADATA").write_text("Metadata-Version: 2.1\nName: specless\nVersion: 1.0\n")
    (tmp_path / "specless-1.0.dist-info/entry_points.txt").write_text("[kms_trio]\nspecless = specless:MODULE\n")
    (tmp_path / "specless").mkdir()
    (tmp_path / "specless/__init__.py").write_text(
        "import attrs\n"
        "from kms_trio.generated.core.module import MODULE as CORE\n"
        "MODULE = attrs.evolve(CORE, name='specless', package='specless', classes={}, factories={})\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    plugins = Plugins()
    assert "specless" not in plugins.modules
    [reason] = [each.reason for each in plugins.problems if each.plugin == "specless"]
    assert "expected the spec of module 'specless' in its package specless" in reason


def test_disabled_bundle_is_not_even_loaded() -> None:
    plugins = Plugins([Candidate("bad", broken)], disabled=["bad"])
    assert plugins.problems == []
    assert plugins.names == ["core"]


def test_core_cannot_be_replaced() -> None:
    plugins = Plugins([candidate("core", module("core", Thing="x:Thing")), candidate("x", module("core"))])
    assert plugins.modules["core"] is CORE
    assert [each.plugin for each in plugins.problems] == ["x"]


def test_clash_of_names_is_reported_and_the_first_wins() -> None:
    plugins = Plugins(
        [
            candidate("a", module("a", Thing="a:Thing", Other="a:Other")),
            candidate("b", module("b", Thing="b:Thing", Own="b:Own")),
            candidate("c", module("a")),
        ]
    )
    assert list(plugins.modules) == ["core", "a", "b"]
    assert dict(plugins.modules["b"].factories) == {"Own": "b:Own"}
    assert [each.plugin for each in plugins.problems] == ["b", "c"]
    assert "Thing (of 'a')" in plugins.problems[0].reason


def test_modules_that_need_other_versions_are_refused() -> None:
    base = attrs.evolve(module("base", Thing="base:Thing"), version="1.4.0-dev")
    plugins = Plugins(
        [
            candidate("base", base),
            candidate(
                "fits", attrs.evolve(module("fits"), requires={"core": "^7.0.0", "base": "~1.2", "absent": "1.0.0"})
            ),
            candidate("future", attrs.evolve(module("future", Coming="future:Coming"), requires={"core": "^8.0.0"})),
            candidate("heir", attrs.evolve(module("heir"), requires={"future": "^7.0.0"})),
            candidate("old", attrs.evolve(module("old"), requires={"base": "^0.9.0"})),
            candidate("odd", attrs.evolve(module("odd"), requires={"base": "any"})),
        ]
    )
    assert list(plugins.modules) == ["core", "base", "fits"]
    assert {each.plugin: each.reason for each in plugins.problems} == {
        "future": f"needs the module 'core' in a version of ^8.0.0, found {CORE.version}",
        "heir": "needs the module 'future' in a version of ^7.0.0, which is refused",
        "old": "needs the module 'base' in a version of ^0.9.0, found 1.4.0-dev",
        "odd": "needs the module 'base' in a version of any: bad version range 'any' "
        "(expected a range such as ^7.1.0, found 'any')",
    }


def test_hook_that_does_not_fit_its_specification() -> None:
    class Misfit:
        @hookimpl
        def kms_trio_event(self, nonsense: Any) -> None: ...

    plugins = Plugins([candidate("misfit", Misfit())])
    assert [each.plugin for each in plugins.problems] == ["misfit"]


def test_installed_entry_points_load(monkeypatch: pytest.MonkeyPatch) -> None:
    # Whatever is installed beside these tests: none of it may break the start.
    assert "core" in Plugins().modules


class Watcher:
    """A plugin that brings no module but watches events and refuses pipelines."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    @hookimpl
    def kms_trio_event(self, source: Any, event: Any) -> None:
        self.seen.append(event.TYPE)
        raise ZeroDivisionError("a plugin's own fault")

    @hookimpl
    def kms_trio_check_create(self, session_id: str, type_name: str) -> None:
        if session_id == "poor":
            raise KurentoError(ErrorCode.NOT_ENOUGH_RESOURCES, f"no {type_name} for you")


async def test_hooks_kms_trio_event_and_kms_trio_check_create(serve: Any) -> None:
    watcher = Watcher()
    server: Server = await serve(plugins=Plugins([candidate("watcher", watcher)]))
    async with open_client(server.control_url) as client:
        await client.create("MediaPipeline")
        assert watcher.seen == ["ObjectCreated"]
        with pytest.raises(KurentoError) as refused:
            await client.request("create", {"type": "MediaPipeline", "sessionId": "poor"})
        assert (refused.value.code, refused.value.message) == (40009, "no kurento.MediaPipeline for you")


def test_hook_kms_trio_modules() -> None:
    class Bringer:
        @hookimpl
        def kms_trio_modules(self) -> list[ModuleDescriptor]:
            return [module("one"), module("two")]

    assert list(Plugins([candidate("bringer", Bringer())]).modules) == ["core", "one", "two"]


def test_every_hook_is_documented_and_tested() -> None:
    names = {name for name in vars(hookspecs.HookSpecs) if name.startswith("kms_trio_")}
    assert names == {"kms_trio_modules", "kms_trio_check_create", "kms_trio_event"}
    for name in names:
        assert getattr(hookspecs.HookSpecs, name).__doc__
        assert any(name in test for test in globals() if test.startswith("test_hook"))


def test_disabling_what_cannot_be_or_is_not_there_is_told(caplog: pytest.LogCaptureFixture) -> None:
    plugins = Plugins([Candidate("bad", broken)], disabled=["core", "bad", "gone"])
    assert plugins.disabled == ["bad"]
    assert "core" in plugins.modules
    assert [record.message for record in caplog.records] == [
        "Plugin 'core' cannot be disabled",
        "Plugin 'gone' is disabled, but nothing of that name is installed",
    ]
