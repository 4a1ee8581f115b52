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

__all__ = ["NativeForwarder", "NativeLegs"]

_leg = struct.Struct("=QQIHH")
_packet = struct.Struct("=IHHBBBx").pack


class NativeForwarder:
    """The loaded helper.  One serves all sockets of a worker."""

    def __init__(self, module: Any) -> None:
        self.ffi: Any = module.ffi
        self.forward: Any = module.lib.kms_forward
        self.protect = int(srtp_ffi.cast("uintptr_t", srtp_ffi.addressof(srtp_lib, "srtp_protect")))
        """Where libsrtp's function lies."""

    def arena(self, slots: int, vectors: int, messages: int, controls: int, slot_count: int) -> Any:
        """A `kms_arena` of the parts at these addresses; its cursors are set for each call."""
        return self.ffi.new("kms_arena *", (slots, vectors, messages, controls, slot_count, 0, 0, 0, 0, 0))


class NativeLegs:
    """The legs of a group side by side in memory.  Made anew when the group changes; leg and route must live on."""

    def __init__(self, forwarder: NativeForwarder, legs: Sequence[RtpLeg], layout: HeaderLayout, namelen: int) -> None:
        self._forwarder = forwarder
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

    def forward(self, arena: Any, packets: Sequence[RtpPacket], first: int, count: int, abs_send_time: int) -> None:
        """Queue the packets for `count` legs from `first` on; there must be enough free slots."""
        head = b"".join(
            [
                _packet(
                    packet.timestamp & 0xFFFFFFFF,
                    packet.sequence_number & 0xFFFF,
                    len(packet.payload),
                    packet.marker,
                    packet.audio_level & 0xFF,
                    packet.audio_level != NO_AUDIO_LEVEL,
                )
                for packet in packets
            ]
        )
        payloads = b"".join([packet.payload for packet in packets])
        legs = self._first + first * self._leg_bytes
        refused = self._forwarder.forward(arena, self._group, legs, count, head, len(packets), payloads, abs_send_time)
        assert not refused, "the caller has made room"
