"""What the compiled helper works on, laid out as `forward.c` reads it."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

from pylibsrtp._binding import ffi as srtp_ffi
from pylibsrtp._binding import lib as srtp_lib

from kms_trio.media.frames import NO_AUDIO_LEVEL, RtpPacket
from kms_trio.net.header_layout import HeaderLayout
from kms_trio.net.leg import RtpLeg
from kms_trio.net.received_batch import ReceivedBatch

__all__ = ["NativeForwarder", "NativeLegs"]

_leg = struct.Struct("=QQIHH")
_packet = struct.Struct("=IIHHBBBx").pack


class NativeForwarder:
    """The loaded helper.  One serves all sockets of a worker."""

    def __init__(self, module: Any) -> None:
        self.ffi: Any = module.ffi
        self.forward: Any = module.lib.kms_forward
        self.take: Any = module.lib.kms_intake_take
        self.index: Any = module.lib.kms_intake_index
        self.protect, self.unprotect = (
            int(srtp_ffi.cast("uintptr_t", srtp_ffi.addressof(srtp_lib, name)))
            for name in ("srtp_protect", "srtp_unprotect")
        )
        """Where libsrtp's functions lie."""

    def arena(self, slots: int, vectors: int, messages: int, controls: int, slot_count: int, gso: bool) -> Any:
        """A `kms_arena` of the parts at these addresses."""
        return self.ffi.new("kms_arena *", (slots, vectors, messages, controls, slot_count, gso, 0, 0, 0, 0))


class NativeLegs:
    """The legs of a group side by side in memory.  Made anew when the group changes; leg and route must live on."""

    def __init__(self, forwarder: NativeForwarder, legs: Sequence[RtpLeg], layout: HeaderLayout, namelen: int) -> None:
        self._forward = forwarder.forward
        header_bytes = layout.header_bytes
        self._leg_bytes = _leg.size + -(-header_bytes // 8) * 8
        self._group: Any = forwarder.ffi.new("kms_group *")
        self._group.protect = forwarder.protect
        self._group.leg_bytes = self._leg_bytes
        self._group.header_bytes = header_bytes
        self._group.abs_send_time_offset = layout.abs_send_time_offset if layout.abs_send_time else 0
        self._group.audio_level_offset = layout.audio_level_offset if layout.audio_level else 0
        self._group.namelen = namelen
        memory = bytearray()
        for leg in legs:
            route = leg.route
            assert route is not None, "a leg in a group has a route"
            context = route.srtp_context
            memory += _leg.pack(
                0 if context is None else int(srtp_ffi.cast("uintptr_t", context)),
                route.name_address,
                leg.timestamp_offset & 0xFFFFFFFF,
                leg.sequence_offset & 0xFFFF,
                0,
            )
            memory += leg.template().ljust(self._leg_bytes - _leg.size, b"\0")
        self._legs: Any = forwarder.ffi.new("uint64_t[]", len(memory) // 8)
        forwarder.ffi.memmove(self._legs, memory, len(memory))
        self._first: Any = forwarder.ffi.cast("char *", self._legs)

    def forward(
        self,
        arena: Any,
        packets: Sequence[RtpPacket],
        first: int,
        count: int,
        abs_send_time: int,
        slot: int,
        message: int,
    ) -> int:
        """Queue the packets for `count` legs from `first` on, from free slots and messages on.

        The first message that is free after that.
        """
        if isinstance(packets, ReceivedBatch) and packets.records is not None:
            records, payloads = packets.records, packets.payloads
        else:
            records, payloads = _pack(packets)
        legs = self._first + first * self._leg_bytes
        free: int = self._forward(
            arena, self._group, legs, count, records, len(packets), payloads, abs_send_time, slot, message
        )
        assert free >= 0, "the caller has made room"
        return free


def _pack(packets: Sequence[RtpPacket]) -> tuple[bytes, bytes]:
    """The packets as `kms_packet`s, and their payloads one behind the other."""
    offset = 0
    records = []
    for packet in packets:
        size = len(packet.payload)
        records.append(
            _packet(
                packet.timestamp & 0xFFFFFFFF,
                offset,
                packet.sequence_number & 0xFFFF,
                size,
                packet.marker,
                packet.audio_level & 0xFF,
                packet.audio_level != NO_AUDIO_LEVEL,
            )
        )
        offset += size
    return b"".join(records), b"".join([packet.payload for packet in packets])
