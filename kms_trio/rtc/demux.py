"""RFC 7983 section 7: which protocol a datagram on a shared port belongs to, told by its first bytes.

::

                     +----------------+
                     |        [0..3] -+--> STUN
                     |                |
                     |      [20..63] -+--> DTLS
    first byte   ->  |                |
                     |      [64..79] -+--> TURN channel (only on sockets toward a TURN server)
                     |                |
                     |    [128..191] -+--> RTP or RTCP, by the second byte (RFC 5761 section 4)
                     +----------------+
"""

from __future__ import annotations

import enum


class PacketKind(enum.IntEnum):
    """The protocols multiplexed on one transport."""

    UNKNOWN = 0
    STUN = 1
    DTLS = 2
    RTP = 3
    RTCP = 4
    TURN_CHANNEL = 5


def classify(first_byte: int, second_byte: int) -> PacketKind:
    """Name the protocol of a datagram by its first two bytes; for a shorter one pass 0 for what is missing.

    The answer says where the datagram goes, not that it is well formed. Never raises.
    """
    if 128 <= first_byte <= 191:
        # RTCP packet types 192-223 would be RTP payload types 64-95 with the marker bit: those are never assigned.
        return PacketKind.RTCP if 192 <= second_byte <= 223 else PacketKind.RTP
    if first_byte <= 3:
        return PacketKind.STUN
    if 20 <= first_byte <= 63:
        return PacketKind.DTLS
    if 64 <= first_byte <= 79:
        return PacketKind.TURN_CHANNEL
    return PacketKind.UNKNOWN
