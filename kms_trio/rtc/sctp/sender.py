"""The sending half: what is under way, what was lost, what is given up (RFC 9260 sections 6 and 7, RFC 3758)."""

from __future__ import annotations

import heapq

from kms_trio.rtc.sctp.chunks import ForwardTsn, Sack
from kms_trio.rtc.sctp.congestion import Congestion, RetransmissionTimeout
from kms_trio.rtc.sctp.outgoing import OutgoingMessage, OutgoingQueue
from kms_trio.rtc.sctp.packet import MAX_PACKET_BYTES
from kms_trio.rtc.sctp.serial import SSN_MASK, TSN_MASK, unwrap_tsn

__all__ = ["Sender"]

MAX_BURST_PACKETS = 4
"""RFC 9260 section 6.1 D: how much the peer's acknowledgement sets free at once, at most."""

LOST_AFTER_REPORTS = 3
"""RFC 9260 section 7.2.4: reports of later chunks that make one count as lost."""

MAX_FORWARDED_STREAMS = 250
"""Streams that one FORWARD TSN can name without becoming too large."""


class _Chunk:
    """A DATA chunk under way."""

    __slots__ = ("acked", "lost", "message", "missing_reports", "overtaken_by", "sent_at", "transmissions", "wire")

    def __init__(self, wire: bytes, message: OutgoingMessage, now: float) -> None:
        self.wire = wire
        self.message = message
        self.sent_at = now
        self.transmissions = 1
        self.missing_reports = 0
        self.overtaken_by = 0  # the first TSN that was sent after it; earlier ones say nothing about its fate
        self.acked = False
        self.lost = False  # and therefore to be sent again


class Sender:
    """`initial_tsn` is ours, `peer_window_bytes` what the peer's INIT said."""

    def __init__(self, initial_tsn: int, peer_window_bytes: int, *, partial_reliability: bool) -> None:
        self.queue = OutgoingQueue()
        self.congestion = Congestion()
        self.rto = RetransmissionTimeout()
        self.peer_window_bytes = peer_window_bytes
        self.partial_reliability = partial_reliability
        self.next_tsn = initial_tsn
        self.timeout_at: float | None = None
        """When what is under way counts as lost (T3-rtx)."""
        self.timeouts = 0
        """Timeouts since the peer last acknowledged anything."""
        self.chunks_retransmitted = 0
        self.messages_abandoned = 0
        self.violations = 0
        """SACKs that acknowledge what was never sent."""
        self._acked_tsn = initial_tsn - 1
        self._forwarded_tsn = initial_tsn - 1  # Advanced.Peer.Ack.Point of RFC 3758
        self._forward_due = False
        self._chunks: dict[int, _Chunk] = {}
        self._gap_acked: set[int] = set()
        self._lost: list[int] = []  # heap of TSNs
        self._flight_bytes = 0
        self._recovery_ends_at: int | None = None
        self._burst_bytes = MAX_BURST_PACKETS * MAX_PACKET_BYTES

    @property
    def idle(self) -> bool:
        """Everything was acknowledged or given up, nothing waits."""
        return not self._chunks and not self.queue

    @property
    def last_assigned_tsn(self) -> int:
        """As it is on the wire."""
        return (self.next_tsn - 1) & TSN_MASK

    # What the peer says.

    def receive_sack(self, sack: Sack, now: float) -> None:
        """RFC 9260 section 6.2.1."""
        cumulative = unwrap_tsn(sack.cumulative_tsn, self._acked_tsn)
        if cumulative < self._acked_tsn:
            return  # overtaken by a later one
        if not self._plausible(cumulative, sack):
            self.violations += 1
            return
        flight_before = self._flight_bytes
        moved = cumulative > self._acked_tsn
        acked_bytes = self._ack_up_to(cumulative, now)
        highest_new = None
        if sack.gaps or self._gap_acked:
            gap_bytes, highest_new = self._ack_gaps(cumulative, sack)
            acked_bytes += gap_bytes
        if moved or acked_bytes:
            self.timeouts = 0
        if self._recovery_ends_at is not None and cumulative >= self._recovery_ends_at:
            self._recovery_ends_at = None
        if moved and self._recovery_ends_at is None:
            self.congestion.acked(acked_bytes, flight_before)
        if sack.gaps:
            if self._recovery_ends_at is not None and moved:
                highest_new = cumulative + sack.gaps[-1][1]
            if highest_new is not None:
                self._count_missing(cumulative, highest_new, now)
        self.peer_window_bytes = max(0, sack.receiver_window_bytes - self._flight_bytes)
        if sack.receiver_window_bytes == 0:
            self.timeouts = 0  # it lives, it just cannot take more (section 6.1 A)
        self._burst_bytes = MAX_BURST_PACKETS * MAX_PACKET_BYTES
        self._advance_forward_point()
        if not self._chunks:
            self.timeout_at = None
            self.congestion.all_acked()
        elif moved:
            self.timeout_at = now + self.rto.seconds

    def _plausible(self, cumulative: int, sack: Sack) -> bool:
        """Whether a SACK names only what was sent, its gap blocks ascending (which bounds the work for it)."""
        end = 0
        for first, last in sack.gaps:
            if not end < first <= last:
                return False
            end = last
        return cumulative + end < self.next_tsn

    def _ack_up_to(self, cumulative: int, now: float) -> int:
        acked_bytes = 0
        newest: _Chunk | None = None
        for tsn in range(self._acked_tsn + 1, cumulative + 1):
            chunk = self._chunks.pop(tsn, None)
            if chunk is None:
                continue
            self._gap_acked.discard(tsn)
            if not chunk.acked:
                acked_bytes += len(chunk.wire)
                self._out_of_flight(chunk)
                newest = chunk
        self._acked_tsn = cumulative
        self._forwarded_tsn = max(self._forwarded_tsn, cumulative)
        if newest is not None and newest.transmissions == 1 and not newest.message.abandoned:
            self.rto.measured(max(0.0, now - newest.sent_at))
        return acked_bytes

    def _ack_gaps(self, cumulative: int, sack: Sack) -> tuple[int, int | None]:
        """Bytes and highest TSN that the gap blocks acknowledge for the first time."""
        acked_bytes, highest = 0, None
        told: set[int] = set()
        for first, last in sack.gaps:
            for tsn in range(cumulative + first, cumulative + last + 1):
                told.add(tsn)
                chunk = self._chunks.get(tsn)
                if chunk is None or tsn in self._gap_acked:
                    continue
                self._gap_acked.add(tsn)
                if not chunk.acked:
                    acked_bytes += len(chunk.wire)
                    self._out_of_flight(chunk)
                    chunk.acked = True
                    highest = tsn
        for tsn in self._gap_acked - told:  # the peer has thrown it away again (section 6.2.1 D iii)
            self._gap_acked.discard(tsn)
            chunk = self._chunks[tsn]
            if not chunk.message.abandoned:
                chunk.acked = False
                self._mark_lost(tsn, chunk)
        return acked_bytes, highest

    def _count_missing(self, cumulative: int, highest: int, now: float) -> None:
        """Section 7.2.4: chunks that later ones have overtaken three times are lost."""
        lost = False
        for tsn in range(cumulative + 1, highest):
            chunk = self._chunks.get(tsn)
            if chunk is None or chunk.acked or chunk.lost or highest < chunk.overtaken_by:
                continue
            chunk.missing_reports += 1
            if chunk.missing_reports >= LOST_AFTER_REPORTS:
                lost = True
                self._lose(tsn, chunk, now)
        if lost and self._recovery_ends_at is None:
            self._recovery_ends_at = self.next_tsn - 1
            self.congestion.lost()

    # Losses.

    def handle_timeout(self, now: float) -> None:
        """T3-rtx: all that is under way counts as lost (RFC 9260 section 6.3.3)."""
        self.timeout_at = None
        self.timeouts += 1
        self.rto.back_off()
        self.congestion.timed_out()
        self._recovery_ends_at = None
        self._burst_bytes = MAX_BURST_PACKETS * MAX_PACKET_BYTES
        for tsn, chunk in list(self._chunks.items()):
            if not chunk.acked and not chunk.lost:
                self._lose(tsn, chunk, now)
        self._advance_forward_point()
        self._forward_due = self._forwarded_tsn > self._acked_tsn
        if self._chunks:
            self.timeout_at = now + self.rto.seconds

    def _lose(self, tsn: int, chunk: _Chunk, now: float) -> None:
        message = chunk.message
        tries_spent = message.max_retransmits is not None and chunk.transmissions > message.max_retransmits
        if self.partial_reliability and (tries_spent or message.expired(now)):
            self._abandon(message)
        elif not chunk.lost:
            self._out_of_flight(chunk)
            self._mark_lost(tsn, chunk)

    def _mark_lost(self, tsn: int, chunk: _Chunk) -> None:
        chunk.lost = True
        chunk.missing_reports = 0
        heapq.heappush(self._lost, tsn)

    def _abandon(self, message: OutgoingMessage) -> None:
        """Give up all fragments of a message (RFC 3758 section 3.5 A)."""
        if message.abandoned:
            return
        message.abandoned = True
        self.messages_abandoned += 1
        if self.queue.drop_rest(message):
            # A TSN that is never sent stands for the rest, so that the next message does not follow on these fragments.
            self._chunks[self.next_tsn] = _Chunk(b"", message, 0.0)
            self.next_tsn += 1
        for chunk in self._chunks.values():
            if chunk.message is message and not chunk.acked:
                self._out_of_flight(chunk)
                chunk.acked = True

    def _advance_forward_point(self) -> None:
        """RFC 3758 section 3.5 C: pass over what was given up, and tell the peer."""
        tsn = max(self._forwarded_tsn, self._acked_tsn)
        while (chunk := self._chunks.get(tsn + 1)) is not None and chunk.message.abandoned:
            tsn += 1
        if tsn > self._forwarded_tsn:
            self._forward_due = True
        self._forwarded_tsn = tsn

    def _out_of_flight(self, chunk: _Chunk) -> None:
        if not chunk.lost:  # those left when they were lost
            self._flight_bytes -= len(chunk.wire)
        chunk.lost = False

    # What is to be sent.

    def take_forward_tsn(self, now: float) -> ForwardTsn | None:
        """The FORWARD TSN that is due."""
        if not self._forward_due:
            return None
        self._forward_due = False
        if self._forwarded_tsn <= self._acked_tsn:
            return None
        streams: dict[int, int] = {}
        for tsn in range(self._acked_tsn + 1, self._forwarded_tsn + 1):
            message = self._chunks[tsn].message
            if message.ordered:
                if message.stream_id not in streams and len(streams) == MAX_FORWARDED_STREAMS:
                    self._forwarded_tsn = tsn - 1  # the rest follows when this is acknowledged
                    break
                streams[message.stream_id] = message.ssn
        self._start_timer(now)
        pairs = [(stream_id, ssn & SSN_MASK) for stream_id, ssn in streams.items()]
        return ForwardTsn(self._forwarded_tsn & TSN_MASK, pairs)

    def take_chunk(self, room_bytes: int, now: float) -> bytes | None:
        """The next DATA chunk that may be sent now and fits into `room_bytes`; lost ones first."""
        window = self.congestion.window_bytes
        while self._lost:
            chunk = self._chunks.get(self._lost[0])
            if chunk is None or not chunk.lost:
                heapq.heappop(self._lost)
                continue
            size = len(chunk.wire)
            if size > room_bytes or (self._flight_bytes and self._flight_bytes + size > window):
                return None
            tsn = heapq.heappop(self._lost)
            if self.partial_reliability and chunk.message.expired(now):
                self._abandon(chunk.message)
                self._advance_forward_point()
                continue
            return self._again(tsn, chunk, now)
        return self._fresh(room_bytes, now)

    def _again(self, tsn: int, chunk: _Chunk, now: float) -> bytes:
        chunk.lost = False
        chunk.transmissions += 1
        chunk.overtaken_by = self.next_tsn
        self.chunks_retransmitted += 1
        self._flight_bytes += len(chunk.wire)
        if tsn == self._acked_tsn + 1:
            self.timeout_at = now + self.rto.seconds  # section 6.3.2 R4: the oldest got another chance
        self._start_timer(now)
        return chunk.wire

    def _fresh(self, room_bytes: int, now: float) -> bytes | None:
        queue = self.queue
        if not queue:
            return None
        if self.partial_reliability:
            queue.drop_expired(now)
        payload = queue.next_size()
        size = 16 + payload + (-payload % 4)
        flight = self._flight_bytes
        if not payload or size > room_bytes:
            return None
        if flight and (
            flight + size > self.congestion.window_bytes or size > self.peer_window_bytes or self._burst_bytes <= 0
        ):
            return None
        message, data = queue.pop(self.next_tsn)
        wire = bytes(data)
        self._chunks[self.next_tsn] = _Chunk(wire, message, now)
        self.next_tsn += 1
        self._flight_bytes += size
        self._burst_bytes -= size
        self.peer_window_bytes = max(0, self.peer_window_bytes - size)
        self._start_timer(now)
        return wire

    def _start_timer(self, now: float) -> None:
        if self.timeout_at is None:
            self.timeout_at = now + self.rto.seconds
