"""The template set `python-server`: what it writes, what it leaves to the author, and that the server takes it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Awaitable, Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from kms_trio import __version__
from kms_trio.app import Server
from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.plugins import Candidate, Plugins
from kms_trio.spec.creator.python_bundle import python_version
from kms_trio.spec.creator.requirements import missing_requirements
from kms_trio.testing.rpc import open_client
from tests.spec.creator.conftest import CHROMA, ROOT, SPECS, Creator

STUB = "kms_chroma/chroma_filter.py"
WINDOW = {"topRightCornerX": 0, "topRightCornerY": 0, "width": 10, "height": 10}


@pytest.fixture
def bundle(chroma: Creator, tmp_path: Path) -> Path:
    """The generated bundle of `chroma`."""
    outcome = chroma("-it", "python-server", "-c", tmp_path / "bundle")
    assert (outcome.status, outcome.out) == (0, "Generation success\n")
    return tmp_path / "bundle"


@pytest.fixture
def on_path(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The bundle can be imported."""
    monkeypatch.syspath_prepend(bundle)
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "kms_chroma"]:
        del sys.modules[name]


def contents(folder: Path) -> dict[str, str]:
    return {str(file.relative_to(folder)): file.read_text() for file in folder.rglob("*") if file.is_file()}


def test_files(bundle: Path) -> None:
    generated = ("__init__.py", "events.py", "interfaces.py", "module.kmd.json", "module.py", "types.py")
    assert sorted(contents(bundle)) == sorted(
        [
            *(f"kms_chroma/generated/{name}" for name in generated),
            *("kms_chroma/__init__.py", STUB, "kms_chroma/py.typed", "pyproject.toml"),
        ]
    )
    project = tomllib.loads((bundle / "pyproject.toml").read_text())["project"]
    assert (project["name"], project["version"]) == ("kms-chroma", "0.1.0.dev0")
    assert project["entry-points"]["kms_trio"] == {"chroma": "kms_chroma.generated.module:MODULE"}
    assert project["dependencies"] == ["attrs>=24.2", f"kms-trio>={__version__}"]


@pytest.mark.parametrize(("spec", "python"), [("1.2.3", "1.2.3"), ("1.2.3-dev", "1.2.3.dev0")])
def test_versions(spec: str, python: str) -> None:
    assert python_version(spec) == python


@pytest.mark.usefixtures("on_path")
async def test_the_server_takes_it(serve: Callable[..., Awaitable[Server]]) -> None:
    plugins = Plugins([Candidate("chroma", lambda: import_module("kms_chroma.generated.module").MODULE)])
    assert plugins.problems == []
    server = await serve(plugins=plugins)
    async with open_client(server.control_url) as client:
        pipeline = await client.create("MediaPipeline")
        chroma = await client.create("chroma.ChromaFilter", mediaPipeline=pipeline, window=WINDOW)
        assert await client.invoke(chroma, "getMediaPipeline") == pipeline
        with pytest.raises(KurentoError, match="set_background is not written yet") as refused:
            await client.invoke(chroma, "setBackground", uri="file:///x.png")
        assert refused.value.code == ErrorCode.NOT_IMPLEMENTED


def test_the_authors_files_are_left_alone(bundle: Path, chroma: Creator) -> None:
    for name in (STUB, "pyproject.toml"):
        (bundle / name).write_text("mine")
    (bundle / "kms_chroma" / "generated" / "old.py").write_text("")
    (bundle / "kms_chroma" / "generated" / "types.py").write_text("changed by hand")
    listed = chroma("-it", "python-server", "-c", bundle, "-d", "-lf").out
    assert f"Processed file:\t{STUB} (not generated)" in listed
    files = contents(bundle)
    assert (files[STUB], files["pyproject.toml"]) == ("mine", "mine")
    assert "kms_chroma/generated/old.py" not in files
    assert "class WindowParam" in files["kms_chroma/generated/types.py"]


def test_generating_again_changes_nothing(bundle: Path, chroma: Creator) -> None:
    table = bundle / "kms_chroma" / "generated" / "module.py"
    stamp = 'generation_time="Jan  1 2020 00:00:00"'
    table.write_text(re.sub('generation_time=".*?"', stamp, table.read_text()))
    before = contents(bundle)
    assert chroma("-it", "python-server", "-c", bundle).out == "Generation success\n"
    assert contents(bundle) == before
    (table.parent / "types.py").write_text("changed by hand")
    chroma("-it", "python-server", "-c", bundle)
    assert stamp not in table.read_text()


def test_changes_of_the_contract_are_told(bundle: Path, creator: Creator, tmp_path: Path) -> None:
    spec = Path(shutil.copytree(CHROMA, tmp_path / "spec"))
    file = spec / "chroma.ChromaFilter.kmd.json"
    changed = file.read_text().replace('"unsetBackground"', '"clear"').replace('"name": "uri"', '"name": "source"')
    file.write_text(changed.replace('"name": "width", "doc": "Width."', '"name": "width", "doc": "Wide."'))
    outcome = creator("-r", spec, "-dr", SPECS, "-it", "python-server", "-c", bundle)
    assert outcome.out.splitlines() == [
        "Changes of the contract:",
        "  + ChromaFilter.clear()",
        "  + ChromaFilter.setBackground(source: String)",
        "  - ChromaFilter.setBackground(uri: String)",
        "  - ChromaFilter.unsetBackground()",
        "Generation success",
    ]


RICH = {
    "name": "rich",
    "version": "1.0.0",
    "kurentoVersion": "^7.0.0",
    "code": {"api": {"python": {"packageName": "enriched"}}},
    "remoteClasses": [
        {"name": "Shape", "extends": "Hub", "abstract": True, "properties": [{"name": "sides", "type": "int"}]},
        {
            "name": "Square",
            "extends": "Shape",
            "constructor": {
                "params": [
                    {"name": "mediaPipeline", "type": "MediaPipeline"},
                    {
                        "name": "size",
                        "type": "Fraction",
                        "optional": True,
                        "defaultValue": {"numerator": 1, "denominator": 2},
                    },
                    {"name": "names", "type": "String[]", "optional": True, "defaultValue": []},
                ]
            },
            "properties": [{"name": "area", "type": "double", "readOnly": True}],
            "methods": [{"name": "portsInUse", "return": {"type": "HubPort[]"}}],
        },
        {
            "name": "RedSquare",
            "extends": "Square",
            "constructor": {
                "params": [{"name": "mediaPipeline", "type": "MediaPipeline"}, {"name": "red", "type": "Red"}]
            },
        },
        {
            "name": "Marker",
            "extends": "OpenCVFilter",
            "constructor": {"params": [{"name": "mediaPipeline", "type": "MediaPipeline"}]},
        },
        {
            "name": "Sender",
            "extends": "MediaElement",
            "constructor": {"params": [{"name": "mediaPipeline", "type": "MediaPipeline"}]},
        },
    ],
    "complexTypes": [{"name": "Red", "typeFormat": "ENUM", "values": ["DARK", "LIGHT"]}],
}


@pytest.fixture
def rich(creator: Creator, tmp_path: Path) -> Path:
    (tmp_path / "rich.kmd.json").write_text(json.dumps(RICH))
    outcome = creator("-r", tmp_path / "rich.kmd.json", "-dr", SPECS, "-it", "python-server", "-c", tmp_path / "bundle")
    assert (outcome.status, outcome.err) == (0, "")
    return tmp_path / "bundle"


def test_what_implementations_derive_from(rich: Path) -> None:
    files = contents(rich)
    assert "class Square(PictureHub, SquareInterface):" in files["enriched/square.py"]
    assert "def sides(self) -> int:" in files["enriched/square.py"]
    assert "self._size = size" in files["enriched/square.py"]
    assert "from enriched.square import Square\n" in files["enriched/red_square.py"]
    assert "class RedSquare(Square, RedSquareInterface):" in files["enriched/red_square.py"]
    assert (
        "super().__init__(context, parent, object_class, media_pipeline=media_pipeline)"
        in files["enriched/red_square.py"]
    )
    assert "from kms_filters.opencv import OpenCVFilter\n" in files["enriched/marker.py"]
    assert "class Sender(MediaElement, SenderInterface):" in files["enriched/sender.py"]
    assert "enriched/shape.py" not in files
    project = tomllib.loads(files["pyproject.toml"])["project"]
    assert project["dependencies"] == ["attrs>=24.2", f"kms-trio>={__version__}", "kms-filters"]


def tool(name: str) -> str:
    path = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    if path is None:
        pytest.skip(f"{name} is not installed")
    return path


def test_the_bundle_needs_no_formatter(rich: Path, bundle: Path) -> None:
    command = [tool("ruff"), "format", "--isolated", "--line-length", "120", "--diff", str(rich), str(bundle)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout) == (0, "")


@pytest.mark.slow
def test_the_bundle_is_typed(rich: Path, tmp_path: Path) -> None:
    command = [tool("mypy"), "--strict", "--config-file=", f"--cache-dir={tmp_path / 'cache'}"]
    command += ["--follow-imports=silent", "--disable-error-code=import-untyped", str(rich / "enriched")]
    plugins = [ROOT / "plugins" / name for name in ("kms-elements", "kms-filters")]
    path = ":".join(map(str, (rich, ROOT, *plugins)))
    result = subprocess.run(command, capture_output=True, text=True, check=False, env={"MYPYPATH": path}, cwd=tmp_path)
    assert (result.returncode, result.stdout) == (0, "Success: no issues found in 10 source files\n")


@pytest.mark.parametrize("name", ["a b", "", "1"])
def test_a_package_name_that_python_cannot_have(creator: Creator, tmp_path: Path, name: str) -> None:
    spec = {**RICH, "code": {"api": {"python": {"packageName": name}}}}
    (tmp_path / "rich.kmd.json").write_text(json.dumps(spec))
    outcome = creator("-r", tmp_path / "rich.kmd.json", "-dr", SPECS, "-it", "python-server", "-c", tmp_path / "bundle")
    assert outcome.status == 1
    assert "bad 'code.api.python.packageName' of module 'rich'" in outcome.err


async def test_stubs_of_endpoints_with_a_uri_or_sdp_can_be_made(
    creator: Creator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, serve: Callable[..., Awaitable[Server]]
) -> None:
    pipeline = {"name": "mediaPipeline", "doc": "p", "type": "MediaPipeline"}
    uri = {"name": "uri", "doc": "u", "type": "String"}
    given: dict[str, list[Any]] = {
        "UriEndpoint": [pipeline, uri],
        "SdpEndpoint": [pipeline],
        "BaseRtpEndpoint": [pipeline],
    }
    classes = [
        {"name": f"Own{base}", "doc": "d", "extends": base, "constructor": {"doc": "c", "params": params}}
        for base, params in given.items()
    ]
    spec = {"name": "owned", "version": "1.0.0", "kurentoVersion": "^7.0.0", "remoteClasses": classes}
    (tmp_path / "owned.kmd.json").write_text(json.dumps(spec))
    folder = tmp_path / "owned"
    outcome = creator("-r", tmp_path / "owned.kmd.json", "-dr", SPECS, "-it", "python-server", "-c", folder)
    assert (outcome.status, outcome.err) == (0, "")
    monkeypatch.syspath_prepend(folder)
    module = Candidate("owned", lambda: import_module("kms_owned.generated.module").MODULE)
    server = await serve(plugins=Plugins([module]))
    async with open_client(server.control_url) as client:
        made = await client.create("MediaPipeline")
        player = await client.create("owned.OwnUriEndpoint", mediaPipeline=made, uri="file:///a.webm")
        await client.invoke(player, "pause")
        assert await client.invoke(player, "getState") == "PAUSE"
        for name in ("OwnSdpEndpoint", "OwnBaseRtpEndpoint"):
            endpoint = await client.create(f"owned.{name}", mediaPipeline=made)
            with pytest.raises(KurentoError, match="offers are not written yet"):
                await client.invoke(endpoint, "generateOffer")


async def test_stubs_of_other_bases_work_and_name_what_else_there_is(
    creator: Creator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, serve: Callable[..., Awaitable[Server]]
) -> None:
    pipeline = {"name": "mediaPipeline", "doc": "p", "type": "MediaPipeline"}
    bases = {"Endpoint": ("SourceEndpoint", "SinkEndpoint"), "Hub": ("PictureHub", "Hub is the base for")}
    classes = [
        {
            "name": f"My{base}",
            "doc": "d",
            "extends": base,
            "constructor": {"doc": "c", "params": [pipeline]},
            "properties": [{"name": "state", "doc": "Objects have one for themselves.", "type": "int"}],
            "methods": [{"name": name, "doc": "So they have this.", "params": []} for name in ("start", "close")],
        }
        for base in bases
    ]
    spec = {"name": "stubs", "version": "1.0.0", "kurentoVersion": "^7.0.0", "remoteClasses": classes}
    (tmp_path / "stubs.kmd.json").write_text(json.dumps(spec))
    folder = tmp_path / "stubs"
    outcome = creator("-r", tmp_path / "stubs.kmd.json", "-dr", SPECS, "-it", "python-server", "-c", folder)
    assert (outcome.status, outcome.err) == (0, "")
    files = contents(folder)
    for base, (derived_from, other) in bases.items():
        [text] = [text for text in files.values() if f"class My{base}({derived_from}, My{base}Interface):" in text]
        assert other in next(line for line in text.splitlines() if line.startswith("# "))
    monkeypatch.syspath_prepend(folder)
    [package] = [name.partition("/")[0] for name in files if name.endswith("generated/module.py")]
    module = Candidate("stubs", lambda: import_module(f"{package}.generated.module").MODULE)
    server = await serve(plugins=Plugins([module]))
    async with open_client(server.control_url) as client:
        made = await client.create("MediaPipeline")
        for base in bases:
            element = await client.create(f"stubs.My{base}", mediaPipeline=made)
            for operation in ("start", "close", "getState"):
                with pytest.raises(KurentoError, match="_ is not written yet"):
                    await client.invoke(element, operation)


@pytest.mark.parametrize("name", ["context", "parent", "objectClass"])
def test_constructor_parameters_that_every_implementation_has(creator: Creator, tmp_path: Path, name: str) -> None:
    parameter = {"name": name, "doc": "p", "type": "int"}
    definition = {"name": "Mine", "doc": "d", "extends": "Filter", "constructor": {"doc": "c", "params": [parameter]}}
    spec = {"name": "mine", "version": "1.0.0", "kurentoVersion": "^7.0.0", "remoteClasses": [definition]}
    (tmp_path / "mine.kmd.json").write_text(json.dumps(spec))
    outcome = creator("-r", tmp_path / "mine.kmd.json", "-dr", SPECS, "-it", "python-server", "-c", tmp_path / "bundle")
    assert outcome.status == 1
    assert f"constructor parameter '{name}' has the name of one that every implementation" in outcome.err


def test_what_the_project_does_not_name_is_told(creator: Creator, tmp_path: Path) -> None:
    header = {"version": "1.0.0", "kurentoVersion": "^7.0.0"}
    base = {**header, "name": "base", "remoteClasses": [{"name": "Base", "extends": "ImageOverlayFilter"}]}
    own = {
        **header,
        "name": "own",
        "imports": [{"name": "base", "version": "^1.0.0"}],
        "remoteClasses": [{"name": "Own", "extends": "base.Base"}],
    }
    for spec in (base, own):
        (tmp_path / f"{spec['name']}.kmd.json").write_text(json.dumps(spec))
    run = ("-r", tmp_path / "own.kmd.json", "-dr", SPECS, tmp_path, "-it", "python-server", "-c", tmp_path)
    assert "Warning" not in creator(*run).out
    project = tmp_path / "pyproject.toml"
    assert "kms-base" in tomllib.loads(project.read_text())["project"]["dependencies"]
    project.write_text(project.read_text().replace('    "kms-base",\n', ""))
    warning = "Warning: pyproject.toml: the dependencies lack 'kms-base', which the generated code imports\n"
    assert creator(*run).out == f"{warning}Generation success\n"


@pytest.mark.parametrize(
    ("project", "missing"),
    [
        ('[project]\ndependencies = ["attrs", "Kms_Base[x] >= 1"]', []),
        ('[project]\ndependencies = ["kms-based"]', ["kms-base"]),
        ("[project]\ndependencies = []", ["kms-base"]),
        ("[project]\ndependencies = [1, {}]", ["kms-base"]),
        ("project = 1", []),
        ('[project]\ndynamic = ["dependencies"]', []),
        ("no TOML", []),
        (None, []),
    ],
)
def test_missing_requirements(project: str | None, missing: list[str]) -> None:
    assert missing_requirements(project, ["kms-base"]) == missing
