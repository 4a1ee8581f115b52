"""A test that was cancelled before its end fails: what it would have asserted there has not been looked at.

pytest-trio's `nursery` is the one that the test itself runs in. A test that cancels it goes no further than to the next
checkpoint, be that in the exit of an `async with`, and would pass.
"""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Generator
from inspect import iscoroutinefunction
from typing import Any

import attrs
import pytest
import trio

__all__ = ["CutShort", "pytest_runtest_call"]


class CutShort(AssertionError):  # noqa: N818 - said of a test
    """The test was cancelled, and nothing else went wrong with it."""


@attrs.define
class _Watched:
    """A test function that says whether it was cancelled."""

    cancelled: bool = False

    def watching(self, test: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
        @functools.wraps(test)
        async def watched(**arguments: Any) -> None:
            try:
                await test(**arguments)
            except trio.Cancelled:
                self.cancelled = True
                raise
            except BaseExceptionGroup as several:
                self.cancelled = self.cancelled or several.subgroup(trio.Cancelled) is not None
                raise

        return watched


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Before pytest-trio wraps the function in `trio.run`, which swallows that it was cancelled."""
    watched = _Watched()
    function = getattr(item, "obj", None)
    if iscoroutinefunction(function) and not hasattr(function, "hypothesis"):  # which may have no such fixture
        item.obj = watched.watching(function)  # type: ignore[attr-defined]  # a pytest.Function, as it has one
    yield
    if watched.cancelled:
        raise CutShort("the test cancelled itself before its end: give what it starts a nursery of its own")
