"""The one error of this package."""

from __future__ import annotations


class DtlsError(Exception):
    """A certificate cannot be used, or a connection is not in a state for what was asked of it."""
