"""Transaction ids of our requests (RFC 8489 section 5): whose a request is, and whether its answer may wait."""

from __future__ import annotations

from typing import Protocol

from kms_trio.rtc.stun.constants import PATIENT_MARK, TRANSACTION_ID_SIZE_BYTES

__all__ = ["new_transaction_id"]


class Bits(Protocol):
    """Where chance comes from."""

    def getrandbits(self, k: int, /) -> int:
        """So many random bits."""


def new_transaction_id(random: Bits, prefix: bytes = b"", *, patient: bool = False) -> bytes:
    """12 bytes that begin with `prefix`, all others but the one bit of `PATIENT_MARK` are random."""
    size = TRANSACTION_ID_SIZE_BYTES - len(prefix)
    number = random.getrandbits(8 * size) & ~PATIENT_MARK
    return prefix + (number | PATIENT_MARK * patient).to_bytes(size)
