"""Fragments to messages, and messages into the order of their stream (RFC 9260 sections 6.5, 6.6 and 6.9).

Fragments of one message have TSNs in a row.  So neighbours are joined into runs as they come, whatever the stream, and
a run that has both a beginning and an end is a message.
"""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from kms_trio.rtc.sctp.chunks import Data
from kms_trio.rtc.sctp.errors import SctpViolationError
from kms_trio.rtc.sctp.serial import unwrap_ssn

__all__ = ["Arrived", "Reassembly"]

HELD_OVERHEAD_BYTES = 256
"""What keeping a fragment costs besides its payload; without it a flood of one-byte fragments would cost nothing."""


@attrs.frozen
class Arrived:
    """A whole message."""

    stream_id: int
    payload_protocol_id: int
    data: bytes


class _Run:
    """Fragments of one message with TSNs from `first` to `last`."""

    __slots__ = ("begin", "cost", "end", "first", "last", "model", "pieces", "size")

    def __init__(self, tsn: int, chunk: Data) -> None:
        self.first = self.last = tsn
        self.begin = chunk.begin
        self.end = chunk.end
        self.model = chunk
        self.pieces = [chunk.user_data]
        self.size = len(chunk.user_data)
        self.cost = self.size + HELD_OVERHEAD_BYTES

    def continued_by(self, later: _Run) -> bool:
        """Neighbours need not belong together: the end of a message that was given up may never have been sent."""
        ours, theirs = self.model, later.model
        return (
            not self.end
            and not later.begin
            and ours.stream_id == theirs.stream_id
            and ours.unordered is theirs.unordered
            and (ours.unordered or ours.stream_sequence_number == theirs.stream_sequence_number)
        )

    def join(self, later: _Run) -> None:
        self.last, self.end = later.last, later.end
        self.pieces += later.pieces
        self.size += later.size
        self.cost += later.cost

    def arrived(self) -> Arrived:
        first = self.model
        data = self.pieces[0] if len(self.pieces) == 1 else b"".join(self.pieces)
        return Arrived(first.stream_id, first.payload_protocol_id, data)


class Reassembly:
    """`held_bytes` is what waits for missing fragments or missing messages."""

    def __init__(self, max_message_bytes: int) -> None:
        self.held_bytes = 0
        self._max_message_bytes = max_message_bytes
        self._by_first: dict[int, _Run] = {}
        self._by_last: dict[int, _Run] = {}
        self._next_ssn: dict[int, int] = {}
        self._waiting: dict[int, dict[int, _Run]] = {}  # whole ordered messages by stream and unwrapped SSN

    def add(self, tsn: int, chunk: Data) -> list[Arrived]:
        """Take a fragment that has not come before; returns the messages that can be delivered now, in order.

        Raises SctpViolationError for a message that is too large; the association is of no use then.
        """
        run = _Run(tsn, chunk)
        if chunk.begin and chunk.end:
            return self._complete(run)
        self.held_bytes += run.cost
        before = self._by_last.get(tsn - 1)
        if before is not None and before.continued_by(run):
            del self._by_last[before.last]
            before.join(run)
            run = before
        after = self._by_first.get(tsn + 1)
        if after is not None and run.continued_by(after):
            del self._by_first[after.first], self._by_last[after.last]
            run.join(after)
        if run.size > self._max_message_bytes:
            raise SctpViolationError(f"SCTP message is larger than {self._max_message_bytes} bytes")
        if run.begin and run.end:
            self._by_first.pop(run.first, None)
            self.held_bytes -= run.cost
            return self._complete(run)
        self._by_first[run.first] = self._by_last[run.last] = run
        return []

    def _complete(self, run: _Run) -> list[Arrived]:
        chunk = run.model
        if chunk.unordered:
            return [run.arrived()]
        stream_id = chunk.stream_id
        expected = self._next_ssn.get(stream_id, 0)
        ssn = unwrap_ssn(chunk.stream_sequence_number, expected)
        if ssn == expected:
            self._next_ssn[stream_id] = ssn + 1
            if stream_id not in self._waiting:
                return [run.arrived()]
            return [run.arrived(), *self._drain(stream_id)]
        waiting = self._waiting.setdefault(stream_id, {})
        if ssn > expected and ssn not in waiting:
            waiting[ssn] = run
            self.held_bytes += run.cost
        return []

    def _drain(self, stream_id: int) -> list[Arrived]:
        """What of the waiting messages is next in its stream."""
        waiting = self._waiting[stream_id]
        arrived = []
        ssn = self._next_ssn.get(stream_id, 0)
        while (run := waiting.pop(ssn, None)) is not None:
            self.held_bytes -= run.cost
            arrived.append(run.arrived())
            ssn += 1
        self._next_ssn[stream_id] = ssn
        if not waiting:
            del self._waiting[stream_id]
        return arrived

    def forward(self, cumulative_tsn: int, streams: Iterable[tuple[int, int]]) -> list[Arrived]:
        """The sender gave up what is missing up to a TSN and, in these streams, a sequence number (RFC 3758 s. 3.6)."""
        for run in [run for run in self._by_first.values() if run.first <= cumulative_tsn]:
            del self._by_first[run.first]
            del self._by_last[run.last]
            self.held_bytes -= run.cost
        arrived: list[Arrived] = []
        for stream_id, wire_ssn in streams:
            expected = self._next_ssn.get(stream_id, 0)
            ssn = unwrap_ssn(wire_ssn, expected)
            if ssn < expected:
                continue
            self._next_ssn[stream_id] = ssn + 1
            waiting = self._waiting.get(stream_id)
            if waiting is None:
                continue
            for passed in sorted(each for each in waiting if each <= ssn):
                run = waiting.pop(passed)
                self.held_bytes -= run.cost
                arrived.append(run.arrived())
            arrived += self._drain(stream_id)
        return arrived

    def reset(self, stream_id: int) -> None:
        """The stream's sequence numbers begin anew (RFC 6525 section 5.2.2)."""
        self._next_ssn.pop(stream_id, None)
        for run in self._waiting.pop(stream_id, {}).values():
            self.held_bytes -= run.cost

    @property
    def streams(self) -> tuple[int, ...]:
        """Streams that something ordered has come on since their last reset."""
        return tuple(self._next_ssn)
