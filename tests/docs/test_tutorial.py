"""docs/tutorial.md, followed to the letter in an empty folder, without a network.

What the environments of the tutorial would get from an index, they borrow from the environment of the tests.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.cli.commands import free_port
from tests.docs.markdown import ROOT
from tests.docs.snippets import Snippet, snippets

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]  # dozens of processes, one after the other

#: Commands that go on until they are stopped.
SERVERS = ("kms-trio run-module", "kms-trio serve")


def make_environment(folder: Path) -> None:
    """A virtual environment that sees what is installed here: wheels, and this checkout."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    (packages / "borrowed.pth").write_text(f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n")
    for script in importlib.metadata.entry_points(group="console_scripts"):
        if script.name.startswith(("kms-", "pytest")):
            file = folder / "bin" / script.name
            call = f"import sys\nfrom {script.module} import {script.attr}\nsys.exit({script.attr}())\n"
            file.write_text(f"#!{folder / 'bin' / 'python'}\n{call}")
            file.chmod(0o755)


class Reader:
    """Does what the tutorial says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said = ""
        conf_file = folder / "kurento.conf.json"
        ports = {
            "mediaServer": {"net": {"websocket": {"port": free_port()}}},
            "kmsTrio": {"http": {"port": free_port()}},
        }
        conf_file.write_text(json.dumps(ports))
        path = [str(folder / ".venv" / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]]
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PIP_"))},
            "PATH": os.pathsep.join(path),
            "KURENTO_CONF_FILE": str(conf_file),
            "PIP_NO_INDEX": "1",
            "PIP_NO_BUILD_ISOLATION": "0",  # pip's way of saying that there is to be none
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        }

    def follow(self, snippet: Snippet) -> None:
        """Run it, write it, or compare it."""
        if snippet.file is not None:
            (self.folder / snippet.file).write_text(snippet.text)
        elif snippet.language == "text":
            missing = [line for line in snippet.text.splitlines() if line.rstrip() not in self.said]
            assert missing == [], self.said
        elif snippet.text.startswith(SERVERS):
            self._serve(snippet.text)
        else:
            self._run(snippet.text)

    def _run(self, commands: str) -> None:
        place = self.folder / ".place"
        script = f"set -e\n{commands}\npwd > {place}\n"
        result = subprocess.run(
            ["bash", "-c", script],
            cwd=self.folder,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.said = result.stdout
        assert result.returncode == 0, f"{commands}{self.said}"
        here = Path(place.read_text().strip())
        place.unlink()
        self.folder = here

    def _serve(self, command: str) -> None:
        """Until it has said all that it says."""
        process = subprocess.Popen(
            command.split(), cwd=self.folder, env=self._environment, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        self.said = ""
        with process:
            for line in process.stdout:
                self.said += line
                if line.startswith(("Try the module:", "Demo page:")):
                    process.terminate()
        assert process.returncode == 0, self.said


def test_the_tutorial_works(tmp_path: Path) -> None:
    page = list(snippets((ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")))
    assert len(page) > 10
    assert {snippet.language for snippet in page} == {"sh", "json", "python", "text"}
    for environment in (".venv", "server"):
        make_environment(tmp_path / environment)
    reader = Reader(tmp_path)
    for snippet in page:
        reader.follow(snippet)
    assert (tmp_path / "mosaic" / "js" / "lib" / "index.js").is_file()
