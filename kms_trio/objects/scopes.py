"""Supervision: the core nursery holds one nursery a pipeline, that one one an element; a crash stays where it was.

A `Scope` runs the tasks of one object. Its nursery is opened by the first task, so an object without tasks costs
nothing. An exception in a task ends that task alone and goes to the scope's `on_crash`; it never reaches the nursery
above. Closing a scope cancels its tasks, and with them the scopes below it, and waits a bounded time for them.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

import trio

from kms_trio.media.callbacks import ignore

logger = logging.getLogger(__name__)

#: How long the tasks of a closed scope may take to clean up after themselves.
CLOSE_DEADLINE_S: Final = 5.0

AsyncFunction = Callable[..., Awaitable[Any]]


class Supervisor:
    """The root of the tree: lends its nursery, the core nursery, to the scopes of pipelines."""

    def __init__(self) -> None:
        self._nursery: trio.Nursery | None = None

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Keep the core nursery open until cancelled. May be run once."""
        async with trio.open_nursery() as nursery:
            self._nursery = nursery
            task_status.started()
            await trio.sleep_forever()

    def adopt(self, run: Callable[[], Awaitable[None]]) -> None:
        """Run a scope's host task. Raises RuntimeError before `run` has started."""
        if self._nursery is None:
            raise RuntimeError("the supervisor is not running")
        self._nursery.start_soon(run)


class Scope:
    """The tasks of one object, inside the scope of the object above it."""

    def __init__(self, name: str, parent: Scope | Supervisor, on_crash: Callable[[Exception], None]) -> None:
        self.name = name
        self._parent = parent
        self._on_crash = on_crash
        self._nursery: trio.Nursery | None = None
        self._waiting: list[tuple[AsyncFunction, tuple[Any, ...]]] = []
        self._hosted = False
        self._finish: trio.Event | None = None
        self._done: trio.Event | None = None
        self._closed = False

    @property
    def active(self) -> bool:
        """Whether a host task exists, so that closing has something to wait for."""
        return self._hosted

    def spawn(self, async_fn: AsyncFunction, *args: Any) -> None:
        """Run `async_fn(*args)` as a task of this object. After `close` it is not run at all."""
        if self._closed:
            return
        if self._nursery is not None:
            self._nursery.start_soon(self._guard, async_fn, args)
            return
        self._waiting.append((async_fn, args))
        if not self._hosted:
            self._hosted = True
            self._done = trio.Event()
            self._parent.adopt(self._host)

    def adopt(self, run: Callable[[], Awaitable[None]]) -> None:
        """Run the host task of a scope below this one, which guards its own tasks."""
        self.spawn(run)

    @property
    def ended(self) -> bool:
        """Whether no task runs, and after `close` none will."""
        return self._done is None or self._done.is_set()

    async def close(self, deadline_s: float = CLOSE_DEADLINE_S) -> None:
        """Cancel all tasks and wait for them, shielded, at most `deadline_s`; idempotent."""
        self._closed = True
        self._waiting.clear()
        if self._done is None:
            return
        if self._nursery is not None:
            self._nursery.cancel_scope.cancel()
        with trio.move_on_after(deadline_s, shield=True) as patience:
            await self._done.wait()
        if patience.cancelled_caught:
            logger.warning("%s: tasks are still running %.0f s after they were cancelled", self.name, deadline_s)

    def let_go(self) -> None:
        """The owner is gone; to be called when the scope is closed and has `ended`."""
        self._on_crash = ignore

    async def _host(self) -> None:
        """Hold the nursery open: a nursery whose last task has ended takes no new ones."""
        assert self._done is not None
        try:
            if self._closed:
                return
            async with trio.open_nursery() as nursery:
                self._nursery = nursery
                for async_fn, args in self._waiting:
                    nursery.start_soon(self._guard, async_fn, args)
                self._waiting.clear()
                await trio.sleep_forever()
        finally:
            self._closed = True
            self._nursery = None
            self._done.set()

    async def _guard(self, async_fn: AsyncFunction, args: tuple[Any, ...]) -> None:
        """Named guard: whatever a task of this object raises is reported here and goes no further."""
        try:
            await async_fn(*args)
        except Exception as crash:  # noqa: BLE001 - this is the guard
            self._on_crash(crash)
        except BaseExceptionGroup as group:
            crashes, rest = group.split(Exception)
            try:
                if crashes is not None:
                    self._on_crash(crashes)
                if rest is not None:
                    raise rest from None
            finally:
                del crashes, rest  # their tracebacks have this frame
