"""Programs that tests run and end."""

from __future__ import annotations

import contextlib
from typing import Final

import trio

__all__ = ["end_program"]

#: How long a program may take to end when it is asked to; the server itself promises 10 s.
GRACE_S: Final = 15.0


async def end_program(process: trio.Process, *, grace_s: float = GRACE_S) -> None:
    """Ask a program to end, and kill it if it does not: `deliver_cancel` of `trio.run_process`.

    Trio's own way warns before it kills what takes longer than 5 s.  Warnings are errors in tests: the program would
    live on, and the test wait for it.
    """
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
        await trio.sleep(grace_s)
        process.kill()
