"""Forwarding groups: one batch of a source's packets to many viewers.

All legs of a group share socket, header layout and SRTP overhead.  A block of packets x legs is written and encrypted
(unless it is plain RTP) by one call of the compiled helper where that was built (see `native`).  Without it the headers
are written by a handful of numpy operations, each packet is encrypted in place, and the block is queued with one call
(see `send_arena`); numpy costs some 16 us a block whatever its size, so small blocks are packed leg by leg.
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pylibsrtp._binding import lib

from kms_trio.media.frames import NO_AUDIO_LEVEL, RtpPacket
from kms_trio.net.header_layout import HeaderLayout
from kms_trio.net.leg import RtpLeg
from kms_trio.net.message_templates import MessageTemplates
from kms_trio.net.native import NativeLegs
from kms_trio.net.received_batch import ReceivedBatch
from kms_trio.net.send_arena import SLOT_BYTES, SendArena

__all__ = ["SMALL_BLOCK", "ForwardingGroup", "send_to_leg"]

SMALL_BLOCK = 8
"""Below this number of packets x legs the plain path is cheaper than numpy's fixed cost."""
BLOCK_SLOTS = 256
"""Packets built before they are sent: half a megabyte, so that a block is still in the cache when it is encrypted."""

_pack_sequence_and_timestamp = struct.Struct("!HI").pack_into


class ForwardingGroup:
    """The legs of one stream that can be written together."""

    def __init__(self, arena: SendArena, layout: HeaderLayout, namelen: int) -> None:
        self.arena = arena
        self.layout = layout
        self.namelen = namelen
        self.legs: list[RtpLeg] = []
        self.packets = 0
        """Packets forwarded to each leg that was here all the time."""
        self.payload_bytes = 0
        self._stale = False
        self._native: NativeLegs | None = None
        self._templates: NDArray[np.uint8] = np.zeros((0, 0, 0), np.uint8)
        self._sequence_offsets: NDArray[np.int64] = np.zeros((0, 1), np.int64)
        self._timestamp_offsets: NDArray[np.int64] = np.zeros((0, 1), np.int64)
        self._names: list[int] = []
        self._messages = MessageTemplates([], namelen)
        self._contexts: list[Any] = []

    def add(self, leg: RtpLeg) -> None:
        """Forward to `leg` from the next batch on."""
        self.legs.append(leg)
        leg.group = self
        leg.group_packets_mark = self.packets
        leg.group_bytes_mark = self.payload_bytes
        self._stale = True

    def remove(self, leg: RtpLeg) -> None:
        """Stop forwarding to `leg`, whose counters go on from here."""
        leg.packets_sent_before = leg.packets_sent
        leg.payload_bytes_sent_before = leg.payload_bytes_sent
        leg.group = None
        self.legs.remove(leg)
        self._stale = True

    def forward(self, packets: list[RtpPacket], abs_send_time: int) -> None:
        """Queue the packets, in order, for every leg.  `abs_send_time` is the 24-bit value of the extension.

        No payload may be longer than `MAX_PAYLOAD_BYTES`.
        """
        depth = len(packets)
        self.packets += depth
        if isinstance(packets, ReceivedBatch):
            self.payload_bytes += packets.payload_bytes
        else:
            self.payload_bytes += sum([len(packet.payload) for packet in packets])
        arena, legs = self.arena, len(self.legs)
        if depth * legs < SMALL_BLOCK and arena.forwarder is None:
            for leg in self.legs:
                send_to_leg(leg, packets, abs_send_time, self.layout)
            return
        if self._stale:
            self._rebuild()
        at_most = min(BLOCK_SLOTS, arena.slots)
        if self._native is not None and depth * legs <= at_most:
            arena.queue_natively(self._native, packets, 0, legs, abs_send_time)
            return
        for first in range(0, depth, at_most):
            block = packets if depth <= at_most else packets[first : first + at_most]
            at_once = at_most // len(block)  # legs; a leg's packets stay together, for its keys and for GSO
            for first_leg in range(0, legs, at_once):
                count = min(at_once, legs - first_leg)
                if self._native is not None:
                    arena.queue_natively(self._native, block, first_leg, count, abs_send_time)
                else:
                    self._forward_block(block, slice(first_leg, first_leg + count), abs_send_time)
                arena.flush()  # no viewer waits until the packets of all the others are encrypted

    def _rebuild(self) -> None:
        legs = self.legs
        self._stale = False
        if self.arena.forwarder is not None:
            self._native = NativeLegs(self.arena.forwarder, legs, self.layout, self.namelen)
            return
        self._templates = np.frombuffer(b"".join([leg.template() for leg in legs]), np.uint8).reshape(len(legs), 1, -1)
        self._sequence_offsets = np.array([[leg.sequence_offset] for leg in legs], np.int64)
        self._timestamp_offsets = np.array([[leg.timestamp_offset] for leg in legs], np.int64)
        routes = [leg.route for leg in legs]
        self._names = [route.name_address for route in routes if route]
        self._messages = MessageTemplates(self._names, self.namelen)
        self._contexts = [route.srtp_context for route in routes if route]

    def _forward_block(self, packets: list[RtpPacket], legs: slice, abs_send_time: int) -> None:
        """Packets of one leg lie side by side, so that its keys are fetched, and its addresses used, once a block."""
        arena, layout = self.arena, self.layout
        depth, count = len(packets), legs.stop - legs.start
        slots = depth * count
        first = arena.take(slots)
        header = layout.header_bytes
        block = arena.bytes[first : first + slots].reshape(count, depth, SLOT_BYTES)
        fields = arena.headers[first : first + slots].reshape(count, depth)

        block[:, :, :header] = self._templates[legs]
        sequence_numbers = np.array([packet.sequence_number for packet in packets], np.int64)
        timestamps = np.array([packet.timestamp for packet in packets], np.int64)
        fields["sequence_number"] = sequence_numbers + self._sequence_offsets[legs]
        fields["timestamp"] = timestamps + self._timestamp_offsets[legs]
        if layout.abs_send_time:
            offset = layout.abs_send_time_offset
            block[:, :, offset : offset + 3] = np.frombuffer(abs_send_time.to_bytes(3, "big"), np.uint8)
        sizes = []
        for i, packet in enumerate(packets):
            size = header + len(packet.payload)
            sizes.append(size)
            block[:, i, header:size] = np.frombuffer(packet.payload, np.uint8)
            if packet.marker:
                block[:, i, 1] |= 0x80
            if layout.audio_level:
                _write_audio_levels(block[:, i], layout.audio_level_offset, packet.audio_level)
        arena.lengths[first : first + slots].reshape(count, depth)[:] = sizes

        contexts = self._contexts[legs]
        if contexts[0] is None or arena.protect([context for context in contexts for _ in packets], first):
            arena.queue_block(first, depth, legs, self._messages)
        else:
            for slot in range(first, first + slots):
                if arena.lengths_memory[slot]:
                    arena.queue_one(slot, self._names[legs.start + (slot - first) // depth], self.namelen)


def _write_audio_levels(row: NDArray[np.uint8], offset: int, level: int) -> None:
    """RFC 6464; where the source told no level the element becomes padding (two zero bytes)."""
    if level == NO_AUDIO_LEVEL:
        row[:, offset : offset + 2] = 0
    else:
        row[:, offset + 1] = level


def send_to_leg(leg: RtpLeg, packets: list[RtpPacket], abs_send_time: int, layout: HeaderLayout | None = None) -> None:
    """Queue packets for one leg: the path of small blocks, of replays and of retransmissions."""
    route = leg.route
    if route is None:
        return
    layout = layout or leg.layout
    arena = route.arena
    name, namelen = route.name_address, route.namelen
    template = leg.template()
    header = len(template)
    memory, lengths, context = arena.memory, arena.lengths_memory, route.srtp_context
    for packet in packets:
        slot = arena.take(1)
        start = slot * SLOT_BYTES
        size = header + len(packet.payload)
        memory[start : start + header] = template
        if packet.marker:
            memory[start + 1] |= 0x80
        _pack_sequence_and_timestamp(
            memory,
            start + 2,
            (packet.sequence_number + leg.sequence_offset) & 0xFFFF,
            (packet.timestamp + leg.timestamp_offset) & 0xFFFFFFFF,
        )
        if layout.abs_send_time:
            offset = start + layout.abs_send_time_offset
            memory[offset : offset + 3] = abs_send_time.to_bytes(3, "big")
        if layout.audio_level:
            offset = start + layout.audio_level_offset
            if packet.audio_level == NO_AUDIO_LEVEL:
                memory[offset : offset + 2] = b"\0\0"
            else:
                memory[offset + 1] = packet.audio_level
        memory[start + header : start + size] = packet.payload
        lengths[slot] = size
        if context is None:  # plain RTP
            arena.queue_one(slot, name, namelen)
        elif lib.srtp_protect(context, arena.pointers[slot], arena.length_pointers[slot]):
            lengths[slot] = 0
            arena.statistics.protect_errors += 1
        else:
            arena.queue_one(slot, name, namelen)
