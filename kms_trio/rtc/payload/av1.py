"""AV1 (RTP Payload Format For AV1, version 1.0, of the Alliance for Open Media).

Aggregation header, section 4.4::

      0 1 2 3 4 5 6 7
     +-+-+-+-+-+-+-+-+
     |Z|Y| W |N|-|-|-|   Z/Y: first/last element continues an OBU, W: number of elements (0: each has a length),
     +-+-+-+-+-+-+-+-+   N: first packet of a coded video sequence

Frames are temporal units in the low-overhead format (AV1 bitstream section 5.2): every OBU has its size field, and a
temporal delimiter comes first. On the wire OBUs have no size fields and there are no temporal delimiters.
"""

from __future__ import annotations

from kms_trio.rtc.payload.assembler import FrameAssembler
from kms_trio.rtc.payload.format import PayloadError

_TEMPORAL_DELIMITER_OBU = b"\x12\x00"

# OBU types (AV1 bitstream section 6.2.2)
_SEQUENCE_HEADER, _TEMPORAL_DELIMITER, _TILE_LIST, _PADDING = 1, 2, 8, 15
_NOT_TRANSMITTED = (_TEMPORAL_DELIMITER, _TILE_LIST, _PADDING)

_EXTENSION_FLAG, _HAS_SIZE_FLAG = 0x04, 0x02
_Z, _Y, _N = 0x80, 0x40, 0x08


def starts_key_frame(payload: bytes) -> bool:
    """Whether a coded video sequence begins here: bit N, or a sequence header as first OBU."""
    if len(payload) < 2:
        return False
    flags = payload[0]
    if flags & _Z:
        return False
    if flags & _N:
        return True
    at = 1
    if flags & 0x30 != 0x10:  # the first element has a length before it
        while at < len(payload) - 1 and payload[at] & 0x80:
            at += 1
        at += 1
    return at < len(payload) and payload[at] >> 3 & 15 == _SEQUENCE_HEADER


class Av1Depacketizer(FrameAssembler):
    """Packets to temporal units."""

    __slots__ = ()

    def _assemble(self, payloads: list[bytes], start_known: bool) -> tuple[bytes, bool] | None:
        key_frame = starts_key_frame(payloads[0])
        if not start_known and not key_frame:
            return None
        units: list[list[bytes]] = []
        continued = False
        for payload in payloads:
            flags = payload[0]
            elements = _elements(payload)
            if bool(flags & _Z) is not continued or not elements:
                return None
            if continued:
                units[-1].append(elements.pop(0))
            units += [[element] for element in elements]
            continued = flags & _Y != 0
        if continued:
            return None
        sized = [_with_size(b"".join(parts)) for parts in units]
        data = b"".join(sized)
        return (_TEMPORAL_DELIMITER_OBU + data, key_frame) if data else None


class Av1Packetizer:
    """Temporal units to packets; every element gets its length (W = 0)."""

    __slots__ = ("_max_bytes",)

    def __init__(self, max_payload_bytes: int) -> None:
        self._max_bytes = max_payload_bytes

    def packetize(self, data: bytes) -> list[bytes]:
        """See `Packetizer.packetize`."""
        units = split_units(data)
        if not units:
            raise PayloadError("AV1 temporal unit without a frame")
        new_sequence = units[0][0] >> 3 & 15 == _SEQUENCE_HEADER
        payloads: list[bytearray] = [bytearray((_N if new_sequence else 0,))]
        for unit in units:
            at = 0
            while at < len(unit):
                packet = payloads[-1]
                room = self._max_bytes - len(packet)
                take = min(len(unit) - at, room - 2 if room < 130 else room - 3)  # length field: 1, 2 or 3 bytes
                if take <= 0:
                    payloads.append(bytearray((0,)))
                    continue
                packet += _write_leb128(take)
                packet += unit[at : at + take]
                at += take
                if at < len(unit):
                    packet[0] |= _Y
                    payloads.append(bytearray((_Z,)))
        return [bytes(payload) for payload in payloads]


def split_units(data: bytes) -> list[bytes]:
    """The OBUs of a temporal unit that are transmitted, without size fields. Raises PayloadError."""
    units = []
    at = 0
    while at < len(data):
        header = data[at]
        body = at + (2 if header & _EXTENSION_FLAG else 1)
        if not header & _HAS_SIZE_FLAG:
            raise PayloadError("AV1 OBU without a size field")
        size, start = _read_leb128(data, body)
        if size < 0 or start + size > len(data):
            raise PayloadError("AV1 OBU is cut off")
        if header >> 3 & 15 not in _NOT_TRANSMITTED:
            extension = data[at + 1 : body]
            units.append(bytes((header & ~_HAS_SIZE_FLAG,)) + extension + data[start : start + size])
        at = start + size
    return units


def _elements(payload: bytes) -> list[bytes]:
    """The OBU elements of a packet; none if it is malformed."""
    count = payload[0] >> 4 & 3
    elements: list[bytes] = []
    at = 1
    while at < len(payload):
        if count and len(elements) == count - 1:  # the last one reaches to the end
            size, start = len(payload) - at, at
        else:
            size, start = _read_leb128(payload, at)
        at = start + size
        if size < 0 or at > len(payload):
            return []
        elements.append(payload[start:at])
    return elements if not count or len(elements) == count else []


def _with_size(unit: bytes) -> bytes:
    """An OBU with its size field; nothing for one that has no place in a frame. May raise IndexError."""
    if not unit:
        return b""
    header = unit[0]
    if header >> 3 & 15 in _NOT_TRANSMITTED or (header & _HAS_SIZE_FLAG and not len(unit) > 1):
        return b""
    if header & _HAS_SIZE_FLAG:  # allowed, if unusual: kept as it came
        return unit
    body = 2 if header & _EXTENSION_FLAG else 1
    if len(unit) < body:
        return b""
    return bytes((header | _HAS_SIZE_FLAG,)) + unit[1:body] + _write_leb128(len(unit) - body) + unit[body:]


def _read_leb128(data: bytes, at: int) -> tuple[int, int]:
    """`(value, offset behind it)`; the value is -1 if it is cut off or longer than eight bytes (section 4.10.5)."""
    value = 0
    for i, byte in enumerate(data[at : at + 8]):
        value |= (byte & 0x7F) << 7 * i
        if not byte & 0x80:
            return value, at + i + 1
    return -1, at


def _write_leb128(value: int) -> bytes:
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)
