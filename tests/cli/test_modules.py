"""`kms-trio modules`: list, info, check, disable and enable."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kms_trio.settings.reference import reference_files
from tests.cli.commands import KMS_TRIO, free_port, run, started


@pytest.fixture
def conf_file(tmp_path: Path) -> Path:
    """The reference main file."""
    file = tmp_path / "kurento.conf.json"
    file.write_text(reference_files()["kurento.conf.json"])
    return file


def broken_bundle(folder: Path) -> str:
    """A bundle that does not import; the folder to find it in."""
    information = folder / "broken_bundle-1.5.dist-info"
    information.mkdir(parents=True)
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: broken-bundle\nVersion: 1.5\n")
    (information / "entry_points.txt").write_text("[kms_trio]\nbroken = broken_bundle:MODULE\n")
    (folder / "broken_bundle.py").write_text("raise RuntimeError('no such library')\n")
    return str(folder)


def test_disabled_and_enabled(conf_file: Path) -> None:
    before = conf_file.read_text()
    result = run(KMS_TRIO, "modules", "disable", "filters", "-f", str(conf_file))
    assert (result.returncode, result.stdout) == (
        0,
        f"{conf_file}: disabled modules: filters; takes effect at the next start\n",
    )
    rows = {
        row["name"]: row for row in json.loads(run(KMS_TRIO, "modules", "list", "--json", "-f", str(conf_file)).stdout)
    }
    assert rows["filters"]["disabled"]
    assert not rows["elements"]["disabled"]
    assert "disabled" in run(KMS_TRIO, "modules", "list", KURENTO_CONF_FILE=str(conf_file)).stdout
    assert conf_file.read_text().count('"//"') == before.count('"//"')
    result = run(KMS_TRIO, "modules", "enable", "filters", "-f", str(conf_file))
    assert result.stdout.endswith("disabled modules: none; takes effect at the next start\n")
    text = conf_file.read_text()
    assert run(KMS_TRIO, "modules", "enable", "filters", "-f", str(conf_file)).returncode == 0
    assert conf_file.read_text() == text


def test_server_leaves_out_what_is_disabled(conf_file: Path) -> None:
    assert run(KMS_TRIO, "modules", "disable", "elements", "-f", str(conf_file)).returncode == 0
    ports = ["--address", "127.0.0.1", "--port", str(free_port()), "--http-port", "0"]
    with started(KMS_TRIO, "-f", str(conf_file), *ports, ready="Plugin 'elements' is disabled"):
        pass


def test_what_cannot_be_disabled(conf_file: Path, tmp_path: Path) -> None:
    result = run(KMS_TRIO, "modules", "disable", "core", "-f", str(conf_file))
    assert (result.returncode, result.stderr) == (1, "Error: the module 'core' is the server itself\n")
    result = run(KMS_TRIO, "modules", "disable", "nosuch", "-f", str(conf_file))
    assert result.returncode == 0
    assert "nothing of the name 'nosuch' is installed now" in result.stdout
    result = run(KMS_TRIO, "modules", "disable", "filters", "-f", str(tmp_path / "kurento.conf.ini"))
    assert result.returncode == 1
    assert "set kmsTrio.plugins.disabled there by hand" in result.stderr
    result = run(KMS_TRIO, "modules", "disable", "filters", "-f", str(tmp_path / "no/kurento.conf.json"))
    assert result.returncode == 1
    assert "cannot be changed" in result.stderr


def test_file_is_made(tmp_path: Path) -> None:
    file = tmp_path / "kurento.conf.json"
    assert run(KMS_TRIO, "modules", "disable", "filters", "-f", str(file)).returncode == 0
    assert json.loads(file.read_text()) == {"kmsTrio": {"plugins": {"disabled": ["filters"]}}}


def test_info() -> None:
    text = run(KMS_TRIO, "modules", "info", "elements").stdout
    for line in ("module:   elements 7.3.0", "from:     kms-elements 7.3.0, package kms_elements.generated"):
        assert line in text
    assert "WebRtcEndpoint" in text
    about = json.loads(run(KMS_TRIO, "modules", "info", "elements", "--json").stdout)
    assert (about["name"], about["distribution"]) == ("elements", "kms-elements 7.3.0")
    assert "WebRtcEndpoint" in about["factories"]
    result = run(KMS_TRIO, "modules", "info", "nosuch")
    assert result.returncode == 1
    reason, _, known = result.stderr.partition("there are: ")
    assert reason.endswith("no module 'nosuch' is loaded: ")
    assert {"core", "elements"} <= set(known.strip().split(", "))


def test_check(tmp_path: Path) -> None:
    result = run(KMS_TRIO, "modules", "check")
    assert result.returncode == 0
    assert "good: core: " in result.stdout
    folder = broken_bundle(tmp_path)
    result = run(KMS_TRIO, "modules", "check", PYTHONPATH=folder)
    assert result.returncode == 1
    assert "broken: broken: RuntimeError: no such library" in result.stdout
    result = run(KMS_TRIO, "modules", "check", "--json", PYTHONPATH=folder)
    assert result.returncode == 1
    found = json.loads(result.stdout)
    assert found["problems"] == [{"plugin": "broken", "reason": "RuntimeError: no such library"}]
    assert {"module": "core", "name": "PassThrough", "health": "good", "reason": ""} in found["classes"]
    result = run(KMS_TRIO, "modules", "info", "broken", PYTHONPATH=folder)
    assert "no module 'broken' is loaded: RuntimeError: no such library" in result.stderr
    result = run(KMS_TRIO, "modules", "check", "--set", "kmsTrio.plugins.disabled=broken", PYTHONPATH=folder)
    assert result.returncode == 0
    assert "disabled: broken" in result.stdout
