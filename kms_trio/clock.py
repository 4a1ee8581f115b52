"""Conversions between Unix, NTP and header-extension time, and the clock interface.

The conversions are pure: nothing below the clock interface reads a clock, so protocol
code takes ``now`` as an argument and is tested in virtual time.

- NTP timestamps: RFC 3550 section 4 and RFC 5905 section 6 (seconds since 1900 in
  32.32 fixed point).
- ``abs-send-time``: 24 bits, 6.18 fixed point of the NTP seconds, wraps every 64 s.
"""

from __future__ import annotations

import time
from typing import Final, Protocol

#: Seconds between the NTP epoch (1900-01-01) and the Unix epoch (1970-01-01).
NTP_UNIX_OFFSET_S: Final = 2_208_988_800

_FRACTION: Final = 1 << 32
_NTP_MASK: Final = (1 << 64) - 1


class Clock(Protocol):
    """Where time comes from; tests pass one of their own."""

    def monotonic(self) -> float:
        """Seconds that never go backwards, from an arbitrary start."""
        ...

    def unix(self) -> float:
        """Seconds since 1970-01-01 UTC; may jump when the machine's clock is set."""
        ...


class SystemClock:
    """The machine's own clocks."""

    def monotonic(self) -> float:
        """Seconds of the machine's monotonic clock (trio's default clock has another start)."""
        return time.monotonic()

    def unix(self) -> float:
        """Seconds since 1970-01-01 UTC by the machine's wall clock."""
        return time.time()


def ntp_from_unix(unix_s: float) -> int:
    """The 64-bit NTP timestamp (RFC 3550 section 4) of ``unix_s``; wraps with the NTP era in 2036."""
    whole_s = int(unix_s // 1)
    fraction = int((unix_s - whole_s) * _FRACTION)
    return (((whole_s + NTP_UNIX_OFFSET_S) << 32) + fraction) & _NTP_MASK


def unix_from_ntp(ntp: int) -> float:
    """Seconds since 1970-01-01 UTC of a 64-bit NTP timestamp of era 0 (until 2036)."""
    return (ntp >> 32) - NTP_UNIX_OFFSET_S + (ntp & 0xFFFF_FFFF) / _FRACTION


def ntp_middle(ntp: int) -> int:
    """The middle 32 bits of a 64-bit NTP timestamp: LSR of RFC 3550 section 6.4.1, in 1/65536 s."""
    return (ntp >> 16) & 0xFFFF_FFFF


def abs_send_time(unix_s: float) -> int:
    """The 24-bit ``abs-send-time`` value of ``unix_s``: 6.18 fixed point seconds, wraps every 64 s."""
    return (ntp_from_unix(unix_s) >> 14) & 0xFF_FFFF
