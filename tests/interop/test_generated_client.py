"""What `kms-module-creator` writes of a module: its bundle in the server, its JavaScript in the npm client."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Iterator
from importlib import import_module
from pathlib import Path

import pytest

from kms_trio.app import Server
from kms_trio.plugins import Candidate, Plugins
from kms_trio.spec.creator.cli import main
from tests.interop.harness.node import run_node
from tests.interop.harness.tools import NPM_CLIENTS, require_npm_clients

pytestmark = pytest.mark.interop

ROOT = Path(__file__).parents[2]


@pytest.fixture
def generated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The JavaScript package, beside the client; the bundle can be imported."""
    spec = ["-r", str(ROOT / "tests" / "data" / "kmd" / "chroma"), "-dr", str(ROOT / "module_specs")]
    modules = tmp_path / "node_modules"
    package = modules / "kurento-module-chroma"
    assert main([*spec, "-it", "python-server", "-c", str(tmp_path / "bundle")]) == 0
    assert main([*spec, "-it", "client-js", "-npm", "-c", str(package)]) == 0
    monkeypatch.syspath_prepend(tmp_path / "bundle")
    for name in _loaded():  # the bundle of this repository
        monkeypatch.delitem(sys.modules, name)
    yield package
    for name in _loaded():
        del sys.modules[name]


def _loaded() -> list[str]:
    return [name for name in sys.modules if name.partition(".")[0] == "kms_chroma"]


def bundle(name: str) -> Candidate:
    return Candidate(name, lambda: import_module(f"kms_{name}.generated.module").MODULE)


@pytest.mark.parametrize("client", [7, 6])
async def test_generated_javascript(generated: Path, serve: Callable[..., Awaitable[Server]], client: int) -> None:
    require_npm_clients()
    (generated.parent / "kurento-client").symlink_to(NPM_CLIENTS[client])
    server = await serve(plugins=Plugins([bundle("elements"), bundle("filters"), bundle("chroma")]))
    async with run_node("module.js", server.control_url, str(generated), client=client) as node:
        told = await node.next()
    pipeline = told["id"].partition("/")[0]
    assert told["id"].endswith("chroma.ChromaFilter")
    assert (told["isFilter"], told["ownClass"], told["foundClass"]) == (True, True, "ChromaFilter")
    assert told["pipeline"] == pipeline
    assert told["window"] == {
        "__module__": "chroma",
        "__type__": "WindowParam",
        "topRightCornerX": 1,
        "topRightCornerY": 2,
        "width": 3,
        "height": 4,
    }
    assert "chroma" in told["modules"]
    assert told["refusals"] == {"promise": 40006, "callback": 40006}
    assert "window" in told["incomplete"]
