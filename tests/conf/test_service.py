"""The unit of systemd, the script that it starts, and the file of settings that the script reads."""

from __future__ import annotations

import configparser
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from kms_trio.cli.kurento import _from_environment, _parser

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "conf/systemd/kurento-media-server.service"
START = ROOT / "conf/systemd/kurento-media-server-start"
DEFAULTS = ROOT / "conf/default/kurento-media-server"

#: A file as operators have it: shell, with exports that build on what is there.
OPERATORS_FILE = """
START_DAEMON="true"
DAEMON_ARGS="--modules-path /srv/a:/srv/b --gst-debug-level=3"
DAEMON_USER="kurento"
DAEMON_MAX_FILES=100
export GST_DEBUG="${GST_DEBUG:-3},Kurento*:5"
export KURENTO_LOGS_PATH="/var/log/kurento-media-server"
"""


def start(tmp_path: Path, text: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the script with a program in the server's place that says what it was given."""
    (tmp_path / "defaults").write_text(text)
    program = tmp_path / "program"
    program.write_text('#!/bin/sh\necho "$@"\necho "$GST_DEBUG|$KURENTO_LOGS_PATH|$(ulimit -n)"\n')
    program.chmod(0o755)
    environment = {
        "PATH": os.environ["PATH"],
        "KMS_DEFAULTS": str(tmp_path / "defaults"),
        "KMS_PROGRAM": str(program),
        **variables,
    }
    return subprocess.run([START], env=environment, capture_output=True, text=True, check=False, timeout=30)


def test_operators_file_is_read_as_shell(tmp_path: Path) -> None:
    result = start(tmp_path, OPERATORS_FILE)
    assert result.stdout.splitlines() == [
        "--modules-path /srv/a:/srv/b --gst-debug-level=3",
        "3,Kurento*:5|/var/log/kurento-media-server|100",
    ]
    assert "2,x:1,Kurento*:5|" in start(tmp_path, OPERATORS_FILE, GST_DEBUG="2,x:1").stdout


def test_shipped_file(tmp_path: Path) -> None:
    result = start(tmp_path, DEFAULTS.read_text())
    assert result.returncode == 0
    assert result.stdout.splitlines()[1].startswith("|/var/log/kurento-media-server|")


def test_service_that_is_not_wanted(tmp_path: Path) -> None:
    result = start(tmp_path, 'START_DAEMON="false"')
    assert (result.returncode, result.stdout) == (78, "")
    assert "START_DAEMON is not true" in result.stderr


def test_without_a_file(tmp_path: Path) -> None:
    result = start(tmp_path, "", KMS_DEFAULTS=str(tmp_path / "none"))
    assert result.returncode == 0


def test_every_variable_of_the_shipped_file_is_read() -> None:
    names = re.findall(r"^#?export (\w+)=", DEFAULTS.read_text(), re.MULTILINE)
    options = _from_environment(_parser(), {name: "1" for name in names if name.startswith("KURENTO_")})
    assert len(options) == sum(name.startswith("KURENTO_") for name in names)
    assert {name for name in names if not name.startswith("KURENTO_")} == {"GST_DEBUG", "GST_DEBUG_NO_COLOR"}


def unit() -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # what configparser documents
    parser.read_string(UNIT.read_text())
    return parser


def test_unit_fits_the_server() -> None:
    service = unit()["Service"]
    assert Path(service["ExecStart"]).name == START.name
    assert START.stat().st_mode & 0o111
    assert service["Restart"] == "always", "killLimit ends the server with exit code 0"
    assert int(service["TimeoutStopSec"]) > 10
    assert service["RestartPreventExitStatus"] == "78"


@pytest.fixture
def analyze() -> str:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not installed")
    return program


def test_systemd_likes_the_unit(analyze: str, tmp_path: Path) -> None:
    copy = tmp_path / UNIT.name
    copy.write_text(
        UNIT.read_text().replace("/opt/kms-trio/bin/kurento-media-server-start", shutil.which("true") or "")
    )
    result = subprocess.run([analyze, "verify", str(copy)], capture_output=True, text=True, check=False, timeout=60)
    assert (result.returncode, result.stdout + result.stderr) == (0, "")


def system_calls(analyze: str, word: str) -> set[str]:
    """The system calls that a word of SystemCallFilter stands for."""
    if not word.startswith("@"):
        return {word}
    told = subprocess.run([analyze, "syscall-filter", word], capture_output=True, text=True, check=True, timeout=60)
    lines = (line.strip() for line in told.stdout.splitlines()[1:])
    return {call for line in lines if line and not line.startswith("#") for call in system_calls(analyze, line)}


def test_system_calls_that_are_needed_are_let_through(analyze: str) -> None:
    allowed: set[str] = set()
    for value in re.findall(r"^SystemCallFilter=(.*)$", UNIT.read_text(), re.MULTILINE):
        named = set[str]().union(*(system_calls(analyze, word) for word in value.lstrip("~").split()))
        allowed = allowed - named if value.startswith("~") else allowed | named
    # numpy's allocator, `nice` of host processes, limits of threads and files, the cores that may be used
    assert allowed >= {"mbind", "setpriority", "setrlimit", "prlimit64", "sched_setaffinity", "memfd_create"}


def test_system_calls_that_are_not_let_through_end_no_process() -> None:
    assert unit()["Service"]["SystemCallErrorNumber"] == "EPERM"


def test_little_is_exposed(analyze: str) -> None:
    result = subprocess.run(
        [analyze, "security", "--offline=true", "--threshold=20", "--no-pager", str(UNIT)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    if "unrecognized option" in result.stderr:
        pytest.skip("this systemd-analyze cannot look at files")
    assert result.returncode == 0, result.stdout
