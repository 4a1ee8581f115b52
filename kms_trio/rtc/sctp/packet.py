"""SCTP packets: the common header, the checksum, chunks one after the other (RFC 9260 section 3).

The checksum is CRC32c; where both sides said so it is 0, as DTLS has protected the packet already (RFC 9653).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Sequence

import attrs
import google_crc32c

from kms_trio.rtc.sctp.errors import SctpError

__all__ = [
    "COMMON_HEADER_BYTES",
    "MAX_PACKET_BYTES",
    "Packet",
    "PacketWriter",
    "RawChunk",
    "pack_chunks",
    "parse_packet",
]

COMMON_HEADER_BYTES = 12

#: Largest packet that is sent: fits into one DTLS record within the MTU of the DTLS engine.
MAX_PACKET_BYTES = 1148

_ROOM_BYTES = MAX_PACKET_BYTES - COMMON_HEADER_BYTES

_ports_and_tag = struct.Struct("!HHI")
_checksum = struct.Struct("<I")  # bytes in the order that RFC 9260 appendix A gives them
_chunk_header = struct.Struct("!BBH")

RawChunk = tuple[int, int, bytes]
"""Type, flags, body without padding."""


@attrs.frozen
class Packet:
    """A packet taken apart; chunks of types that nobody knows are still among `chunks`."""

    source_port: int
    destination_port: int
    verification_tag: int
    chunks: Sequence[RawChunk]


def parse_packet(data: bytes, *, zero_checksum: bool = False) -> Packet:
    """Raises SctpError. A checksum of 0 passes with `zero_checksum`."""
    if len(data) < COMMON_HEADER_BYTES + 4:
        raise SctpError(f"SCTP packet of {len(data)} bytes")
    source_port, destination_port, tag = _ports_and_tag.unpack_from(data)
    [told] = _checksum.unpack_from(data, 8)
    if (told or not zero_checksum) and told != google_crc32c.value(data[:8] + b"\0\0\0\0" + data[12:]):
        raise SctpError("SCTP checksum is wrong")
    chunks = []
    at, end = COMMON_HEADER_BYTES, len(data)
    while at < end:
        if end - at < 4:
            raise SctpError("SCTP chunk header is cut off")
        kind, flags, length = _chunk_header.unpack_from(data, at)
        if length < 4 or at + length > end:
            raise SctpError(f"SCTP chunk {kind} says that it has {length} bytes, {end - at} are there")
        chunks.append((kind, flags, data[at + 4 : at + length]))
        at += length + (-length % 4)
    return Packet(source_port, destination_port, tag, chunks)


@attrs.frozen
class PacketWriter:
    """Writes the packets of one association; `tag` is the peer's."""

    source_port: int
    destination_port: int
    tag: int = 0
    zero_checksum: bool = False

    def write(self, chunks: Sequence[bytes]) -> bytes:
        """Put written chunks into a packet."""
        header = _ports_and_tag.pack(self.source_port, self.destination_port, self.tag)
        body = b"".join(chunks)
        if self.zero_checksum:
            return header + b"\0\0\0\0" + body
        checksum: int = google_crc32c.value(header + b"\0\0\0\0" + body)
        return header + _checksum.pack(checksum) + body


def pack_chunks(
    writer: PacketWriter, control: Iterable[bytes], take_data: Callable[[int], bytes | None]
) -> list[bytes]:
    """Packets with `control` first (RFC 9260 section 6.10), then what `take_data(room_bytes)` gives until it is None.

    A chunk that comes back from `take_data` fits into the room; None may also mean that there was too little.
    """
    packets: list[bytes] = []
    chunks: list[bytes] = []
    room = _ROOM_BYTES
    for chunk in control:
        if len(chunk) > room:
            packets.append(writer.write(chunks))
            chunks, room = [], _ROOM_BYTES
        chunks.append(chunk)
        room -= len(chunk)
    while True:
        data = take_data(room)
        if data is not None:
            chunks.append(data)
            room -= len(data)
        elif chunks:
            packets.append(writer.write(chunks))
            chunks, room = [], _ROOM_BYTES
        else:
            return packets
