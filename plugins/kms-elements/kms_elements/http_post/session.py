"""The session of one endpoint: whose it is, and when it is over."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Final

from kms_trio.media.callbacks import ignore
from kms_trio.media.flow import TimerHandle, Timers

__all__ = ["COOKIE_NAME", "HttpSession"]

COOKIE_NAME: Final = "HttpEPCookie"


class HttpSession:
    """Begins with the first request and belongs to its client, who shows the cookie that it was given then.

    It is over when the client had no connection for `timeout_s`.
    """

    def __init__(
        self, timers: Timers, timeout_s: float, on_started: Callable[[], None], on_over: Callable[[], None]
    ) -> None:
        self._timers = timers
        self._timeout_s = max(0.0, timeout_s)
        self._on_started = on_started
        self._on_over = on_over
        self._connections = 0
        self._timer: TimerHandle | None = None
        self.cookie: str | None = None
        """None before the session has begun."""

    def admits(self, cookie: str | None) -> bool:
        """Whether a client that shows `cookie` may come in."""
        return self.cookie is None or (
            cookie is not None and secrets.compare_digest(cookie.encode(), self.cookie.encode())
        )

    def connected(self) -> None:
        """A connection of the client begins."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._connections += 1
        if self.cookie is None:
            self.cookie = secrets.token_urlsafe(16)
            self._on_started()

    def disconnected(self) -> None:
        """A connection is over."""
        self._connections -= 1
        if not self._connections:
            self._timer = self._timers.call_later(self._timeout_s, self._on_over)

    def close(self) -> None:
        """Watch no longer."""
        self._connections += 1  # so that no connection is the last one
        self._on_started = self._on_over = ignore
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
