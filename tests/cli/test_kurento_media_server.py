"""Kurento's command line: scripts written for it must not notice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.commands import KURENTO_MEDIA_SERVER, run


def test_version_lists_modules() -> None:
    for option in ("-v", "--version"):
        result = run(KURENTO_MEDIA_SERVER, option)
        assert result.returncode == 0
        assert result.stdout.splitlines()[:2] == [
            "Kurento Media Server version: 7.3.0",
            "Found modules:",
        ]


def test_list() -> None:
    result = run(KURENTO_MEDIA_SERVER, "--list", "--gst-plugin-path=/usr/lib", "--gst-debug-level=3", "stray", "-x")
    assert result.returncode == 0
    assert result.stdout.startswith("Available factories:\n")
    names = [line.removeprefix("\t") for line in result.stdout.splitlines()[1:]]
    assert names == sorted(names)
    assert {"PassThrough", "kurento.PassThrough"} <= set(names)


def test_help() -> None:
    result = run(KURENTO_MEDIA_SERVER, "-h")
    assert result.returncode == 0
    for option in (
        "--modules-path",
        "--conf-file",
        "--logs-path",
        "--modules-config-path",
        "--log-file-size",
        "--list",
    ):
        assert option in result.stdout


@pytest.mark.parametrize(
    ("arguments", "variables"),
    [
        (["--number-log-files", "many"], {}),
        (["-s", "0"], {}),
        (["-f"], {}),
        ([], {"KURENTO_LOG_FILE_SIZE": "big"}),
    ],
)
def test_bad_value_is_one_line_and_exit_1(arguments: list[str], variables: dict[str, str]) -> None:
    result = run(KURENTO_MEDIA_SERVER, *arguments, **variables)
    assert result.returncode == 1
    assert result.stderr.startswith("Error : ")


def test_main_file_that_cannot_be_read_is_exit_1(tmp_path: Path) -> None:
    missing = tmp_path / "none.conf.json"
    result = run(KURENTO_MEDIA_SERVER, "--conf-file", str(missing))
    assert result.returncode == 1
    assert f"Error reading configuration: {missing}: cannot be read" in result.stderr
    assert "KurentoMediaServer        start.py:" in result.stderr


def test_command_line_beats_the_variables(tmp_path: Path) -> None:
    result = run(
        KURENTO_MEDIA_SERVER,
        f"--conf-file={tmp_path}/line.conf.json",
        KURENTO_CONF_FILE=f"{tmp_path}/variable.conf.json",
        KURENTO_LOGS_PATH=f"{tmp_path}/logs",
        KURENTO_UNKNOWN_THING="1",
    )
    assert result.returncode == 1
    assert "line.conf.json: cannot be read" in result.stderr
    assert "variable.conf.json" not in result.stderr
    names = sorted(file.name for file in (tmp_path / "logs").iterdir())
    assert [name.rpartition(".")[2] for name in names] == ["log", "log"]
    assert (tmp_path / "logs/errors.log").read_text().endswith(" -- New execution\n")


def test_logs_that_cannot_be_written_are_exit_1(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    result = run(KURENTO_MEDIA_SERVER, "--logs-path", str(file / "logs"))
    assert result.returncode == 1
    assert "Error : cannot write logs" in result.stderr
