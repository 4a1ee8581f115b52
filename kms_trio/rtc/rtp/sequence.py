"""Counters of fixed width turned into integers that never wrap (RFC 3550 appendix A.1, RFC 3711 section 3.3.1)."""

from __future__ import annotations


class SequenceUnwrapper:
    """16-bit sequence numbers to unlimited ones: each value is taken to be the one nearest to the highest so far.

    The first value gets one cycle (65536) added, so that packets which arrive out of order at the start do not come
    out negative; `unwrapped & 0xFFFF` is what was on the wire.
    """

    __slots__ = ("highest",)

    def __init__(self) -> None:
        self.highest: int | None = None  #: the highest number so far

    def unwrap(self, sequence_number: int) -> int:
        """Return the unwrapped number and remember it if it is the highest."""
        highest = self.highest
        if highest is None:
            self.highest = first = sequence_number + 0x10000
            return first
        # the signed 16-bit distance
        unwrapped = highest + ((sequence_number - highest + 0x8000) & 0xFFFF) - 0x8000
        if unwrapped > highest:
            self.highest = unwrapped
        return unwrapped


class TimestampUnwrapper:
    """32-bit timestamps to unlimited ones, each nearest to the last; the first gets one cycle (2^32) added."""

    __slots__ = ("last",)

    def __init__(self) -> None:
        self.last: int | None = None  #: the last timestamp seen

    def unwrap(self, timestamp: int) -> int:
        """Return the unwrapped timestamp and remember it."""
        last = self.last
        if last is None:
            self.last = first = timestamp + 0x100000000
            return first
        self.last = unwrapped = last + ((timestamp - last + 0x80000000) & 0xFFFFFFFF) - 0x80000000
        return unwrapped
