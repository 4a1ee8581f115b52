"""How long tests wait for what must come: never as a measurement, only so that a test that fails comes to an end.

A test says what it waits for and goes on when it is there.  It says nothing about how long that took, because the
machine may be busy with other things.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import trio

__all__ = ["PATIENCE_S", "until"]

PATIENCE_S: Final = 90.0
"""Far longer than anything takes on a machine that works at all, and less than what pytest gives a test."""


async def until(condition: Callable[[], object], *, timeout_s: float = PATIENCE_S) -> None:
    """Wait for a callable to return something true.  Raises trio.TooSlowError."""
    with trio.fail_after(timeout_s):
        while not condition():  # noqa: ASYNC110 - conditions of all kinds, most of which tell nobody when they change
            await trio.sleep(0.005)
