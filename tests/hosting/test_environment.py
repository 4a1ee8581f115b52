"""What of the server's environment its children get: no secrets, unless the operator names them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import trio

import kms_trio
from kms_trio.hosting.environment import PROXIES, child_environment
from kms_trio.hosting.process import HostLimits, HostProcess
from kms_trio.testing.patience import PATIENCE_S, until
from kms_trio.worker.process import WorkerProcess

SECRETS = {
    "KMS_TURN_URL": "user:password@198.51.100.1:3478",
    "AWS_SECRET_ACCESS_KEY": "abc",
    "DATABASE_PASSWORD": "abc",
    "https_proxy": "http://user:password@198.51.100.2",
}
HARMLESS = {
    "PATH": os.environ["PATH"],
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    "GST_DEBUG": "2",
    "KMS_TRIO_NATIVE": "0",
    "LD_LIBRARY_PATH": "/opt/lib",
}
OWN_FOLDER = str(Path(kms_trio.__file__).parent.parent)


def environment_of(pid: int) -> dict[str, str]:
    """What a process was started with."""
    entries = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
    return dict(entry.split("=", 1) for entry in entries if entry)


@pytest.fixture
def _secretive(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**SECRETS, **HARMLESS}.items():
        monkeypatch.setenv(name, value)


def test_only_what_is_harmless_is_passed() -> None:
    passed = child_environment(environment={**SECRETS, **HARMLESS})
    assert passed == {**HARMLESS, "PYTHONPATH": OWN_FOLDER}


def test_our_own_package_is_found_before_what_else_there_is() -> None:
    passed = child_environment(environment={"PYTHONPATH": "/opt/modules"})
    assert passed == {"PYTHONPATH": f"{OWN_FOLDER}{os.pathsep}/opt/modules"}


@pytest.mark.parametrize(
    ("named", "more"),
    [
        (("DATABASE_PASSWORD",), {"DATABASE_PASSWORD"}),
        (("AWS_*", "KMS_TURN_*"), {"AWS_SECRET_ACCESS_KEY", "KMS_TURN_URL"}),
        (("aws_*", "DATABASE"), set()),
        (("*",), set(SECRETS)),
        (PROXIES, {"https_proxy"}),
    ],
)
def test_the_operator_names_more(named: tuple[str, ...], more: set[str]) -> None:
    passed = child_environment(named, environment={**SECRETS, **HARMLESS})
    assert passed.keys() - {"PYTHONPATH"} == HARMLESS.keys() | more


@pytest.mark.usefixtures("_secretive")
async def test_a_worker_has_no_secrets_but_those_that_are_named() -> None:
    process = WorkerProcess(["DATABASE_*"])
    try:
        passed = environment_of(process.pid)
    finally:
        process.socket.close()
        with trio.move_on_after(PATIENCE_S, shield=True):
            await process.end(PATIENCE_S)
        process.close()
    assert passed.items() >= HARMLESS.items()
    assert {name for name in SECRETS if name in passed} == {"DATABASE_PASSWORD", "https_proxy"}


@pytest.mark.usefixtures("_secretive")
async def test_a_host_process_has_no_secrets_but_those_that_are_named(nursery: trio.Nursery) -> None:
    ends: list[str | None] = []
    limits = HostLimits(1 << 30, 0, ("AWS_*",))
    host = HostProcess("module 'none'", limits, lambda said: None, ends.append)
    nursery.start_soon(host.run)
    passed = environment_of(host.pid)
    host.finish()
    await until(lambda: len(ends) == 1)
    assert passed.items() >= HARMLESS.items()
    assert {name for name in SECRETS if name in passed} == {"AWS_SECRET_ACCESS_KEY"}
