"""The Dockerfile and the compose file: what they copy, run and name exists, and they keep to a few rules."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from kms_trio.cli.main import cli
from kms_trio.settings import Settings
from kms_trio.settings.options import walk
from tests.conf.dockerfile import Instruction, read_stages

yaml = pytest.importorskip("yaml")

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "conf/docker"
VARIABLES = {variable for row in walk(Settings) for variable in row.option.environment}


@pytest.fixture(scope="module")
def stages() -> list[list[Instruction]]:
    return read_stages(FOLDER / "Dockerfile")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yaml").read_text(encoding="utf-8"))
    return loaded


def values(stage: list[Instruction], name: str) -> list[Instruction]:
    return [each for each in stage if each.name == name]


def test_bases_are_pinned(stages: list[list[Instruction]]) -> None:
    for stage in stages:
        image = stage[0].words[0]
        assert ":" in image
        assert not image.endswith(":latest")


def test_what_is_copied_exists_and_is_not_ignored(stages: list[list[Instruction]]) -> None:
    ignored = set((ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines())
    for stage in stages:
        for copy in values(stage, "COPY"):
            if copy.words[0].startswith("--from"):
                continue
            for source in copy.words[:-1]:
                assert (ROOT / source).exists()
                assert Path(source).parts[0] not in ignored


def test_build_needs_what_hatchling_needs(stages: list[list[Instruction]]) -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project, build = settings["project"], settings["tool"]["hatch"]["build"]
    copied = [word for copy in values(stages[0], "COPY") for word in copy.words[:-1]]
    assert {"pyproject.toml", project["readme"], *project["license-files"], "constraints.txt"} <= set(copied)
    hooks = [hook["path"] for target in build["targets"].values() for hook in target.get("hooks", {}).values()]
    assert all(any(Path(hook).is_relative_to(folder) for folder in copied) for hook in hooks)


def test_nothing_is_left_of_installing_packages(stages: list[list[Instruction]]) -> None:
    for run in (each for stage in stages for each in values(stage, "RUN")):
        if "apt-get install" in run.value:
            assert "--no-install-recommends" in run.value
            assert "rm -rf /var/lib/apt/lists/*" in run.value
        if "pip install" in run.value:
            assert "--no-cache-dir" in run.value


def test_server_runs_as_nobody_special(stages: list[list[Instruction]]) -> None:
    final = stages[-1]
    (user,) = values(final, "USER")
    assert user.value not in ("root", "0")
    names = [each.name for each in final]
    assert names.index("RUN") < names.index("USER") < names.index("ENTRYPOINT")


def test_commands_are_ours(stages: list[list[Instruction]]) -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    final = stages[-1]
    assert values(final, "ENTRYPOINT")[0].words[0] in scripts
    health = values(final, "HEALTHCHECK")[0].value.partition("CMD ")[2]
    assert Instruction("CMD", health).words == ["kms-trio", "health"]
    assert "health" in cli.commands
    assert values(final, "EXPOSE")[0].words == [str(Settings().media_server.net.websocket.port)]


def test_compose_service(compose: dict[str, Any]) -> None:
    (service,) = compose["services"].values()
    build = service["build"]
    context = (FOLDER / build["context"]).resolve()
    assert context == ROOT
    assert (context / build["dockerfile"]) == FOLDER / "Dockerfile"
    assert service["healthcheck"]["test"] == ["CMD", "kms-trio", "health"]
    assert service["restart"] == "always", "killLimit ends the server with exit code 0"
    assert int(service["stop_grace_period"].removesuffix("s")) > 10
    named = {volume["source"] for volume in service["volumes"] if volume["type"] == "volume"}
    assert named == set(compose["volumes"])


def test_compose_variables_are_read_by_the_server(compose: dict[str, Any]) -> None:
    text = (FOLDER / "compose.yaml").read_text(encoding="utf-8")
    commented = {line.split(":")[0].strip(" #") for line in text.splitlines() if line.strip().startswith("# KMS_")}
    used = {*commented, *compose["services"]["kms"]["environment"]} - {"GST_DEBUG"}
    assert used <= VARIABLES


def test_health_check_of_both_files_agrees(stages: list[list[Instruction]], compose: dict[str, Any]) -> None:
    (health,) = values(stages[-1], "HEALTHCHECK")
    options = dict(word.removeprefix("--").split("=") for word in health.value.split() if word.startswith("--"))
    wanted = {name.replace("-", "_"): value for name, value in options.items()}
    check = compose["services"]["kms"]["healthcheck"]
    assert {name: str(check[name]) for name in wanted} == wanted
