"""The one error of this package."""

from __future__ import annotations


class StunError(Exception):
    """The datagram is no well-formed STUN message; the text says what was expected and what came."""
