"""Node programs of tests/interop/node: started, read line by line, ended."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from subprocess import PIPE
from typing import Any

import attrs
import trio

from tests.interop.harness.tools import NODE_FOLDER, NPM_CLIENTS, require_npm_clients

LINE_DEADLINE_S = 40


class NodeError(Exception):
    """The program ended, wrote `{"error": ...}`, or said nothing in time."""


@attrs.define(eq=False)
class NodeProgram:
    """A running program that writes one JSON object a line."""

    process: trio.Process
    _buffer: bytearray = attrs.field(factory=bytearray)

    async def next(self) -> dict[str, Any]:
        """The next object that it writes.

        Raises:
            NodeError: it ended or failed instead.
        """
        assert self.process.stdout is not None
        with trio.fail_after(LINE_DEADLINE_S):
            while b"\n" not in self._buffer:
                chunk = await self.process.stdout.receive_some(65536)
                if not chunk:
                    raise NodeError(f"ended without a line; last was {bytes(self._buffer)!r}")
                self._buffer += chunk
        line, _, rest = bytes(self._buffer).partition(b"\n")
        self._buffer[:] = rest
        message: dict[str, Any] = json.loads(line)
        if "error" in message:
            raise NodeError(message["error"])
        return message

    async def tell(self, message: dict[str, Any]) -> None:
        """Writes one JSON line to its standard input."""
        assert self.process.stdin is not None
        await self.process.stdin.send_all(json.dumps(message).encode() + b"\n")


@asynccontextmanager
async def run_node(script: str, *arguments: str, client: int = 7) -> AsyncIterator[NodeProgram]:
    """Starts a script with kurento-client of the major version `client`.

    Its transactions need the preload on today's Node.
    """
    node = require_npm_clients()
    command = [node, "--require", str(NODE_FOLDER / "preload.js"), str(NODE_FOLDER / script), *arguments]
    async with trio.open_nursery() as nursery:
        environment = {**os.environ, "KURENTO_CLIENT": str(NPM_CLIENTS[client])}
        start = partial(
            trio.run_process, command, stdin=PIPE, stdout=PIPE, check=False, cwd=NODE_FOLDER, env=environment
        )
        process: trio.Process = await nursery.start(start)
        try:
            yield NodeProgram(process)
        finally:
            process.kill()
