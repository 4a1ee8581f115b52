"""Short-term credentials of ICE (RFC 8839 section 5.4)."""

from __future__ import annotations

import string
from typing import Final, Protocol

import attrs

ICE_CHARACTERS: Final = string.ascii_letters + string.digits + "+/"
"""`ice-char`: 64 characters, so 6 random bits make one."""

_UFRAG_LENGTH: Final = 8
_PASSWORD_LENGTH: Final = 24


class RandomSource(Protocol):
    """Where randomness comes from; `random.SystemRandom()` in the server, a seeded `random.Random` in tests."""

    def getrandbits(self, k: int, /) -> int:
        """`k` random bits."""
        ...

    def random(self) -> float:
        """A number from 0.0 up to but not including 1.0."""
        ...


@attrs.frozen
class IceCredentials:
    """What one side tells the other in SDP: `a=ice-ufrag` and `a=ice-pwd`."""

    ufrag: str
    """Names the agent: 4 to 256 characters."""
    password: str = attrs.field(repr=False)
    """Signs the requests sent to the agent: 22 to 256 characters."""

    @property
    def key(self) -> bytes:
        """The password as key for MESSAGE-INTEGRITY (RFC 8489 section 9.1.1)."""
        return self.password.encode()


def make_credentials(random: RandomSource) -> IceCredentials:
    """New credentials: 48 random bits of ufrag and 144 of password (at least 24 and 128 are asked for).

    Args:
        random: must be cryptographically strong in a server, since the password keeps strangers out.
    """
    length = _UFRAG_LENGTH + _PASSWORD_LENGTH
    bits = random.getrandbits(6 * length)  # at once: each draw from the system's source is a system call
    text = "".join([ICE_CHARACTERS[bits >> 6 * place & 63] for place in range(length)])
    return IceCredentials(text[:_UFRAG_LENGTH], text[_UFRAG_LENGTH:])
