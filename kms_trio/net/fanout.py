"""The fan-out of one RTP stream: its legs, how a viewer joins, and what it gets again.

A newcomer to a video stream needs a key frame.  If the last one and all that came after it are still in the history
(and few enough packets), they are replayed to it at once; otherwise the source is asked for a key frame, and the leg
starts with it.  It is asked as soon as a viewer is expected, so that the key frame comes while ICE and DTLS go on.

What a source brings twice is forwarded once (`packet_history` says why); what comes late is kept from legs that began
after it, as its number there may be one of another source.
"""

from __future__ import annotations

import weakref
from itertools import groupby
from typing import TYPE_CHECKING

from kms_trio.media.frames import RtpPacket
from kms_trio.media.streams import RtpStream
from kms_trio.net.forwarding import ForwardingGroup, send_to_leg
from kms_trio.net.header_layout import HeaderLayout
from kms_trio.net.leg import RtpLeg
from kms_trio.net.packet_history import PacketHistory
from kms_trio.net.received_batch import ReceivedBatch
from kms_trio.net.send_arena import MAX_PAYLOAD_BYTES, SendArena

if TYPE_CHECKING:
    from kms_trio.net.frame_gate import FrameGate

__all__ = ["RtpFanout", "abs_send_time"]

RETRANSMISSIONS_PER_SECOND = 250
"""Packets a second that one viewer may have again, so that absurd NACKs slow nobody."""
SILENCE_S = 2.0


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
        self._expected: set[RtpLeg] = set()
        this: RtpFanout = weakref.proxy(self)  # its history is nobody else's, so that need not keep it
        self._history = PacketHistory(lambda now: this._source_restarted(now))
        self._last_push = 0.0
        self.oversized = 0
        """Packets that were too long to be forwarded; nobody gets them."""

    @property
    def repeated(self) -> int:
        """Packets that had come before, or came too late for the history to tell; nobody gets them again."""
        return self._history.repeated

    @property
    def legs(self) -> frozenset[RtpLeg]:
        """All that are fed, waiting ones included; not those that are expected."""
        return frozenset(self._legs)

    def expect_leg(self, leg: RtpLeg) -> None:
        """`leg`, of video, will be added when its transport is connected: have a key frame ready for it."""
        self._be_attached()
        self._expected.add(leg)
        if not self._history.replayable():
            self.request_key_frame()

    def add_leg(self, leg: RtpLeg, now: float) -> None:
        """Begin to forward to `leg`, whose route is complete."""
        self._be_attached()
        self._expected.discard(leg)
        self._legs.add(leg)
        if leg.audio:
            self._waiting.append(leg)
            return
        replay = self._history.replayable()
        if replay:
            self._start(leg, replay, now)
            self._group_of(leg).add(leg)
            self._flush(leg)
        else:
            self._waiting.append(leg)
            self.request_key_frame()

    def remove_leg(self, leg: RtpLeg, now: float) -> None:
        """Stop forwarding to `leg`, or expecting it; unknown legs are ignored."""
        if leg not in self._legs and leg not in self._expected:
            return
        self._expected.discard(leg)
        self._legs.discard(leg)
        self.stream.want_bitrate(leg, None)
        if leg in self._waiting:
            self._waiting.remove(leg)
        if leg.group is not None:
            self._end(leg, now)
        if not self._legs and not self._expected:
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
        self._end_all(now)
        self._history.forget()

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
        packets, late = self._history.remember(packets, sent_at, now)
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
        history = self._history
        highest = history.highest + leg.sequence_offset
        for sequence_number in sequence_numbers[: leg.retransmission_budget]:
            source = highest - ((highest - sequence_number) & 0xFFFF) - leg.sequence_offset
            packet = history.find(source)
            if packet is None or source < leg.first_source_sequence:
                continue
            leg.retransmission_budget -= 1
            leg.retransmitted += 1
            leg.retransmitted_bytes += len(packet.payload)
            again = leg.retransmissions
            if again is not None and again.serves(leg.payload_type):
                again.send(packet, abs_send_time(now))
            else:
                send_to_leg(leg, [packet], history.sent_at(packet))
        self._flush(leg)

    def _without_oversized(self, packets: list[RtpPacket]) -> list[RtpPacket]:
        """No path with an MTU of 1500 bytes brings such packets, and they would not fit into a slot, encrypted."""
        fitting = [packet for packet in packets if len(packet.payload) <= MAX_PAYLOAD_BYTES]
        self.oversized += len(packets) - len(fitting)
        return fitting

    def _source_restarted(self, now: float) -> None:
        """The source counts anew: to all legs it is another one."""
        self._end_all(now)
        self.stream.request_key_frame()

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
        self._history.began_with(first)
        packets = [packet for packet in packets if packet.sequence_number >= first]
        for sent_at, together in groupby(packets, self._history.sent_at):
            send_to_leg(leg, list(together), sent_at)
        leg.packets_sent_before += len(packets)
        leg.payload_bytes_sent_before += sum([len(packet.payload) for packet in packets])
        leg.flow.started()
        if leg.on_started is not None:
            leg.on_started()

    def _be_attached(self) -> None:
        """While nobody is there or expected nothing is remembered."""
        if not self._legs and not self._expected:
            self._history.forget()
            self.stream.attach(self)

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

    def _end(self, leg: RtpLeg, now: float) -> None:
        """Feed a leg of a group nothing more, until it begins anew."""
        self._leave_group(leg)
        leg.end(self._history.highest, self._history.highest_timestamp, now)

    def _end_all(self, now: float) -> None:
        """Have every leg wait for a new beginning."""
        for leg in self._legs:
            if leg.group is not None:
                self._end(leg, now)
                self._waiting.append(leg)

    def _flush(self, leg: RtpLeg) -> None:
        """Packets sent outside a push are not flushed by the receive loop."""
        if leg.route is not None:
            leg.route.arena.flush()


def _forward_late(group: ForwardingGroup, packets: list[RtpPacket], sent_at: int) -> None:
    """Packets out of the past, to those legs of a group that were there already."""
    for leg in group.legs:
        mine = [packet for packet in packets if packet.sequence_number >= leg.first_source_sequence]
        send_to_leg(leg, mine, sent_at)
        leg.packets_sent_before += len(mine)
        leg.payload_bytes_sent_before += sum([len(packet.payload) for packet in mine])
