"""Serial numbers of SCTP (RFC 1982) turned into integers that never wrap.

TSNs (32 bits) and stream sequence numbers (16 bits) are unwrapped where they come in and masked where they go out, so
that all code between can compare and subtract them.
"""

from __future__ import annotations

TSN_MASK = 0xFFFFFFFF
SSN_MASK = 0xFFFF


def unwrap_tsn(tsn: int, near: int) -> int:
    """The number nearest to `near` whose low 32 bits are `tsn`."""
    return near + ((tsn - near + 0x80000000) & 0xFFFFFFFF) - 0x80000000


def unwrap_ssn(ssn: int, near: int) -> int:
    """The number nearest to `near` whose low 16 bits are `ssn`."""
    return near + ((ssn - near + 0x8000) & 0xFFFF) - 0x8000
