"""Packets that are passed over: APP (RFC 3550 section 6.7), XR (RFC 3611), feedback of formats not used here."""

from __future__ import annotations

import attrs

from kms_trio.rtc.rtcp.header import write_packet


@attrs.frozen
class UnknownPacket:
    """A well-formed RTCP packet whose body is not interpreted."""

    packet_type: int
    count: int  #: or the feedback format
    body: bytes  #: without padding

    def __bytes__(self) -> bytes:
        return write_packet(self.packet_type, self.count, self.body + bytes(-len(self.body) % 4))
