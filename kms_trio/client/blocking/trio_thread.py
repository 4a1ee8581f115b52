"""A thread in which Trio runs, for callers that block."""

from __future__ import annotations

import math
import threading
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import trio

T = TypeVar("T")


class TrioThread:
    """Runs from its making until `stop`. A daemon: a script that forgets to close ends all the same."""

    def __init__(self) -> None:
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="kms_trio.client", daemon=True)
        self._thread.start()
        self._ready.wait()

    def call(self, function: Callable[..., Awaitable[T]], *arguments: Any, timeout_s: float = math.inf) -> T:
        """Run an async function there and wait for it. Raises what it raises, or TimeoutError."""

        async def timed() -> T:
            with trio.fail_after(timeout_s):
                return await function(*arguments)

        try:
            return trio.from_thread.run(timed, trio_token=self._token)
        except trio.TooSlowError:
            raise TimeoutError(f"no answer within {timeout_s:g} s") from None

    def start(self, function: Callable[..., Awaitable[Any]], timeout_s: float) -> None:
        """Start a task that runs until `stop`, and wait until it says that it has begun. Raises like `call`."""
        self.call(self._nursery.start, function, timeout_s=timeout_s)

    def stop(self) -> None:
        """End all tasks and the thread."""
        trio.from_thread.run_sync(self._nursery.cancel_scope.cancel, trio_token=self._token)
        self._thread.join()

    def _run(self) -> None:
        trio.run(self._main)

    async def _main(self) -> None:
        self._token = trio.lowlevel.current_trio_token()
        async with trio.open_nursery() as self._nursery:
            self._ready.set()
            await trio.sleep_forever()
