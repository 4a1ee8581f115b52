"""H.265 (RFC 7798) without DONL fields: single NAL units, aggregation packets (section 4.4.2), fragments (4.4.3).

Frames are Annex B byte streams with start codes of four bytes. A NAL unit header has two bytes; the type is the six
bits after the first.
"""

from __future__ import annotations

from kms_trio.rtc.payload.annexb import join_nal_units, split_nal_units
from kms_trio.rtc.payload.assembler import FrameAssembler
from kms_trio.rtc.payload.format import PayloadError

# NAL unit types (H.265 table 7-1 and RFC 7798 section 4.4)
_FIRST_IRAP, _LAST_IRAP = 16, 23
_FIRST_NON_VCL = 32
_VPS, _SPS = 32, 33
_AGGREGATION = 48
_FRAGMENT = 49

_HEADER_BYTES = 2
_LENGTH_BYTES = 2
_FU_HEADER_BYTES = 3


def _kind(unit: bytes) -> int:
    return unit[0] >> 1 & 0x3F


def _begins_key_frame(kind: int) -> bool:
    return _FIRST_IRAP <= kind <= _LAST_IRAP or kind in (_VPS, _SPS)


def starts_key_frame(payload: bytes) -> bool:
    """Whether parameter sets (VPS, SPS) or a slice of an intra random access point begin here."""
    if len(payload) <= _HEADER_BYTES:
        return False
    kind = _kind(payload)
    if kind == _FRAGMENT:
        return payload[2] & 0x80 != 0 and _begins_key_frame(payload[2] & 0x3F)
    if kind == _AGGREGATION:
        units = _aggregated_units(payload)
        return units is not None and any(_begins_key_frame(_kind(unit)) for unit in units)
    return _begins_key_frame(kind)


class H265Depacketizer(FrameAssembler):
    """Packets to access units."""

    __slots__ = ("_held",)

    def __init__(self) -> None:
        super().__init__()
        self._held: list[bytes] = []  # parameter sets that came with a marker of their own

    def _assemble(self, payloads: list[bytes], start_known: bool) -> tuple[bytes, bool] | None:
        units = _collect_units(payloads)
        held, self._held = self._held, []
        if not units:
            return None
        kinds = [_kind(unit) for unit in units]
        if not start_known and _VPS not in kinds and _SPS not in kinds:
            return None  # the slices that are there may not be all
        if all(kind >= _FIRST_NON_VCL for kind in kinds):
            self._held = (held if start_known else []) + units
            return b"", False
        key_frame = any(_FIRST_IRAP <= kind <= _LAST_IRAP for kind in kinds)
        return join_nal_units(held + units if start_known else units), key_frame


class H265Packetizer:
    """Access units to packets: small NAL units together, large ones in fragments."""

    __slots__ = ("_max_bytes",)

    def __init__(self, max_payload_bytes: int) -> None:
        self._max_bytes = max_payload_bytes

    def packetize(self, data: bytes) -> list[bytes]:
        """See `Packetizer.packetize`."""
        units = split_nal_units(data)
        if not units or any(len(unit) <= _HEADER_BYTES for unit in units):
            raise PayloadError("H265 frame without a start code, or with a NAL unit of no content")
        payloads: list[bytes] = []
        together: list[bytes] = []
        size = _HEADER_BYTES
        for unit in units:
            added = _LENGTH_BYTES + len(unit)
            if together and size + added > self._max_bytes:
                payloads.append(_aggregate(together))
                together, size = [], _HEADER_BYTES
            if len(unit) > self._max_bytes:
                payloads += self._fragment(unit)
            else:
                together.append(unit)
                size += added
        if together:
            payloads.append(_aggregate(together))
        return payloads

    def _fragment(self, unit: bytes) -> list[bytes]:
        header = bytes((unit[0] & 0x81 | _FRAGMENT << 1, unit[1]))
        kind = _kind(unit)
        step = self._max_bytes - _FU_HEADER_BYTES
        chunks = [unit[at : at + step] for at in range(_HEADER_BYTES, len(unit), step)]
        last = len(chunks) - 1
        return [
            header + bytes(((0x80 if i == 0 else 0) | (0x40 if i == last else 0) | kind,)) + chunk
            for i, chunk in enumerate(chunks)
        ]


def _collect_units(payloads: list[bytes]) -> list[bytes] | None:
    """The NAL units in the packets of a frame; None if one is cut off or of an unknown packet type."""
    units: list[bytes] = []
    fragments: list[bytes] | None = None
    for payload in payloads:
        kind = _kind(payload)
        if kind == _FRAGMENT:
            header = payload[2]
            if header & 0x80:
                if fragments is not None:
                    return None
                fragments = [bytes((payload[0] & 0x81 | (header & 0x3F) << 1, payload[1]))]
            if fragments is None:
                return None
            fragments.append(payload[_FU_HEADER_BYTES:])
            if header & 0x40:
                units.append(b"".join(fragments))
                fragments = None
            continue
        if fragments is not None:
            return None
        if kind == _AGGREGATION:
            aggregated = _aggregated_units(payload)
            if not aggregated:
                return None
            units += aggregated
        elif kind < _AGGREGATION and len(payload) > _HEADER_BYTES:
            units.append(payload)
        else:
            return None
    return units if fragments is None else None


def _aggregated_units(payload: bytes) -> list[bytes] | None:
    """The NAL units of an aggregation packet; None if it is cut off."""
    units = []
    at = _HEADER_BYTES
    while at < len(payload):
        start = at + _LENGTH_BYTES
        at = start + int.from_bytes(payload[at:start], "big")
        if at > len(payload) or at <= start + _HEADER_BYTES:
            return None
        units.append(payload[start:at])
    return units


def _aggregate(units: list[bytes]) -> bytes:
    if len(units) == 1:
        return units[0]
    forbidden = 0x80 if any(unit[0] & 0x80 for unit in units) else 0
    # Layer and temporal identifier: the lowest of all (section 4.4.2).
    layer = min((unit[0] & 1) << 5 | unit[1] >> 3 for unit in units)
    temporal = min(unit[1] & 7 for unit in units)
    parts = [bytes((forbidden | _AGGREGATION << 1 | layer >> 5, (layer & 31) << 3 | temporal))]
    for unit in units:
        parts += (len(unit).to_bytes(2, "big"), unit)
    return b"".join(parts)
