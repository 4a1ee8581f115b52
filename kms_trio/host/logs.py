"""Log lines of a host process: sent to the server, which writes them among its own."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

__all__ = ["ServerHandler"]


class ServerHandler(logging.Handler):
    """`say` sends a message to the server; it may be called from any thread."""

    def __init__(self, say: Callable[[dict[str, Any]], None]) -> None:
        super().__init__()
        self._say = say

    def emit(self, record: logging.LogRecord) -> None:
        """Called by `logging`."""
        try:
            self._say({"log": record.name, "level": record.levelno, "text": self.format(record)})
        except Exception:  # noqa: BLE001 - the rule of logging handlers: a line that cannot be written ends nothing
            self.handleError(record)
