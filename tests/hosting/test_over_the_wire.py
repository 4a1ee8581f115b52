"""Hosted filters as clients of a whole server see them, and what becomes of hosts whose server is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import trio

from kms_trio.app import Server
from kms_trio.errors import KurentoError
from kms_trio.objects.filter_hosts import FilterHosts
from kms_trio.plugins import Candidate, Plugins
from kms_trio.testing.rpc import open_client
from tests.hosting.conftest import PATIENCE_S
from tests.hosting.samples.module import MODULE

ROOT = Path(__file__).parents[2]

#: A server in a process of its own, which tells the process of its host and waits to be killed.
SERVER = """
import trio
from tests.hosting.conftest import open_house

async def main():
    async with open_house() as house:
        film = await house.filmed(await house.pipeline(), "Obedient")
        await film.see(1)
        await film.mode("spin")
        film.show(2)
        print(house.hosts.running[0], flush=True)
        await trio.sleep_forever()

trio.run(main)
"""


def alive(process: Path) -> bool:
    """Whether a process, by its folder in /proc, runs; one that nobody has asked for its exit code does not."""
    try:
        return (process / "stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


async def test_a_client_uses_a_hosted_filter_and_is_told_when_its_host_ends(
    serve: Callable[..., Awaitable[Server]],
) -> None:
    server = await serve(plugins=Plugins([Candidate("samples", lambda: MODULE)]))
    async with open_client(server.control_url) as client:
        pipeline = await client.create("MediaPipeline")
        with trio.fail_after(PATIENCE_S):
            made = await client.create("samples.Obedient", mediaPipeline=pipeline, mode="negative")
            await client.subscribe(made, "Error", "Seen")
            assert await client.invoke(made, "add", one=20, other=22) == 42
            await client.invoke(made, "setMode", mode="nothing")
            with pytest.raises(KurentoError, match="not this one"):
                await client.invoke(made, "setMode", mode="forbidden")
            (pid,) = server.context.shared(FilterHosts).running
            os.kill(pid, signal.SIGKILL)
            error = await client.expect("Error", made, timeout_s=PATIENCE_S)
            assert error.data["type"] == "FILTER_HOST_ERROR"
            assert "was killed by SIGKILL; it is started anew" in error.data["description"]
            assert await client.invoke(made, "getName") == made
            while True:
                try:
                    assert await client.invoke(made, "getMode") == "nothing"
                    break
                except KurentoError as refusal:
                    assert "is not running" in refusal.message
                    await trio.sleep(0.001)
            await client.release(pipeline)
        assert server.context.shared(FilterHosts).running == ()


async def test_hosts_die_with_their_server_even_when_they_are_stuck() -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    process = await trio.lowlevel.open_process(
        [sys.executable, "-c", SERVER], stdout=subprocess.PIPE, env=environment, cwd=ROOT
    )
    try:
        assert process.stdout is not None
        with trio.fail_after(PATIENCE_S):
            host = Path("/proc") / (await process.stdout.receive_some()).decode().strip()
            assert alive(host)
            process.kill()
            await process.wait()
            while alive(host):  # noqa: ASYNC110 - the kernel tells nobody
                await trio.sleep(0.001)
    finally:
        process.kill()
        with trio.CancelScope(shield=True):
            await process.wait()
