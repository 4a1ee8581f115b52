"""A browser's page, whichever protocol drives the browser."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from kms_trio.testing.patience import PATIENCE_S

__all__ = ["BrowserPage", "PageError"]


class PageError(Exception):
    """JavaScript threw, a condition was not met in time, or the browser is gone."""


class BrowserPage(ABC):
    """What the tests do with a page.

    `console` is what it wrote to its console, and what it failed to catch.
    """

    console: list[str]

    @abstractmethod
    async def evaluate(self, expression: str, **values: Any) -> Any:
        """Evaluates JavaScript, waits for it if it is a promise, and returns its JSON value.

        `values` are there as constants of those names.

        Raises:
            PageError: it threw or was rejected.
        """

    async def wait_for(self, condition: str, *, within_s: float = PATIENCE_S, **values: Any) -> Any:
        """Waits until a JavaScript expression is truthy, and returns it; it may be a promise.

        Raises:
            PageError: it was not so `within_s`, or it threw.
        """
        value = await self.evaluate(
            "(async () => { const end = Date.now() + limit; for (;;) {"
            f" const value = await ({condition}); if (value) return value instanceof Node ? true : value;"
            " if (Date.now() > end) return null;"
            " await new Promise((resolve) => setTimeout(resolve, 50)); } })()",
            limit=within_s * 1000,
            **values,
        )
        if not value:
            text = await self.evaluate("document.body?.innerText ?? ''")
            raise PageError(f"not within {within_s} s: {condition}; console: {self.console[-20:]}; page: {text[:1500]}")
        return value

    async def click(self, selector: str) -> None:
        """Clicks an element once it is there and enabled."""
        await self.wait_for(
            "((node) => node && !node.disabled && !node.hidden)(document.querySelector(selector))", selector=selector
        )
        await self.evaluate("document.querySelector(selector).click()", selector=selector)
