"""A real server: as an operator runs it, or inside the test's own process."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from subprocess import PIPE
from typing import Any

import attrs
import trio

from kms_trio import app
from kms_trio.settings import load

START_DEADLINE_S = 90
STOP_DEADLINE_S = 60  # the server ends itself, with another code, when it needs more than it promises


class ServerError(Exception):
    """The server did not start, or did not stop as it should."""


@attrs.define(eq=False)
class RunningServer:
    """Where it can be reached."""

    port: int
    http_port: int
    process: trio.Process | None = None
    #: Set when the test itself ended it by SIGKILL.
    killed: bool = False

    @property
    def ws_url(self) -> str:
        return f"ws://localhost:{self.port}/kurento"

    @property
    def page_url(self) -> str:
        return f"http://localhost:{self.http_port}/"

    def kill(self) -> None:
        """SIGKILL: what a crash or an operator in a hurry does."""
        assert self.process is not None
        self.killed = True
        self.process.send_signal(signal.SIGKILL)


def free_port() -> int:
    """A TCP port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def configuration(port: int, http_port: int, changes: Mapping[str, Any]) -> dict[str, Any]:
    """A main file, with two ports of its own; `changes` are dotted keys."""
    tree: dict[str, Any] = {}
    values = {
        "mediaServer.net.websocket.address": "127.0.0.1",
        "mediaServer.net.websocket.port": port,
        "kmsTrio.http.port": http_port,
        **changes,
    }
    for key, value in values.items():
        *branches, leaf = key.split(".")
        node = tree
        for branch in branches:
            node = node.setdefault(branch, {})
        node[leaf] = value
    return tree


@asynccontextmanager
async def run_server(
    folder: Path, *, prefix: Sequence[str] = (), python: str = sys.executable, **changes: Any
) -> AsyncIterator[RunningServer]:
    """`kms-trio serve` with a conf file in `folder`, ended by SIGTERM; its log goes to the test's standard error.

    `prefix` goes before the command (`ip netns exec`), `python` is whose packages it runs with.
    """
    running = RunningServer(free_port(), free_port())
    conf_file = trio.Path(folder / "kurento.conf.json")
    await conf_file.write_text(json.dumps(configuration(running.port, running.http_port, changes)))
    command = [*prefix, python, "-m", "kms_trio.cli.main", "serve", "--conf-file", str(conf_file)]
    environment = {**os.environ, "NO_COLOR": "1", "PYTHONUNBUFFERED": "1"}
    async with trio.open_nursery() as nursery:
        start = partial(trio.run_process, command, stdout=PIPE, check=False, env=environment)
        process: trio.Process = await nursery.start(start)
        running.process = process
        try:
            with trio.fail_after(START_DEADLINE_S):
                await _announced(process)
            yield running
            process.terminate()
            with trio.move_on_after(STOP_DEADLINE_S):
                await process.wait()
            if process.returncode != 0 and not running.killed:
                raise ServerError(f"stopped with {process.returncode} instead of 0 within {STOP_DEADLINE_S} s")
        finally:
            process.kill()


async def _announced(process: trio.Process) -> None:
    """Returns when it has printed the demo page's URL, its last line at start."""
    assert process.stdout is not None
    text = b""
    while b"Demo page:" not in text:
        chunk = await process.stdout.receive_some()
        if not chunk:
            raise ServerError(f"ended before it was ready: {text!r}")
        text += chunk


@asynccontextmanager
async def serve_in_process(**changes: Any) -> AsyncIterator[RunningServer]:
    """A server in the test's own nursery."""
    running = RunningServer(free_port(), free_port())
    overrides = {
        "mediaServer.net.websocket.address": "127.0.0.1",
        "mediaServer.net.websocket.port": running.port,
        "kmsTrio.http.port": running.http_port,
        **changes,
    }
    async with trio.open_nursery() as nursery:
        await nursery.start(app.serve, load(overrides=overrides).settings)
        yield running
        nursery.cancel_scope.cancel()
