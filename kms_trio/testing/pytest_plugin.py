"""The pytest plugin `kms_trio`, for those who write modules.

| fixture       | what it is                                                                            |
|---------------|---------------------------------------------------------------------------------------|
| `golden`      | compares pictures with `golden/NAME.png` beside the test (`kms_trio.testing.golden`)    |
| `clip`        | writes a file of numbered pictures and a tone (`kms_trio.testing.clips.write_clip`)    |
| `fake_clock`  | a clock that stands still until it is moved (`kms_trio.testing.clock`)                 |
| `kms_plugins` | what `kms_server` loads: all that is installed, and the bundle of the folder that pytest runs in |
| `kms_server`  | a server on a free port, in the process of the test (`kms_trio.testing.server`)         |
| `kms_client`  | a client of it (`kms_trio.testing.rpc`)                                               |

The last two need pytest-trio. Nothing of the server is imported before a test asks for one of these.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import trio

    from kms_trio.plugins import Plugins
    from kms_trio.testing.clock import FakeClock
    from kms_trio.testing.golden import Golden
    from kms_trio.testing.rpc import RpcClient
    from kms_trio.testing.server import LocalServer


def pytest_addoption(parser: pytest.Parser) -> None:
    """Hook of pytest: the option."""
    group = parser.getgroup("kms_trio", "modules of kms-trio")
    group.addoption("--update-golden", action="store_true", help="write the golden pictures anew, for you to look at")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Fails a test whose picture is not like the golden one."""
    from kms_trio.testing.golden import Golden

    return Golden(request.path.parent / "golden", update=bool(request.config.getoption("--update-golden")))


@pytest.fixture
def clip(tmp_path: Path) -> Callable[..., Path]:
    """Writes a clip into the folder of the test: `clip("name.webm", seconds=1.0)`."""
    from kms_trio.testing.clips import write_clip

    def write(name: str = "clip.webm", **options: Any) -> Path:
        return write_clip(tmp_path / name, **options)

    return write


@pytest.fixture
def fake_clock() -> FakeClock:
    """A clock for `new_filter` and for whatever else takes one."""
    from kms_trio.testing.clock import FakeClock

    return FakeClock()


@pytest.fixture
def kms_plugins(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Plugins:
    """Override it to load something else."""
    from kms_trio.plugins import Plugins
    from kms_trio.plugins.project import ProjectError, read_project

    try:
        project = read_project(request.config.rootpath)
    except ProjectError:  # not run in the folder of a bundle
        return Plugins()
    path = [str(folder) for folder in project.path(tmp_path_factory.mktemp("metadata"))]
    for folder in reversed(path):
        monkeypatch.syspath_prepend(folder)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(path), prepend=os.pathsep)
    plugins = Plugins()
    own = [problem.reason for problem in plugins.problems if problem.plugin in project.names]
    assert not own, f"the module under test does not load: {'; '.join(own)}"
    return plugins


@pytest.fixture
async def kms_server(nursery: trio.Nursery, kms_plugins: Plugins) -> LocalServer:
    """A server that is there as long as the test."""
    from kms_trio.testing.server import start_server

    return await start_server(nursery, kms_plugins)


@pytest.fixture
async def kms_client(kms_server: LocalServer) -> AsyncIterator[RpcClient]:
    """A connection to `kms_server`."""
    from kms_trio.testing.rpc import open_client

    async with open_client(kms_server.control_url) as client:
        yield client
