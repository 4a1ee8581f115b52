"""URIs in texts that people read."""

from __future__ import annotations

__all__ = ["without_password"]


def without_password(uri: str) -> str:
    """`uri` without user and password, for logs and events."""
    scheme, separator, rest = uri.partition("://")
    authority, slash, path = rest.partition("/")
    return f"{scheme}{separator}{authority.rpartition('@')[2]}{slash}{path}"
