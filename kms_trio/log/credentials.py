"""Secrets in messages of the protocol, taken out of what is logged.

Those are the users and passwords in URLs (`turnUrl`, cameras, places to upload to), and what encrypts media: the ICE
credentials (RFC 8839 section 5.4) and SDES keys (RFC 4568 section 9.1) in descriptions, and the keys that an
RtpEndpoint is created with (`SDES`).
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["without_credentials"]

# The whole of a JSON text that has a user and a password in front of an address.  SDP has blanks and is passed over.
_URL: Final = re.compile(r'"((?:[A-Za-z][A-Za-z0-9+.-]*:\\?/\\?/)?)[^"\s@]+:[^"\s]+@')
# Inside of a JSON text, where a line ends with an escape, and a slash may be one.
_ICE: Final = re.compile(r"(a=ice-(?:ufrag|pwd):)(?:\\/|[^\"\s\\])+")
_INLINE: Final = re.compile(r"(\binline:)(?:\\/|[^\"\s\\|;])+")
_CRYPTO: Final = re.compile(r'"crypto"\s*:\s*\{(?:[^{}"]|"(?:[^"\\]|\\.)*")*\}')
_KEY: Final = re.compile(r'("key(?:Base64)?"\s*:\s*)"(?:[^"\\]|\\.)*"')


def without_credentials(message: str | bytes) -> str:
    """A message of the protocol as it may be logged."""
    text = message if isinstance(message, str) else message.decode(errors="replace")
    text = _URL.sub(r'"\1<user:password>@', text)
    text = _ICE.sub(r"\1<secret>", text)
    text = _INLINE.sub(r"\1<secret>", text)
    return _CRYPTO.sub(lambda crypto: _KEY.sub(r'\1"<secret>"', crypto[0]), text)
