"""Programs that drive a client library: started, read line by line, ended. They write one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from subprocess import PIPE
from typing import Any

import attrs
import trio

from kms_trio.testing.patience import PATIENCE_S


class ProgramError(Exception):
    """The program ended, wrote `{"error": ...}`, or said nothing in time."""


@attrs.define(eq=False)
class Program:
    """A running program."""

    process: trio.Process
    _buffer: bytearray = attrs.field(factory=bytearray)

    async def next(self) -> dict[str, Any]:
        """The next object that it writes.

        Raises:
            ProgramError: it ended or failed instead.
        """
        assert self.process.stdout is not None
        with trio.fail_after(PATIENCE_S):
            while b"\n" not in self._buffer:
                chunk = await self.process.stdout.receive_some(65536)
                if not chunk:
                    raise ProgramError(f"ended without a line; last was {bytes(self._buffer)!r}")
                self._buffer += chunk
        line, _, rest = bytes(self._buffer).partition(b"\n")
        self._buffer[:] = rest
        message: dict[str, Any] = json.loads(line)
        if "error" in message:
            raise ProgramError(message["error"])
        return message

    async def tell(self, message: dict[str, Any]) -> None:
        """Writes one JSON line to its standard input."""
        assert self.process.stdin is not None
        await self.process.stdin.send_all(json.dumps(message).encode() + b"\n")


@asynccontextmanager
async def run_program(
    command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None
) -> AsyncIterator[Program]:
    """Runs a command for the length of the block."""
    async with trio.open_nursery() as nursery:
        start = partial(trio.run_process, command, stdin=PIPE, stdout=PIPE, check=False, cwd=folder, env=environment)
        process: trio.Process = await nursery.start(start)
        try:
            yield Program(process)
        finally:
            process.kill()
