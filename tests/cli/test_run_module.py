"""`kms-trio run-module`: the module in a folder, without installing it, and again when a file of it changes."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path
from subprocess import Popen

import pytest
import trio

from kms_trio.cli.reload import snapshot
from kms_trio.spec.scaffold.cli import main
from kms_trio.testing.rpc import open_client
from tests.cli.commands import KMS_TRIO, free_port, run, started


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A new bundle, not installed."""
    assert main(["FreshPaint", "--output", str(tmp_path / "fresh-paint")]) == 0
    return tmp_path / "fresh-paint"


@pytest.fixture
def ports() -> tuple[str, ...]:
    return "--port", str(free_port()), "--http-port", str(free_port())


def next_line(process: Popen[str], beginning: str) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith(beginning):
            return line
    raise AssertionError(f"ended before it said {beginning!r}")


def test_the_server_has_the_module(folder: Path, ports: tuple[str, ...]) -> None:
    with started(KMS_TRIO, "run-module", str(folder), *ports, ready="Try the module:") as process:
        page = f"http://127.0.0.1:{ports[3]}/module"
        with urllib.request.urlopen(page, timeout=60) as answer:
            assert b"<title>Modules" in answer.read()
        trio.run(make_one, f"ws://127.0.0.1:{ports[1]}/kurento", 0.5)
        process.terminate()
        process.communicate(timeout=60)
    assert process.returncode == 0


async def make_one(url: str, strength: float) -> None:
    async with open_client(url) as client:
        kmd = json.loads(await client.invoke("manager_ServerManager", "getKmd", moduleName="freshpaint"))
        assert kmd["remoteClasses"][0]["name"] == "FreshPaint"
        pipeline = await client.create("MediaPipeline")
        made = await client.create("freshpaint.FreshPaint", mediaPipeline=pipeline)
        assert await client.invoke(made, "getStrength") == strength


def test_it_starts_again_when_a_file_changes(folder: Path, ports: tuple[str, ...]) -> None:
    file = folder / "kms_freshpaint" / "fresh_paint.py"
    with started(KMS_TRIO, "run-module", str(folder), *ports, "--reload", ready="Try the module:") as process:
        text = file.read_text()
        file.write_text("this is no Python\n")
        assert "SyntaxError" in next_line(process, "Error: the module does not load")
        file.write_text(text.replace("return self._strength", "return self._strength / 2"))
        next_line(process, "Try the module:")
        trio.run(make_one, f"ws://127.0.0.1:{ports[1]}/kurento", 0.25)
        process.terminate()
        process.communicate(timeout=60)
    assert process.returncode == 0


def test_a_folder_that_is_no_bundle(tmp_path: Path) -> None:
    result = run(KMS_TRIO, "run-module", str(tmp_path))
    assert result.returncode == 1
    assert "expected the folder of a bundle, found no pyproject.toml in it" in result.stderr


def test_a_module_that_does_not_load(folder: Path) -> None:
    (folder / "kms_freshpaint" / "fresh_paint.py").write_text("import no_such_library\n")
    result = run(KMS_TRIO, "run-module", str(folder))
    assert result.returncode == 1
    assert "freshpaint.FreshPaint: ModuleNotFoundError: No module named 'no_such_library'" in result.stderr


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    for name in ("a.py", "spec/b.json", "c.txt", ".venv/d.py", "node_modules/e.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("1")
    return tmp_path


def test_what_counts_as_a_change(sources: Path) -> None:
    before = snapshot(sources)
    assert sorted(before) == [f"{sources}/a.py", f"{sources}/spec/b.json"]
    (sources / "c.txt").write_text("22")
    (sources / ".venv" / "d.py").write_text("22")
    assert snapshot(sources) == before
    (sources / "spec" / "b.json").write_text("22")
    assert snapshot(sources) != before
    (sources / "a.py").unlink()
    assert sorted(snapshot(sources)) == [f"{sources}/spec/b.json"]
