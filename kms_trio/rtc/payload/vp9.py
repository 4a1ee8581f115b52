"""VP9 (RFC 9628).

Payload descriptor, section 4.2::

      0 1 2 3 4 5 6 7
     +-+-+-+-+-+-+-+-+
     |I|P|L|F|B|E|V|Z|   P: inter-picture predicted, B/E: first/last packet of a layer frame
     +-+-+-+-+-+-+-+-+
     |M| PICTURE ID  |   if I; 15 bits in two octets if M
     |TID|U| SID |D  |   if L
     |   TL0PICIDX   |   if L and not F
     | P_DIFF      |N|   if F and P, up to three times
     | SS ...        |   if V: the scalability structure
     +-+-+-+-+-+-+-+-+
"""

from __future__ import annotations

import struct

from kms_trio.rtc.payload.assembler import FrameAssembler
from kms_trio.rtc.payload.format import PayloadError

_descriptor = struct.Struct("!BH")

_I, _P, _L, _F, _B, _E, _V = 0x80, 0x40, 0x20, 0x10, 0x08, 0x04, 0x02


def starts_key_frame(payload: bytes) -> bool:
    """Whether a picture begins here (lowest spatial layer) that predicts from no other picture."""
    if not payload:
        return False
    flags = payload[0]
    if flags & (_P | _B) != _B:
        return False
    if not flags & _L:
        return True
    try:
        return not payload[_picture_id_end(payload)] >> 1 & 7
    except IndexError:
        return False


def _picture_id_end(payload: bytes) -> int:
    if not payload[0] & _I:
        return 1
    return 3 if payload[1] & 0x80 else 2


def descriptor_bytes(payload: bytes) -> int:
    """Length of the payload descriptor; raises IndexError if the payload ends within it."""
    flags = payload[0]
    at = _picture_id_end(payload)
    if flags & _L:
        at += 1 if flags & _F else 2
    if flags & _F and flags & _P:
        for _ in range(3):
            at += 1
            if not payload[at - 1] & 1:
                break
    if flags & _V:
        structure = payload[at]
        at += 1
        if structure & 0x10:
            at += 4 * ((structure >> 5) + 1)
        if structure & 0x08:
            pictures = payload[at]
            at += 1
            for _ in range(pictures):
                at += 1 + (payload[at] >> 2 & 3)
    return at


class Vp9Depacketizer(FrameAssembler):
    """Packets to pictures; several spatial layers become one superframe."""

    __slots__ = ()

    def _assemble(self, payloads: list[bytes], start_known: bool) -> tuple[bytes, bool] | None:
        layers: list[list[bytes]] = []
        ended = True
        for payload in payloads:
            flags = payload[0]
            if bool(flags & _B) is not ended:
                return None
            if ended:
                layers.append([])
            ended = flags & _E != 0
            layers[-1].append(payload[descriptor_bytes(payload) :])
        frames = [b"".join(layer) for layer in layers]
        if not ended or not all(frames) or len(frames) > 8:
            return None
        key_frame = starts_key_frame(payloads[0])
        if not start_known and not key_frame:
            return None
        return (frames[0] if len(frames) == 1 else _superframe(frames)), key_frame


class Vp9Packetizer:
    """Frames of one spatial layer to packets, non-flexible mode, with a 15-bit picture ID."""

    __slots__ = ("_chunk_bytes", "_picture_id")

    def __init__(self, max_payload_bytes: int, first_picture_id: int = 0) -> None:
        self._chunk_bytes = max_payload_bytes - _descriptor.size
        self._picture_id = first_picture_id & 0x7FFF

    def packetize(self, data: bytes) -> list[bytes]:
        """See `Packetizer.packetize`."""
        flags = _I if is_key_frame(data) else _I | _P
        picture_id = 0x8000 | self._picture_id
        self._picture_id = (self._picture_id + 1) & 0x7FFF
        size = self._chunk_bytes
        chunks = [data[at : at + size] for at in range(0, len(data), size)]
        last = len(chunks) - 1
        return [
            _descriptor.pack(flags | (_B if i == 0 else 0) | (_E if i == last else 0), picture_id) + chunk
            for i, chunk in enumerate(chunks)
        ]


def is_key_frame(frame: bytes) -> bool:
    """Read the frame type from the uncompressed header (VP9 bitstream section 6.2). Raises PayloadError."""
    if not frame or frame[0] >> 6 != 2:
        raise PayloadError("VP9 frame without its frame marker")
    shift = 1 if frame[0] & 0x30 == 0x30 else 2  # profile 3 has one reserved bit more
    show_existing_frame, frame_type = frame[0] >> (shift + 1) & 1, frame[0] >> shift & 1
    return not show_existing_frame and not frame_type


def _superframe(frames: list[bytes]) -> bytes:
    """Frames that belong together, with the index of Annex B of the VP9 bitstream specification."""
    size_bytes = max((max(map(len, frames)).bit_length() + 7) // 8, 1)
    marker = bytes((0xC0 | (size_bytes - 1) << 3 | len(frames) - 1,))
    sizes = b"".join(len(frame).to_bytes(size_bytes, "little") for frame in frames)
    return b"".join(frames) + marker + sizes + marker
