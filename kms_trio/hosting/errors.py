"""What goes wrong between the server and a host process."""

from __future__ import annotations

__all__ = ["HostGoneError", "HostProtocolError"]


class HostProtocolError(ValueError):
    """The other side said something that makes no sense; the text says what was expected and what came."""


class HostGoneError(Exception):
    """The host process has ended, or is being ended; the text says why."""
