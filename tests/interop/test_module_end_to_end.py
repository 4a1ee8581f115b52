"""From an empty folder to pictures that change: a module is scaffolded, one method of it is edited, its wheel is
installed into a fresh environment beside kms-trio, and three clients generated from its spec use it on a real server.
"""

from __future__ import annotations

import site
import subprocess
import sys
import venv
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import attrs
import av
import numpy as np
import pytest

from kms_trio.spec.creator.cli import main as create
from kms_trio.spec.scaffold.cli import main as scaffold
from tests.interop.harness.java import run_java
from tests.interop.harness.node import run_node
from tests.interop.harness.program import Program, run_program
from tests.interop.harness.server import run_server
from tests.interop.harness.tools import NODE_MODULES, require_java_client, require_maven, require_npm_clients

pytestmark = [pytest.mark.interop, pytest.mark.slow, pytest.mark.timeout(600)]

ROOT = Path(__file__).parents[2]
SPECS = ROOT / "module_specs"

#: What the author changes: pictures are no longer tinted, their red and blue are exchanged.
TINT = """\
        for channel, values in enumerate(self._tinted):
            picture[..., channel] = values[picture[..., channel]]
        return picture if next(self._negatives, None) is None else 255 - picture
"""
EXCHANGE = """\
        exchanged = picture[..., ::-1]
        return (picture + (exchanged.astype(np.float32) - picture) * self._strength).astype(np.uint8)
"""


@attrs.frozen
class Module:
    """The author's folder, and an environment with the module installed."""

    folder: Path
    python: Path

    @property
    def spec(self) -> list[str]:
        """Options of the module creator."""
        return ["-r", str(self.folder / "spec"), "-dr", str(SPECS)]


def run(*command: str | Path) -> None:
    """Run a command that has to do; what it says is in the error otherwise."""
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"


def fresh_environment(folder: Path) -> Path:
    """A virtual environment that sees what this one has, kms-trio above all; its Python."""
    venv.create(folder, with_pip=False)
    [packages] = folder.glob("lib/python*/site-packages")
    # Processed as this environment's own would be, so that sources installed in place are found, too.
    lines = [f"import site; site.addsitedir({path!r})" for path in site.getsitepackages()]
    (packages / "beside.pth").write_text("\n".join(lines) + "\n")
    return folder / "bin" / "python"


def install(python: Path, project: Path, wheels: Path) -> None:
    """Build the wheel of a project, and install it where `python` is; nothing is downloaded."""
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    before = set(wheels.glob("*.whl"))
    run(*pip, "wheel", "--no-index", "--no-build-isolation", "--no-deps", "--wheel-dir", wheels, project)
    [wheel] = set(wheels.glob("*.whl")) - before
    run(*pip, "--python", python, "install", "--no-index", wheel)


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Module:
    """What an author has after a few minutes."""
    work = tmp_path_factory.mktemp("author")
    folder = work / "tinter"
    assert scaffold(["Tinter", "--output", str(folder)]) == 0
    implementation = folder / "kms_tinter" / "tinter.py"
    text = implementation.read_text()
    assert TINT in text
    implementation.write_text(text.replace(TINT, EXCHANGE))
    python = fresh_environment(work / "environment")
    (work / "wheels").mkdir()
    install(python, folder, work / "wheels")
    return Module(folder, python)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Two seconds of red."""
    path = tmp_path / "red.webm"
    with av.open(str(path), "w") as container:
        options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"}
        stream = container.add_stream("libvpx", rate=10, options=options)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        red = np.zeros((120, 160, 3), np.uint8)
        red[..., 0] = 220
        for number in range(20):
            picture = av.VideoFrame.from_ndarray(red, format="rgb24")
            picture.pts, picture.time_base = number, Fraction(1, 10)
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    assert colour(path)[0] > 150
    return path


def colour(file: Path) -> list[int]:
    """The mean red, green and blue of a file's last picture."""
    with av.open(str(file)) as container:
        *_, last = container.decode(video=0)
        return [round(float(value)) for value in last.to_ndarray(format="rgb24").reshape(-1, 3).mean(axis=0)]


async def check(program: Program, recording: Path) -> None:
    """What the client heard of the filter, and what its pictures look like."""
    told = await program.next()
    assert told == {"bright": False, "strength": 1}
    red, green, blue = colour(recording)
    assert blue > 150, (red, green, blue)
    assert red < 60, (red, green, blue)


def urls(*files: Path) -> Sequence[str]:
    return [file.as_uri() for file in files]


async def test_javascript(module: Module, clip: Path, tmp_path: Path) -> None:
    require_npm_clients()
    package = tmp_path / "node_modules" / "kurento-module-tinter"
    assert create([*module.spec, "-it", "client-js", "-npm", "-c", str(package)]) == 0
    (package.parent / "kurento-client").symlink_to(NODE_MODULES / "kurento-client")
    recording = tmp_path / "recording.webm"
    async with (
        run_server(tmp_path, python=str(module.python)) as server,
        run_node("recolour.js", server.ws_url, str(package), *urls(clip, recording)) as node,
    ):
        await check(node, recording)


async def test_java(module: Module, clip: Path, tmp_path: Path) -> None:
    require_java_client(7)
    project = tmp_path / "java"
    assert create([*module.spec, "-it", "client-java", "-maven", "-c", str(project)]) == 0
    run(require_maven(), "--offline", "--quiet", "--batch-mode", "--file", project / "pom.xml", "package")
    [jar] = (project / "target").glob("*.jar")
    recording = tmp_path / "recording.webm"
    async with (
        run_server(tmp_path, python=str(module.python)) as server,
        run_java("Recolour", server.ws_url, *urls(clip, recording), client=7, jars=[jar]) as java,
    ):
        await check(java, recording)


async def test_python(module: Module, clip: Path, tmp_path: Path) -> None:
    project = tmp_path / "python"
    assert create([*module.spec, "-it", "python-client", "-c", str(project)]) == 0
    python = fresh_environment(tmp_path / "environment")
    (tmp_path / "wheels").mkdir()
    install(python, project, tmp_path / "wheels")
    recording = tmp_path / "recording.webm"
    script = Path(__file__).parent / "python" / "recolour.py"
    async with (
        run_server(tmp_path, python=str(module.python)) as server,
        run_program([str(python), str(script), server.ws_url, *urls(clip, recording)], tmp_path) as program,
    ):
        await check(program, recording)
