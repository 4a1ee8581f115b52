"""VP8 (RFC 7741).

Payload descriptor, section 4.2::

      0 1 2 3 4 5 6 7
     +-+-+-+-+-+-+-+-+
     |X|R|N|S|R| PID |   S: start of a partition, PID: partition index
     +-+-+-+-+-+-+-+-+
     |I|L|T|K| RSV   |   if X
     +-+-+-+-+-+-+-+-+
     |M| PictureID   |   if I; 15 bits in two octets if M
     |   TL0PICIDX   |   if L
     |TID|Y| KEYIDX  |   if T or K
     +-+-+-+-+-+-+-+-+
"""

from __future__ import annotations

import struct

from kms_trio.rtc.payload.assembler import FrameAssembler
from kms_trio.rtc.payload.format import PayloadError

_descriptor = struct.Struct("!BBH")


def starts_key_frame(payload: bytes) -> bool:
    """Whether the first partition of a key frame begins here (section 4.3: bit P of the frame tag is 0)."""
    if not payload or payload[0] & 0x17 != 0x10:
        return False
    try:
        return not payload[descriptor_bytes(payload)] & 1
    except IndexError:
        return False


def descriptor_bytes(payload: bytes) -> int:
    """Length of the payload descriptor; raises IndexError if the payload ends within it."""
    if not payload[0] & 0x80:
        return 1
    extensions = payload[1]
    size = 2
    if extensions & 0x80:
        size += 2 if payload[2] & 0x80 else 1
    if extensions & 0x40:
        size += 1
    if extensions & 0x30:
        size += 1
    return size


class Vp8Depacketizer(FrameAssembler):
    """Packets to VP8 frames."""

    __slots__ = ()

    def _assemble(self, payloads: list[bytes], start_known: bool) -> tuple[bytes, bool] | None:
        if payloads[0][0] & 0x17 != 0x10:  # not the start of partition 0
            return None
        data = b"".join([payload[descriptor_bytes(payload) :] for payload in payloads])
        return (data, not data[0] & 1) if data else None


class Vp8Packetizer:
    """VP8 frames to packets, with a 15-bit picture ID."""

    __slots__ = ("_chunk_bytes", "_picture_id")

    def __init__(self, max_payload_bytes: int, first_picture_id: int = 0) -> None:
        self._chunk_bytes = max_payload_bytes - _descriptor.size
        self._picture_id = first_picture_id & 0x7FFF

    def packetize(self, data: bytes) -> list[bytes]:
        """See `Packetizer.packetize`."""
        if not data:
            raise PayloadError("a VP8 frame has no bytes")
        picture_id = 0x8000 | self._picture_id
        self._picture_id = (self._picture_id + 1) & 0x7FFF
        size = self._chunk_bytes
        first = _descriptor.pack(0x90, 0x80, picture_id)  # X and S; I
        following = _descriptor.pack(0x80, 0x80, picture_id)
        payloads = [first + data[:size]]
        payloads += [following + data[at : at + size] for at in range(size, len(data), size)]
        return payloads
