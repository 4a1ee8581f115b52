"""The one error of this package."""

from __future__ import annotations


class TurnError(Exception):
    """A URL that names no TURN server, or bytes that are no TURN; the text never holds a secret."""
