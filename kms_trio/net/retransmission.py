"""Retransmission streams (RTX, RFC 4588): packets that were lost come again under an SSRC and numbers of their own.

A retransmitted packet is the original header, with SSRC, payload type and sequence number of the retransmission stream,
and the original's sequence number (OSN) in front of the payload.  As its SRTP index is new its bytes may be, too.
"""

from __future__ import annotations

import secrets
import struct
from collections.abc import Mapping
from typing import TYPE_CHECKING

from kms_trio.media.frames import RtpPacket
from kms_trio.net.forwarding import send_to_leg
from kms_trio.net.leg import RtpLeg

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kms_trio.net.receiver import RtpReceiver
    from kms_trio.net.session_parts import MediaBinding

__all__ = ["RetransmissionIntake", "RetransmissionSender"]

OSN_BYTES = 2
_osn = struct.Struct("!H")


class RetransmissionSender:
    """Sends a viewer what it lost of the leg `media`, under `ssrc`.

    `payload_types` maps the payload types of media to those of their retransmission.
    """

    def __init__(self, media: RtpLeg, ssrc: int, payload_types: Mapping[int, int]) -> None:
        self.ssrc = ssrc
        self.packets_sent = 0
        self._media = media
        self._payload_types = payload_types
        # A leg of its own that is in no group: its packets are as many as the viewer loses.
        self._leg = RtpLeg(
            ssrc=ssrc,
            clock_rate_hz=media.clock_rate_hz,
            flow=media.flow,
            extensions=media.extensions,
            mid=media.mid,
        )
        self._next_sequence_number = secrets.randbits(15)

    def serves(self, payload_type: int) -> bool:
        """Whether media of this payload type has a retransmission format; otherwise its packets are repeated."""
        return payload_type in self._payload_types

    def send(self, packet: RtpPacket, abs_send_time: int) -> None:
        """Send one packet of the source again.  `abs_send_time` is that of now."""
        media, leg = self._media, self._leg
        leg.route = media.route
        leg.payload_type = self._payload_types[media.payload_type]
        leg.timestamp_offset = media.timestamp_offset
        original = _osn.pack((packet.sequence_number + media.sequence_offset) & 0xFFFF)
        again = RtpPacket(self._next_sequence_number, packet.timestamp, packet.marker, original + packet.payload)
        self._next_sequence_number += 1
        self.packets_sent += 1
        send_to_leg(leg, [again], abs_send_time)


class RetransmissionIntake:
    """Finds out which packet of which source a retransmission is.

    Only what is missing is taken: senders repeat what has arrived, too, to probe for bandwidth.
    """

    def __init__(self) -> None:
        self.probes = 0
        """Packets without a payload, sent to measure the path."""
        self.unwanted = 0
        """Packets that were not missing."""
        self._bindings: dict[int, MediaBinding] = {}

    def bind(self, bindings: Iterable[MediaBinding]) -> None:
        """Say which retransmission payload types belong to which media."""
        self._bindings = {
            payload_type: binding for binding in bindings for payload_type in binding.retransmitted_payload_types
        }

    def expects(self, payload_type: int) -> bool:
        """Whether packets of this payload type are retransmissions."""
        return payload_type in self._bindings

    def find(
        self, ssrc: int, payload_type: int, payload: memoryview, receivers: Mapping[int, RtpReceiver]
    ) -> tuple[RtpReceiver, int] | None:
        """The source and the 16-bit sequence number that a payload is missing under; None: it is of no use."""
        if len(payload) < OSN_BYTES:
            self.probes += 1
            return None
        binding = self._bindings[payload_type]
        original = binding.retransmitted_payload_types[payload_type]
        (sequence_number,) = _osn.unpack_from(payload)
        primary = binding.retransmitted_ssrcs.get(ssrc)
        if primary is not None:
            receiver = receivers.get(primary)
            candidates = [receiver] if receiver is not None else []
        else:  # not announced: it is for whom we asked (RFC 4588 section 5.3)
            candidates = list(receivers.values())
        for receiver in candidates:
            nack = receiver.nack if receiver.payload_type == original else None
            if nack is not None and nack.is_missing(sequence_number):
                return receiver, sequence_number
        self.unwanted += 1
        return None
