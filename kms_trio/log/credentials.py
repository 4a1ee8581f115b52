"""Credentials in URLs, taken out of what is logged: `turnUrl`, cameras, places to upload to."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["without_credentials"]

# The whole of a JSON text that has a user and a password in front of an address.  SDP has blanks and is passed over.
_URL: Final = re.compile(r'"((?:[A-Za-z][A-Za-z0-9+.-]*:\\?/\\?/)?)[^"\s@]+:[^"\s]+@')


def without_credentials(message: str | bytes) -> str:
    """A message of the protocol as it may be logged."""
    text = message if isinstance(message, str) else message.decode(errors="replace")
    return _URL.sub(r'"\1<user:password>@', text)
