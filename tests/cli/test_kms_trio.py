from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from kms_trio import __version__
from kms_trio.settings.reference import reference_files
from tests.cli.commands import KMS_TRIO, run


def test_version() -> None:
    for arguments in (["version"], ["--version"]):
        result = run(KMS_TRIO, *arguments)
        assert result.stdout == f"kms-trio {__version__} (Kurento 7.3.0)\n"
        assert result.returncode == 0


def test_help_names_every_command() -> None:
    text = run(KMS_TRIO, "--help").stdout
    for command in ("serve", "config", "modules", "doctor", "health", "version"):
        assert re.search(rf"^  {command} ", text, re.MULTILINE)


def test_serve_is_the_default_command() -> None:
    result = run(KMS_TRIO, "--port", "70000")
    assert result.returncode == 2
    assert "Usage: kms-trio serve" in result.stderr
    assert "70000 is not in the range 0<=x<=65535" in result.stderr


def test_check_of_a_good_file(tmp_path: Path) -> None:
    file = tmp_path / "kurento.conf.json"
    file.write_text('{"mediaServer": {"net": {"websocket": {"port": 9000}}}}')
    result = run(KMS_TRIO, "config", "check", "-f", str(file))
    assert result.returncode == 0
    assert f"read: {file}" in result.stdout
    assert result.stdout.endswith("The configuration is fine.\n")


def test_check_of_a_bad_file_says_all_at_once(tmp_path: Path) -> None:
    file = tmp_path / "kurento.conf.json"
    file.write_text('{"mediaServer": {"net": {"websocket": {"port": "x", "pth": "y"}}}}')
    result = run(KMS_TRIO, "config", "check", KURENTO_CONF_FILE=str(file))
    assert result.returncode == 1
    assert (
        f"error: {file}: mediaServer.net.websocket.port: expected a whole number from 0 to 65535, got 'x'"
        in result.stdout
    )
    assert f"error: {file}: unknown key mediaServer.net.websocket.pth" in result.stdout


def test_show_is_a_file_that_gives_the_same(tmp_path: Path) -> None:
    result = run(
        KMS_TRIO,
        "config",
        "show",
        "--changed",
        "--set",
        "mediaServer.net.websocket.port=9000",
        "--set",
        'modules.kurento.SdpEndpoint.videoCodecs=[{"name": "VP8/90000"}]',
        KMS_MTU="1300",
    )
    assert json.loads(result.stdout) == {
        "mediaServer": {"net": {"websocket": {"port": 9000}}},
        "modules": {
            "kurento": {"BaseRtpEndpoint": {"mtu": 1300}, "SdpEndpoint": {"videoCodecs": [{"name": "VP8/90000"}]}}
        },
    }


@pytest.mark.parametrize("assignment", ["port", "=1", "a..b=1", "a=[1"])
def test_set_that_is_not_key_and_value(assignment: str) -> None:
    result = run(KMS_TRIO, "config", "show", "--set", assignment)
    assert result.returncode == 2
    assert "Invalid value for --set" in result.stderr


def test_reference_writes_every_file(tmp_path: Path) -> None:
    assert run(KMS_TRIO, "config", "reference", str(tmp_path)).returncode == 0
    written = {str(file.relative_to(tmp_path)): file.read_text() for file in tmp_path.rglob("*.conf.*")}
    assert written == reference_files()


def test_modules_of_a_folder_and_one_that_is_broken(tmp_path: Path) -> None:
    information = tmp_path / "broken_bundle-1.5.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: broken-bundle\nVersion: 1.5\n")
    (information / "entry_points.txt").write_text("[kms_trio]\nbroken = broken_bundle:MODULE\n")
    (tmp_path / "broken_bundle.py").write_text("raise RuntimeError('no such library')\n")
    result = run(KMS_TRIO, "modules", "list", "--json", PYTHONPATH=str(tmp_path))
    rows = {row["name"]: row for row in json.loads(result.stdout)}
    assert "MediaPipeline" in rows["core"]["factories"]
    assert rows["broken"]["problem"] == "RuntimeError: no such library"
    assert rows["broken"]["distribution"] == "broken-bundle 1.5"
    assert result.stderr == ""
    assert "no such library" in run(KMS_TRIO, "modules", "list", PYTHONPATH=str(tmp_path)).stdout
