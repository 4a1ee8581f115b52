"""The sending half: when what is sent, sent again, or given up (RFC 9260 sections 6 and 7, RFC 3758)."""

from __future__ import annotations

from kms_trio.rtc.sctp.chunks import DATA_HEADER_BYTES, ForwardTsn, Sack
from kms_trio.rtc.sctp.congestion import Congestion, RetransmissionTimeout
from kms_trio.rtc.sctp.outgoing import OutgoingMessage, OutgoingQueue
from kms_trio.rtc.sctp.outstanding import Chunk, Outstanding
from kms_trio.rtc.sctp.packet import MAX_PACKET_BYTES
from kms_trio.rtc.sctp.serial import SSN_MASK, TSN_MASK, unwrap_tsn

__all__ = ["Sender"]

MAX_BURST_PACKETS = 4
"""RFC 9260 section 6.1 D: how much the peer's acknowledgement sets free at once, at most."""

MAX_FORWARDED_STREAMS = 250
"""Streams that one FORWARD TSN can name without becoming too large."""


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
        self._outstanding = Outstanding(initial_tsn - 1)
        self._forwarded_tsn = initial_tsn - 1  # Advanced.Peer.Ack.Point of RFC 3758
        self._forward_due = False
        self._recovery_ends_at: int | None = None
        self._burst_bytes = MAX_BURST_PACKETS * MAX_PACKET_BYTES

    @property
    def idle(self) -> bool:
        """Everything was acknowledged or given up, nothing waits."""
        return not self._outstanding and not self.queue

    @property
    def last_assigned_tsn(self) -> int:
        """As it is on the wire."""
        return (self.next_tsn - 1) & TSN_MASK

    # What the peer says.

    def receive_sack(self, sack: Sack, now: float) -> None:
        """RFC 9260 section 6.2.1."""
        under_way = self._outstanding
        cumulative = unwrap_tsn(sack.cumulative_tsn, under_way.acked_tsn)
        if cumulative < under_way.acked_tsn:
            return  # overtaken by a later one
        if not self._plausible(cumulative, sack):
            self.violations += 1
            return
        flight_before = under_way.flight_bytes
        moved = cumulative > under_way.acked_tsn
        acked_bytes, newest = under_way.ack_up_to(cumulative)
        if newest is not None and newest.transmissions == 1:
            self.rto.measured(max(0.0, now - newest.sent_at))
        highest_new = None
        if sack.gaps or under_way.has_gaps:
            gap_bytes, highest_new = under_way.ack_gaps(sack)
            acked_bytes += gap_bytes
        if self._recovery_ends_at is not None and cumulative >= self._recovery_ends_at:
            self._recovery_ends_at = None
        if moved and self._recovery_ends_at is None:
            self.congestion.acked(acked_bytes, flight_before)
        if sack.gaps:
            if self._recovery_ends_at is not None and moved:
                highest_new = cumulative + sack.gaps[-1][1]
            if highest_new is not None:
                self._find_losses(highest_new, now)
        if moved or acked_bytes or sack.receiver_window_bytes == 0:
            self.timeouts = 0  # it lives, even if it cannot take more (section 6.1 A)
        self.peer_window_bytes = max(0, sack.receiver_window_bytes - under_way.flight_bytes)
        self._burst_bytes = MAX_BURST_PACKETS * MAX_PACKET_BYTES
        self._advance_forward_point()
        if not under_way:
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

    # Losses.

    def _find_losses(self, highest: int, now: float) -> None:
        """Section 7.2.4: chunks that later ones have overtaken three times are lost."""
        lost = list(self._outstanding.overtaken(highest))
        for tsn, chunk in lost:
            self._lose(tsn, chunk, now)
        if lost and self._recovery_ends_at is None:
            self._recovery_ends_at = self.next_tsn - 1
            self.congestion.lost()

    def handle_timeout(self, now: float) -> None:
        """T3-rtx: all that is under way counts as lost (RFC 9260 section 6.3.3)."""
        self.timeout_at = None
        self.timeouts += 1
        self.rto.back_off()
        self.congestion.timed_out()
        self._recovery_ends_at = None
        self._burst_bytes = MAX_BURST_PACKETS * MAX_PACKET_BYTES
        for tsn, chunk in self._outstanding.flying():
            self._lose(tsn, chunk, now)
        self._advance_forward_point()
        self._forward_due = self._forwarded_tsn > self._outstanding.acked_tsn
        if self._outstanding:
            self.timeout_at = now + self.rto.seconds

    def _lose(self, tsn: int, chunk: Chunk, now: float) -> None:
        message = chunk.message
        tries_spent = message.max_retransmits is not None and chunk.transmissions > message.max_retransmits
        if self.partial_reliability and (tries_spent or message.expired(now)):
            self._abandon(message)
        elif not message.abandoned:  # it may have been a moment ago, for another of its fragments
            self._outstanding.lose(tsn, chunk)

    def _abandon(self, message: OutgoingMessage) -> None:
        """Give up all fragments of a message (RFC 3758 section 3.5 A)."""
        if message.abandoned:
            return
        message.abandoned = True
        self.messages_abandoned += 1
        if self.queue.drop_rest(message):
            # A TSN that is never sent stands for the rest, so that the next message does not follow on these fragments.
            self._outstanding.add(self.next_tsn, Chunk(b"", message, 0.0))
            self.next_tsn += 1
        self._outstanding.give_up(message)

    def _advance_forward_point(self) -> None:
        """RFC 3758 section 3.5 C: pass over what was given up, and tell the peer."""
        tsn = max(self._forwarded_tsn, self._outstanding.acked_tsn)
        while (chunk := self._outstanding.get(tsn + 1)) is not None and chunk.message.abandoned:
            tsn += 1
            self._forward_due = True
        self._forwarded_tsn = tsn

    # What is to be sent.

    def take_forward_tsn(self, now: float) -> ForwardTsn | None:
        """The FORWARD TSN that is due."""
        if not self._forward_due:
            return None
        self._forward_due = False
        streams: dict[int, int] = {}
        for tsn in range(self._outstanding.acked_tsn + 1, self._forwarded_tsn + 1):
            chunk = self._outstanding.get(tsn)
            if chunk is None or not chunk.message.ordered:
                continue
            message = chunk.message
            if message.stream_id not in streams and len(streams) == MAX_FORWARDED_STREAMS:
                self._forwarded_tsn = tsn - 1  # the rest follows when this is acknowledged
                break
            streams[message.stream_id] = message.ssn
        if self._forwarded_tsn <= self._outstanding.acked_tsn:
            return None
        self._start_timer(now)
        pairs = [(stream_id, ssn & SSN_MASK) for stream_id, ssn in streams.items()]
        return ForwardTsn(self._forwarded_tsn & TSN_MASK, pairs)

    def take_chunk(self, room_bytes: int, now: float) -> bytes | None:
        """The next DATA chunk that may be sent now and fits into `room_bytes`; lost ones first."""
        while (chunk := self._outstanding.next_lost()) is not None:
            if self.partial_reliability and chunk.message.expired(now):
                self._abandon(chunk.message)
                self._advance_forward_point()
                continue
            size, flight = len(chunk.wire), self._outstanding.flight_bytes
            if size > room_bytes or (flight and flight + size > self.congestion.window_bytes):
                return None
            tsn = self._outstanding.send_again(self.next_tsn)
            self.chunks_retransmitted += 1
            if tsn == self._outstanding.acked_tsn + 1:
                self.timeout_at = now + self.rto.seconds  # section 6.3.2 R4: the oldest got another chance
            self._start_timer(now)
            return chunk.wire
        return self._take_fresh(room_bytes, now)

    def _take_fresh(self, room_bytes: int, now: float) -> bytes | None:
        queue = self.queue
        if not queue:
            return None
        if self.partial_reliability:
            queue.drop_expired(now)
        payload = queue.next_size()
        size = DATA_HEADER_BYTES + payload + (-payload % 4)
        if not payload or size > room_bytes or not self._may_fly(size):
            return None
        message, data = queue.pop(self.next_tsn)
        wire = bytes(data)
        self._outstanding.add(self.next_tsn, Chunk(wire, message, now))
        self.next_tsn += 1
        self._burst_bytes -= size
        self.peer_window_bytes = max(0, self.peer_window_bytes - size)
        self._start_timer(now)
        return wire

    def _may_fly(self, size: int) -> bool:
        """RFC 9260 section 6.1: one chunk may always be under way, whatever the windows say."""
        flight = self._outstanding.flight_bytes
        return not flight or (
            flight + size <= self.congestion.window_bytes and size <= self.peer_window_bytes and self._burst_bytes > 0
        )

    def _start_timer(self, now: float) -> None:
        if self.timeout_at is None:
            self.timeout_at = now + self.rto.seconds
