"""What was sent lately, for retransmission on request (RFC 4585 section 6.2.1)."""

from __future__ import annotations

from typing import Generic, Protocol, TypeVar


class Storable(Protocol):
    """The part of an RTP packet which the history looks at."""

    @property
    def sequence_number(self) -> int:
        """Unwrapped."""

    @property
    def payload(self) -> bytes:
        """Without header."""


PacketT = TypeVar("PacketT", bound=Storable)


class PacketHistory(Generic[PacketT]):
    """A ring of the packets with the highest unwrapped sequence numbers, bounded in packets and in payload bytes.

    `store` is on the packet path. Packets are kept by reference, so several histories may share them.
    """

    __slots__ = ("_mask", "_max_bytes", "_oldest", "_slots", "payload_bytes")

    def __init__(self, max_packets: int = 512, max_bytes: int = 1 << 20) -> None:
        """`max_packets` must be a power of two."""
        if max_packets < 1 or max_packets & (max_packets - 1):
            raise ValueError("max_packets must be a power of two")
        self._slots: list[PacketT | None] = [None] * max_packets
        self._mask = max_packets - 1
        self._max_bytes = max_bytes
        self._oldest = 0  # no packet below this sequence number is kept
        self.payload_bytes = 0  #: payload kept at present

    def store(self, packet: PacketT) -> None:
        """Keep `packet`, at the cost of the oldest. One older than all that is kept is not stored."""
        number = packet.sequence_number
        at = number & self._mask
        replaced = self._slots[at]
        size = self.payload_bytes + len(packet.payload)
        if replaced is not None:
            if replaced.sequence_number > number:
                return
            size -= len(replaced.payload)
        elif number < self._oldest:
            return
        self._slots[at] = packet
        self.payload_bytes = size
        if size > self._max_bytes:
            self._shrink(number)

    def get(self, sequence_number: int) -> PacketT | None:
        """The packet of this unwrapped sequence number, if still kept."""
        packet = self._slots[sequence_number & self._mask]
        return packet if packet is not None and packet.sequence_number == sequence_number else None

    def clear(self) -> None:
        """Forget everything."""
        self._slots = [None] * (self._mask + 1)
        self.payload_bytes = 0
        self._oldest = 0

    def _shrink(self, newest: int) -> None:
        """Drop from the old end until the payload fits; the newest packet stays whatever its size."""
        number = max(self._oldest, newest - self._mask)
        while self.payload_bytes > self._max_bytes and number < newest:
            packet = self._slots[number & self._mask]
            if packet is not None and packet.sequence_number <= number:
                self._slots[number & self._mask] = None
                self.payload_bytes -= len(packet.payload)
            number += 1
        self._oldest = number
