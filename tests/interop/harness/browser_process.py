"""What processes of browsers have in common: a group to end, a pipe that must not fill."""

from __future__ import annotations

import os
import signal
from contextlib import suppress

import trio

__all__ = ["drain", "end_group"]


def end_group(process: trio.Process) -> None:
    """Ends a process and all others of its group."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


async def drain(errors: trio.abc.ReceiveStream) -> None:
    """Reads on, so that the browser never blocks on a full pipe."""
    async for _ in errors:
        pass
