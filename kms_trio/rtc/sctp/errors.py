"""The errors of this package."""

from __future__ import annotations


class SctpError(Exception):
    """Bytes that are no SCTP, or a request that the association or a channel is not in a state for."""


class BufferFullError(SctpError):
    """A message was not taken: too much waits to be sent already."""


class SctpViolationError(SctpError):
    """The peer broke a rule in a way that leaves the association without a defined state."""
