"""Parameter sets that a sender of H.264 told in its SDP alone (sprop-parameter-sets, RFC 6184 section 8.2.1).

Whoever gets the stream from us has another SDP.  So the sets are put into the stream, as a packet of their own
(STAP-A, section 5.7.1) in front of each key frame, and the numbers of what follows are shifted by one.  A sender that
ever brings a sequence parameter set itself is left alone from then on: its sets may be others by now.
"""

from __future__ import annotations

import base64
import binascii
import bisect
import struct
from collections.abc import Mapping

from kms_trio.media.frames import RtpPacket

__all__ = ["ParameterSets", "sets_in_description"]

_SPS, _STAP_A, _FU_A = 7, 24, 28
_STAP_A_HEADER = b"\x78"  # nal_ref_idc 3, type 24
MAX_BYTES = 1000
MAX_POINTS = 64
"""Places of insertion that are remembered for packets that come late."""


def sets_in_description(parameters: Mapping[str, str]) -> bytes:
    """The payload that brings the sets of an `a=fmtp` line; empty when it has none, or none that can be used."""
    units = []
    for text in parameters.get("sprop-parameter-sets", "").split(","):
        try:
            unit = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            return b""
        if unit:
            units.append(unit)
    payload = _STAP_A_HEADER + b"".join(struct.pack("!H", len(unit) & 0xFFFF) + unit for unit in units)
    known = any(unit[0] & 31 == _SPS for unit in units)
    return payload if known and len(payload) <= MAX_BYTES else b""


def _brings_sps(payload: bytes) -> bool:
    kind = payload[0] & 31 if payload else 0
    if kind == _FU_A:
        return len(payload) > 1 and payload[1] & 31 == _SPS
    if kind != _STAP_A:
        return kind == _SPS
    at = 1
    while at + 2 < len(payload):
        if payload[at + 2] & 31 == _SPS:
            return True
        at += 2 + int.from_bytes(payload[at : at + 2], "big")
    return False


class ParameterSets:
    """Puts `payload` into one stream; `place` gets its packets in order of arrival."""

    def __init__(self, payload: bytes) -> None:
        self._payload = payload
        self._needed = True
        self._highest: int | None = None
        self._told_timestamp: int | None = None
        self._points: list[int] = []
        self._shift = 0  # by points that are forgotten

    def place(self, packet: RtpPacket) -> list[RtpPacket]:
        """The packet under its new number, and what goes in front of it."""
        number = packet.sequence_number
        newest = self._highest is None or number > self._highest
        if newest:
            self._highest = number
        if self._needed and _brings_sps(packet.payload):
            self._needed = False
        packets = [packet]
        if packet.key_frame and newest and self._needed and packet.timestamp != self._told_timestamp:
            self._told_timestamp = packet.timestamp
            packets.insert(0, RtpPacket(self._renumbered(number), packet.timestamp, False, self._payload, True))
            self._points.append(number)
            if len(self._points) > MAX_POINTS:
                del self._points[0]
                self._shift += 1
        packet.sequence_number = self._renumbered(number)
        return packets

    def _renumbered(self, number: int) -> int:
        return number + self._shift + bisect.bisect_right(self._points, number)
