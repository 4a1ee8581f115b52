"""What a payload format offers, whatever the codec."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import attrs


class PayloadError(Exception):
    """A frame is not what its codec says, so that it cannot be packetized."""


class PayloadPacket(Protocol):
    """The part of an RTP packet which a depacketizer reads; numbers are unwrapped."""

    @property
    def sequence_number(self) -> int:
        """One more than that of the packet before."""

    @property
    def timestamp(self) -> int:
        """The same for all packets of a frame."""

    @property
    def marker(self) -> bool:
        """Set on the last packet of a video frame."""

    @property
    def payload(self) -> bytes:
        """Without header and padding; empty for a packet of padding alone."""


class AssembledFrame:
    """A whole encoded frame; `timestamp` is that of its packets, `key_frame` true if it decodes on its own."""

    __slots__ = ("data", "key_frame", "timestamp")

    def __init__(self, data: bytes, timestamp: int, key_frame: bool) -> None:
        self.data = data
        self.timestamp = timestamp
        self.key_frame = key_frame

    def __repr__(self) -> str:
        return f"AssembledFrame({len(self.data)} bytes, timestamp={self.timestamp}, key_frame={self.key_frame})"


class Depacketizer(Protocol):
    """Packets in, in order of sequence number; whole frames that can be decoded out."""

    needs_key_frame: bool
    """Nothing more comes out until a key frame has come in."""
    frames_dropped: int
    """Frames that were incomplete, malformed, or not decodable after a loss."""

    def push(self, packet: PayloadPacket) -> Sequence[AssembledFrame]:
        """Take one packet, give the frames it completes: none, one, or two if the one before had no marker.

        Never raises for what the packet holds.
        """


class Packetizer(Protocol):
    """Whole frames in, RTP payloads out."""

    def packetize(self, data: bytes) -> list[bytes]:
        """Cut a frame into payloads no larger than allowed; the last takes the marker. Raises PayloadError."""


@attrs.frozen
class PayloadFormat:
    """One payload format."""

    encoding_name: str  #: as in SDP, upper case
    starts_key_frame: Callable[[bytes], bool]
    """Whether a payload begins a key frame; called for each packet, never raises."""
    depacketizer: Callable[[], Depacketizer]
    packetizer: Callable[[int], Packetizer]
    """Takes the size in bytes which no payload may exceed."""
