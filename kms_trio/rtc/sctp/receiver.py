"""The receiving half: which TSNs have come, when that is acknowledged, and with which window (RFC 9260 section 6.2)."""

from __future__ import annotations

import bisect

from kms_trio.rtc.sctp.chunks import Data, ForwardTsn, Sack
from kms_trio.rtc.sctp.reassembly import Arrived, Reassembly
from kms_trio.rtc.sctp.serial import TSN_MASK, unwrap_tsn

__all__ = ["RECEIVE_BUFFER_BYTES", "Receiver"]

RECEIVE_BUFFER_BYTES = 1 << 20
"""The window announced while nothing is held; four of the largest messages."""

HELD_LIMIT_BYTES = 2 * RECEIVE_BUFFER_BYTES
"""What is held at most: more than the window, as the peer does not count what keeping a fragment costs."""

DELAYED_ACK_S = 0.2
"""RFC 9260 section 6.2: every second packet is acknowledged, or this long after the first."""

MAX_GAPS = 200
"""What a SACK names at most; the packet would become too large otherwise."""

MAX_DUPLICATES = 20

MAX_AHEAD = 1 << 14
"""TSNs that are further ahead of the cumulative one are not taken: no honest window is that large."""


class Receiver:
    """`initial_tsn` is the peer's. Bytes that the owner keeps back go into `kept_back_bytes` and narrow the window."""

    def __init__(self, initial_tsn: int, max_message_bytes: int) -> None:
        self.cumulative_tsn = initial_tsn - 1
        self.kept_back_bytes = 0
        self.sack_at: float | None = None
        """When an acknowledgement is due at the latest; None: nothing is to be acknowledged."""
        self.sack_now = False
        self.chunks_dropped = 0
        self.reassembly = Reassembly(max_message_bytes)
        self._ranges: list[list[int]] = []  # [first, last] of what lies beyond the cumulative TSN, ascending
        self._duplicates: list[int] = []
        self._packets = 0
        self._closed_window = False

    @property
    def window_bytes(self) -> int:
        """What the peer may send."""
        return max(0, RECEIVE_BUFFER_BYTES - self.reassembly.held_bytes - self.kept_back_bytes)

    def receive_data(self, chunk: Data) -> list[Arrived]:
        """Take a chunk; returns messages that are whole and next in order. Raises SctpViolationError."""
        tsn = unwrap_tsn(chunk.tsn, self.cumulative_tsn)
        if chunk.immediate:
            self.sack_now = True
        if self._known(tsn):
            self.sack_now = True
            if len(self._duplicates) < MAX_DUPLICATES:
                self._duplicates.append(chunk.tsn)
            return []
        next_in_line = tsn == self.cumulative_tsn + 1
        if self._is_full(next_in_line) or tsn - self.cumulative_tsn > MAX_AHEAD:
            self.chunks_dropped += 1
            self.sack_now = True
            return []
        if not next_in_line or self._ranges:
            self.sack_now = True  # RFC 9260 section 6.7: losses are told at once
        self._insert(tsn)
        return self.reassembly.add(tsn, chunk)

    def packet_received(self, now: float) -> None:
        """All DATA chunks of one packet have been given."""
        self._packets += 1
        if self._packets >= 2:
            self.sack_now = True
        if self.sack_at is None:
            self.sack_at = now + DELAYED_ACK_S

    def receive_forward_tsn(self, chunk: ForwardTsn) -> list[Arrived]:
        """RFC 3758 section 3.6: what is missing up to there will not come."""
        tsn = unwrap_tsn(chunk.new_cumulative_tsn, self.cumulative_tsn)
        self.sack_now = True
        if not self.cumulative_tsn < tsn <= self.cumulative_tsn + MAX_AHEAD:
            return []
        self.cumulative_tsn = tsn
        while self._ranges and self._ranges[0][0] <= self.cumulative_tsn + 1:
            self.cumulative_tsn = max(self.cumulative_tsn, self._ranges.pop(0)[1])
        return self.reassembly.forward(tsn, chunk.streams)

    def make_sack(self) -> Sack:
        """The acknowledgement that is due."""
        self.sack_now, self.sack_at, self._packets = False, None, 0
        base = self.cumulative_tsn
        duplicates, self._duplicates = self._duplicates, []
        window_bytes = self.window_bytes
        self._closed_window = window_bytes < RECEIVE_BUFFER_BYTES // 4
        return Sack(
            base & TSN_MASK,
            window_bytes,
            [(first - base, last - base) for first, last in self._ranges[:MAX_GAPS]],
            duplicates,
        )

    def owner_has_taken_all(self) -> None:
        """Nothing is kept back any more; the peer hears of it if it was told of a small window."""
        self.kept_back_bytes = 0
        if self._closed_window and self.window_bytes >= RECEIVE_BUFFER_BYTES // 2:
            self.sack_now = True

    def _is_full(self, next_in_line: bool) -> bool:
        """The chunk that is missing may be what frees all the others - unless it is the owner who takes nothing."""
        held_bytes = self.reassembly.held_bytes + self.kept_back_bytes
        return self.kept_back_bytes >= RECEIVE_BUFFER_BYTES or (held_bytes >= HELD_LIMIT_BYTES and not next_in_line)

    def _known(self, tsn: int) -> bool:
        if tsn <= self.cumulative_tsn:
            return True
        if not self._ranges:
            return False
        at = bisect.bisect_right(self._ranges, tsn, key=_first) - 1
        return at >= 0 and tsn <= self._ranges[at][1]

    def _insert(self, tsn: int) -> None:
        ranges = self._ranges
        if tsn == self.cumulative_tsn + 1:
            self.cumulative_tsn = tsn
            if ranges and ranges[0][0] == tsn + 1:
                self.cumulative_tsn = ranges.pop(0)[1]
            return
        at = bisect.bisect_right(ranges, tsn, key=_first)
        joins_before = at > 0 and ranges[at - 1][1] == tsn - 1
        joins_after = at < len(ranges) and ranges[at][0] == tsn + 1
        if joins_before and joins_after:
            ranges[at - 1][1] = ranges.pop(at)[1]
        elif joins_before:
            ranges[at - 1][1] = tsn
        elif joins_after:
            ranges[at][0] = tsn
        else:
            ranges.insert(at, [tsn, tsn])


def _first(each: list[int]) -> int:
    return each[0]
