"""The chunks that are under way: what of them has arrived, was lost, or was given up (RFC 9260 section 6.2.1)."""

from __future__ import annotations

import heapq
from collections.abc import Iterator

from kms_trio.rtc.sctp.chunks import Sack
from kms_trio.rtc.sctp.outgoing import OutgoingMessage

__all__ = ["Chunk", "Outstanding"]

LOST_AFTER_REPORTS = 3
"""RFC 9260 section 7.2.4: reports of later chunks that make one count as lost."""


class Chunk:
    """A DATA chunk under way.

    `acked` chunks have arrived or were given up; `lost` ones wait to be sent again.  Neither counts as flying.
    """

    __slots__ = ("acked", "lost", "message", "missing_reports", "overtaken_by", "sent_at", "transmissions", "wire")

    def __init__(self, wire: bytes, message: OutgoingMessage, now: float) -> None:
        self.wire = wire
        self.message = message
        self.sent_at = now
        self.transmissions = 1
        self.missing_reports = 0
        self.overtaken_by = 0  # the first TSN that was sent after it; earlier ones say nothing about its fate
        self.acked = False
        self.lost = False


class Outstanding:
    """Chunks by TSN, from the one behind `acked_tsn` on."""

    def __init__(self, acked_tsn: int) -> None:
        self.acked_tsn = acked_tsn
        """Everything up to here has arrived."""
        self.flight_bytes = 0
        """What is neither known to have arrived nor to be lost, headers included."""
        self._chunks: dict[int, Chunk] = {}
        self._gap_acked: set[int] = set()
        self._lost: list[int] = []  # a heap of TSNs

    def __len__(self) -> int:
        return len(self._chunks)

    def get(self, tsn: int) -> Chunk | None:
        """The chunk with that TSN, unless it lies behind `acked_tsn`."""
        return self._chunks.get(tsn)

    def add(self, tsn: int, chunk: Chunk) -> None:
        """A chunk is sent for the first time."""
        self._chunks[tsn] = chunk
        self.flight_bytes += len(chunk.wire)

    # Acknowledgements.

    def ack_up_to(self, cumulative: int) -> tuple[int, Chunk | None]:
        """Everything up to there has arrived; how many bytes of it are news, and the newest such chunk."""
        acked_bytes = 0
        newest: Chunk | None = None
        for tsn in range(self.acked_tsn + 1, cumulative + 1):
            chunk = self._chunks.pop(tsn)
            self._gap_acked.discard(tsn)
            if not chunk.acked:
                acked_bytes += len(chunk.wire)
                self._ground(chunk)
                newest = chunk
        self.acked_tsn = cumulative
        return acked_bytes, newest

    def ack_gaps(self, sack: Sack) -> tuple[int, int | None]:
        """Bytes and highest TSN that the gap blocks behind `acked_tsn` acknowledge for the first time."""
        acked_bytes, highest = 0, None
        told: set[int] = set()
        for first, last in sack.gaps:
            for tsn in range(self.acked_tsn + first, self.acked_tsn + last + 1):
                told.add(tsn)
                if tsn in self._gap_acked:
                    continue
                self._gap_acked.add(tsn)
                chunk = self._chunks[tsn]
                if not chunk.acked:
                    acked_bytes += len(chunk.wire)
                    self._ground(chunk)
                    chunk.acked = True
                    highest = tsn
        for tsn in self._gap_acked - told:  # the peer has thrown it away again (section 6.2.1 D iii)
            self._gap_acked.discard(tsn)
            chunk = self._chunks[tsn]
            if not chunk.message.abandoned:
                chunk.acked = False
                self._wait(tsn, chunk)
        return acked_bytes, highest

    @property
    def has_gaps(self) -> bool:
        """Whether anything behind `acked_tsn` has arrived."""
        return bool(self._gap_acked)

    def overtaken(self, highest: int) -> Iterator[tuple[int, Chunk]]:
        """Count a report of each chunk that is missing below `highest`; gives those that are lost by that."""
        for tsn in range(self.acked_tsn + 1, highest):
            chunk = self._chunks[tsn]
            if chunk.acked or chunk.lost or highest < chunk.overtaken_by:
                continue
            chunk.missing_reports += 1
            if chunk.missing_reports >= LOST_AFTER_REPORTS:
                yield tsn, chunk

    def flying(self) -> list[tuple[int, Chunk]]:
        """Chunks of which nothing is known."""
        return [(tsn, chunk) for tsn, chunk in self._chunks.items() if not chunk.acked and not chunk.lost]

    # Losses.

    def lose(self, tsn: int, chunk: Chunk) -> None:
        """A flying chunk is to be sent again."""
        self._ground(chunk)
        self._wait(tsn, chunk)

    def next_lost(self) -> Chunk | None:
        """The first chunk that is to be sent again."""
        while self._lost:
            chunk = self._chunks.get(self._lost[0])
            if chunk is not None and chunk.lost:
                return chunk
            heapq.heappop(self._lost)
        return None

    def send_again(self, next_tsn: int) -> int:
        """What `next_lost` gave is sent again; returns its TSN."""
        tsn = heapq.heappop(self._lost)
        chunk = self._chunks[tsn]
        chunk.lost = False
        chunk.transmissions += 1
        chunk.overtaken_by = next_tsn
        self.flight_bytes += len(chunk.wire)
        return tsn

    def give_up(self, message: OutgoingMessage) -> None:
        """No fragment of a message is to be sent again (RFC 3758 section 3.5 A)."""
        for chunk in self._chunks.values():
            if chunk.message is message and not chunk.acked:
                self._ground(chunk)
                chunk.acked = True

    def _wait(self, tsn: int, chunk: Chunk) -> None:
        chunk.lost = True
        chunk.missing_reports = 0
        heapq.heappush(self._lost, tsn)

    def _ground(self, chunk: Chunk) -> None:
        if not chunk.lost:  # those left when they were lost
            self.flight_bytes -= len(chunk.wire)
        chunk.lost = False
