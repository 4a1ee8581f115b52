"""The fan-out of one RTP stream: its legs, its history, and how a viewer joins.

A newcomer to a video stream needs a key frame.  If the last one and all that came after it are still in the history
(and few enough packets), they are replayed to it at once; otherwise the source is asked for a key frame, and the leg
starts with it.

Under one SRTP index there must never be two texts: with AES-GCM they give the key away.  What a source (of plain RTP,
say) brings twice is forwarded once, what comes late is kept from legs that began after it, as its number there may be
one of another source.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kms_trio.media.frames import RtpPacket
from kms_trio.media.streams import RtpStream
from kms_trio.net.forwarding import ForwardingGroup, send_to_leg
from kms_trio.net.header_layout import HeaderLayout
from kms_trio.net.leg import RtpLeg
from kms_trio.net.received_batch import ReceivedBatch
from kms_trio.net.send_arena import MAX_PAYLOAD_BYTES, SendArena

if TYPE_CHECKING:
    from kms_trio.net.frame_gate import FrameGate

__all__ = ["HISTORY_PACKETS", "REPLAY_PACKETS", "RtpFanout", "abs_send_time"]

HISTORY_PACKETS = 512
"""Packets of a source kept for retransmission, the number that Kurento keeps."""
REPLAY_PACKETS = 128
"""The most packets that a newcomer is sent in one burst; a default socket buffer holds them."""
RETRANSMISSIONS_PER_SECOND = 250
"""Packets a second that one viewer may have again, so that absurd NACKs slow nobody."""
SILENCE_S = 2.0
_NONE_YET = -(1 << 62)
"""Below all sequence numbers, which may get negative when a source counts anew."""


def abs_send_time(now: float) -> int:
    """The 24-bit send time, 6.18 fixed point seconds, which only ever is compared with itself."""
    return int(now * 262144.0) & 0xFFFFFF


def _longest(packets: list[RtpPacket]) -> int:
    if isinstance(packets, ReceivedBatch):
        return packets.longest
    return max([len(packet.payload) for packet in packets], default=0)


class RtpFanout:
    """Consumer of an `RtpStream` that forwards it to any number of legs."""

    def __init__(self, stream: RtpStream) -> None:
        self.stream = stream
        self.gate: FrameGate | None = None
        """What may keep frames from all legs; only video has one."""
        self.suspended = False
        """Whether all legs wait, for longer than a key frame takes to come."""
        self._groups: dict[tuple[int, HeaderLayout, int, int], ForwardingGroup] = {}
        self._waiting: list[RtpLeg] = []
        self._legs: set[RtpLeg] = set()
        self._history: list[RtpPacket | None] = [None] * HISTORY_PACKETS
        self._sent_at: list[int] = [0] * HISTORY_PACKETS
        self._highest = _NONE_YET
        self._highest_timestamp = 0
        self._newest_start = _NONE_YET  # the highest number that a leg has begun with
        self._misplaced = _NONE_YET  # a number too low to be late
        self._key_frame: RtpPacket | None = None  # the packet that starts the last key frame
        self._last_push = 0.0
        self.oversized = 0
        """Packets that were too long to be forwarded; nobody gets them."""
        self.repeated = 0
        """Packets that had come before, or came too late for the history to tell."""

    @property
    def legs(self) -> frozenset[RtpLeg]:
        """All that are fed, waiting ones included."""
        return frozenset(self._legs)

    def add_leg(self, leg: RtpLeg, now: float) -> None:
        """Begin to forward to `leg`, whose route is complete."""
        if not self._legs:
            self._forget()
            self.stream.attach(self)
        self._legs.add(leg)
        if leg.audio:
            self._waiting.append(leg)
            return
        replay = self._replayable()
        if replay:
            self._start(leg, replay, now)
            self._group_of(leg).add(leg)
            self._flush(leg)
        else:
            self._waiting.append(leg)
            self.request_key_frame()

    def remove_leg(self, leg: RtpLeg, now: float) -> None:
        """Stop forwarding to `leg`; unknown legs are ignored."""
        if leg not in self._legs:
            return
        self._legs.discard(leg)
        self.stream.want_bitrate(leg, None)
        if leg in self._waiting:
            self._waiting.remove(leg)
        if leg.group is not None:
            self._leave_group(leg)
            leg.end(self._highest, self._highest_timestamp, now)
        if not self._legs:
            self.stream.detach(self)

    def reroute_leg(self, leg: RtpLeg) -> None:
        """The leg's transport now uses another socket: move it to the group of that socket."""
        if leg.group is not None:
            self._leave_group(leg)
            self._group_of(leg).add(leg)

    def request_key_frame(self) -> None:
        """A viewer cannot go on without one.  While no frames are forwarded the source is not asked."""
        if not self.suspended:
            self.stream.request_key_frame()

    def suspend(self, now: float) -> None:
        """Forward nothing until `resume`; what comes then continues each leg's sequence numbers."""
        self.suspended = True
        for leg in self._legs:
            if leg.group is not None:
                self._leave_group(leg)
                leg.end(self._highest, self._highest_timestamp, now)
                self._waiting.append(leg)
        self._forget()

    def resume(self) -> None:
        """Start every leg with the next key frame."""
        self.suspended = False

    def on_rtp(self, packets: list[RtpPacket], now: float) -> None:
        """Forward a batch to every leg, and start those that waited for what is in it."""
        if self.gate is not None:
            packets = self.gate.admit(packets, now)
            if not packets:
                return
        if _longest(packets) > MAX_PAYLOAD_BYTES:
            packets = self._without_oversized(packets)
        sent_at = abs_send_time(now)
        packets, late = self._remember(packets, sent_at, now)
        if now - self._last_push > SILENCE_S:
            for leg in self._legs:
                if leg.group is not None:
                    leg.flow.started()
        self._last_push = now
        for group in self._groups.values():
            if packets:
                group.forward(packets, sent_at)
            if late:
                _forward_late(group, late, sent_at)
        if self._waiting and packets:
            self._start_waiting(packets, now)
        for group in self._groups.values():
            group.arena.pushed()

    def retransmit(self, leg: RtpLeg, sequence_numbers: list[int], now: float) -> None:
        """Answer a NACK: the packets with these 16-bit sequence numbers of the leg.

        They go as retransmissions with numbers of their own where that was negotiated.  Otherwise they are byte for
        byte as they were, for their SRTP index is.
        """
        if leg.group is None:
            return
        if int(now) != leg.retransmission_second:
            leg.retransmission_second = int(now)
            leg.retransmission_budget = RETRANSMISSIONS_PER_SECOND
        highest = self._highest + leg.sequence_offset
        for sequence_number in sequence_numbers[: leg.retransmission_budget]:
            source = highest - ((highest - sequence_number) & 0xFFFF) - leg.sequence_offset
            packet = self._history[source % HISTORY_PACKETS]
            if packet is None or packet.sequence_number != source or source < leg.first_source_sequence:
                continue
            leg.retransmission_budget -= 1
            leg.retransmitted += 1
            leg.retransmitted_bytes += len(packet.payload)
            again = leg.retransmissions
            if again is not None and again.serves(leg.payload_type):
                again.send(packet, abs_send_time(now))
            else:
                send_to_leg(leg, [packet], self._sent_at[source % HISTORY_PACKETS])
        self._flush(leg)

    def _without_oversized(self, packets: list[RtpPacket]) -> list[RtpPacket]:
        """No path with an MTU of 1500 bytes brings such packets, and they would not fit into a slot, encrypted."""
        fitting = [packet for packet in packets if len(packet.payload) <= MAX_PAYLOAD_BYTES]
        self.oversized += len(packets) - len(fitting)
        return fitting

    def _remember(self, packets: list[RtpPacket], sent_at: int, now: float) -> tuple[list[RtpPacket], list[RtpPacket]]:
        """Note packets in the history; those that every leg gets, and those that came late for some legs."""
        history, times = self._history, self._sent_at
        late: list[RtpPacket] = []
        repeated: list[RtpPacket] = []
        for packet in packets:
            number = packet.sequence_number
            if number > self._highest:
                self._highest = number
                self._highest_timestamp = packet.timestamp
            elif self._is_repeated(packet, now):
                repeated.append(packet)
                continue
            elif number < self._newest_start:
                late.append(packet)
            history[number % HISTORY_PACKETS] = packet
            times[number % HISTORY_PACKETS] = sent_at
            if packet.key_frame:
                # Parameter sets and slices of one key frame each say that they start it: the first one does.
                former = self._key_frame
                if former is None or packet.timestamp > former.timestamp:
                    self._key_frame = packet
        if late or repeated:
            self.repeated += len(repeated)
            apart = {id(packet) for packet in (*late, *repeated)}
            packets = [packet for packet in packets if id(packet) not in apart]
        return packets, late

    def _is_repeated(self, packet: RtpPacket, now: float) -> bool:
        """Whether a packet that is not the newest one is to be left out."""
        number = packet.sequence_number
        if number > self._highest - HISTORY_PACKETS:
            kept = self._history[number % HISTORY_PACKETS]
            return kept is not None and kept.sequence_number >= number
        # Far behind.  Two in a row say that the source counts anew (RFC 3550 appendix A.1).
        if number != self._misplaced + 1:
            self._misplaced = number
            return True
        self._begin_anew(packet, now)
        return False

    def _begin_anew(self, packet: RtpPacket, now: float) -> None:
        """The source has jumped to other sequence numbers, of which this is the first: to all legs another source."""
        for leg in self._legs:
            if leg.group is not None:
                self._leave_group(leg)
                leg.end(self._highest, self._highest_timestamp, now)
                self._waiting.append(leg)
        self._forget()
        self._highest = packet.sequence_number
        self._highest_timestamp = packet.timestamp
        self._newest_start = self._misplaced = _NONE_YET
        self.stream.request_key_frame()

    def _replayable(self) -> list[RtpPacket]:
        """The last key frame and all that followed it, or nothing when it is too long ago or has gaps."""
        if self._key_frame is None or self._highest - self._key_frame.sequence_number >= REPLAY_PACKETS:
            return []
        packets = []
        for number in range(self._key_frame.sequence_number, self._highest + 1):
            packet = self._history[number % HISTORY_PACKETS]
            if packet is None or packet.sequence_number != number:
                return []
            packets.append(packet)
        return packets

    def _start_waiting(self, packets: list[RtpPacket], now: float) -> None:
        still = []
        for leg in self._waiting:
            start = 0 if leg.audio else next((i for i, packet in enumerate(packets) if packet.key_frame), None)
            if start is None:
                still.append(leg)
                continue
            self._start(leg, packets[start:], now)
            self._group_of(leg).add(leg)
        self._waiting = still

    def _start(self, leg: RtpLeg, packets: list[RtpPacket], now: float) -> None:
        """Send the first packets of a leg, which is in no group yet.

        They carry the send times that the history keeps, for a retransmission must be able to repeat them.
        """
        first = packets[0].sequence_number
        leg.begin(first, packets[0].timestamp, now)
        self._newest_start = max(self._newest_start, first)
        packets = [packet for packet in packets if packet.sequence_number >= first]
        for packet in packets:
            send_to_leg(leg, [packet], self._sent_at[packet.sequence_number % HISTORY_PACKETS])
        leg.packets_sent_before += len(packets)
        leg.payload_bytes_sent_before += sum([len(packet.payload) for packet in packets])
        leg.flow.started()
        if leg.on_started is not None:
            leg.on_started()

    def _group_of(self, leg: RtpLeg) -> ForwardingGroup:
        route = leg.route
        assert route is not None, "a leg joins when its transport is connected"
        arena: SendArena = route.arena
        layout = leg.layout
        key = (id(arena), layout, route.namelen, route.srtp_overhead_bytes)
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = ForwardingGroup(arena, layout, route.namelen)
        return group

    def _leave_group(self, leg: RtpLeg) -> None:
        group = leg.group
        assert group is not None
        group.remove(leg)
        if not group.legs:
            self._groups = {key: other for key, other in self._groups.items() if other is not group}

    def _flush(self, leg: RtpLeg) -> None:
        """Packets sent outside a push are not flushed by the receive loop."""
        if leg.route is not None:
            leg.route.arena.flush()

    def _forget(self) -> None:
        """While no leg is there nothing is remembered, so what is kept of before is of no use."""
        self._history[:] = [None] * HISTORY_PACKETS
        self._key_frame = None


def _forward_late(group: ForwardingGroup, packets: list[RtpPacket], sent_at: int) -> None:
    """Packets out of the past, to those legs of a group that were there already."""
    for leg in group.legs:
        mine = [packet for packet in packets if packet.sequence_number >= leg.first_source_sequence]
        send_to_leg(leg, mine, sent_at)
        leg.packets_sent_before += len(mine)
        leg.payload_bytes_sent_before += sum([len(packet.payload) for packet in mine])
