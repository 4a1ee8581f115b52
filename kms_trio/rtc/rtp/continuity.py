"""Sequence numbers and timestamps that go on where a source jumps (RFC 3550 sections 5.1 and A.1).

A sender that is restarted, or whose clock is set, may keep its SSRC and begin elsewhere.  Whoever reads the stream
wants neither minutes of nothing nor minutes of the past; so jumps are taken out here, once for all.
"""

from __future__ import annotations

from typing import Final

from kms_trio.rtc.rtp.sequence import SequenceUnwrapper, TimestampUnwrapper

__all__ = ["SequenceContinuity", "TimestampContinuity"]

MAX_LATE: Final = 512
"""A packet so far behind may be late; two with numbers in a row, one after the other, are a source that counts anew."""
BACK_S: Final = 1.0
"""Timestamps may go back by so much: pictures that are shown in another order than they are sent in."""
AHEAD_S: Final = 2.0
"""Timestamps may get ahead of what has passed since the packet before by so much: it was stuck on its way."""
SHORTEST_S: Final = 0.01
"""What passes at least where timestamps jump, so that frames before and after are told apart."""


class SequenceContinuity(SequenceUnwrapper):
    """Unwrapped numbers of a source that counts anew go on in a later cycle; `& 0xFFFF` is still what was on the wire.

    The first packet of the new run comes out as a late one: it cannot be told from one.
    """

    __slots__ = ("_expected",)

    def __init__(self) -> None:
        super().__init__()
        self._expected: int | None = None

    def unwrap(self, sequence_number: int) -> int:
        """See `SequenceUnwrapper.unwrap`."""
        highest = self.highest
        if highest is None:
            return super().unwrap(sequence_number)
        unwrapped = highest + ((sequence_number - highest + 0x8000) & 0xFFFF) - 0x8000
        if unwrapped > highest:
            self.highest = unwrapped
        elif unwrapped < highest - MAX_LATE:
            if unwrapped == self._expected:
                self.highest = unwrapped = unwrapped + 0x10000
                self._expected = None
            else:
                self._expected = unwrapped + 1
        return unwrapped

    def nearest(self, sequence_number: int) -> int:
        """The unwrapped number of a packet that is known to be late: a retransmission."""
        return SequenceUnwrapper.unwrap(self, sequence_number)


class TimestampContinuity(TimestampUnwrapper):
    """Unwrapped timestamps without jumps: where the source's clock jumps, as much passes as did at the receiver.

    `sequence` is that of the same source, so that what is late is no jump.
    """

    __slots__ = ("_ahead", "_back", "_clock_rate_hz", "_former_shift", "_heard_at", "_sequence", "shift")

    def __init__(self, clock_rate_hz: int, sequence: SequenceUnwrapper) -> None:
        super().__init__()
        self.shift = 0  #: what jumps have added to the timestamps on the wire, in ticks
        self._former_shift = 0
        self._sequence = sequence
        self._clock_rate_hz = clock_rate_hz
        self._back = -round(BACK_S * clock_rate_hz)
        self._ahead = round(AHEAD_S * clock_rate_hz)
        self._heard_at = 0.0

    def place(self, timestamp: int, number: int, now: float) -> int:
        """The unwrapped timestamp of the packet with that unwrapped number, which came at `now` (monotonic seconds)."""
        last = self.last
        if last is None:
            self._heard_at = now
            return super().unwrap(timestamp)
        step = ((timestamp + self.shift - last + 0x80000000) & 0xFFFFFFFF) - 0x80000000
        if not self._back < step < self._ahead:
            if self._sequence.highest is not None and number < self._sequence.highest:
                return self._late(timestamp, last + step, last)
            step = self._stepped(step, now)
        self.last = unwrapped = last + step
        self._heard_at = now
        return unwrapped

    def reported(self, timestamp: int, now: float) -> int | None:
        """The unwrapped timestamp that a sender report names, which came at `now`.

        None before any packet, and for one that is nowhere near them: it speaks of what is before or after a jump.
        """
        last = self.last
        if last is None:
            return None
        step = ((timestamp + self.shift - last + 0x80000000) & 0xFFFFFFFF) - 0x80000000
        passed = round((now - self._heard_at) * self._clock_rate_hz)
        return last + step if self._back - self._ahead < step < passed + self._ahead else None

    def _late(self, timestamp: int, unwrapped: int, last: int) -> int:
        """That of a late packet, perhaps from before the last jump; those that follow are not measured by it."""
        before = last + ((timestamp + self._former_shift - last + 0x80000000) & 0xFFFFFFFF) - 0x80000000
        return min(unwrapped, before, key=lambda each: abs(each - last))

    def _stepped(self, step: int, now: float) -> int:
        """How much has passed where the timestamps have made a large step."""
        passed = round(max(SHORTEST_S, now - self._heard_at) * self._clock_rate_hz)
        if 0 < step < passed + self._ahead:
            return step  # a pause of the source
        self._former_shift = self.shift
        self.shift += passed - step
        return passed
