"""H.264 (RFC 6184), packetization modes 0 and 1: single NAL units, STAP-A (section 5.7.1), FU-A (section 5.8).

Frames are Annex B byte streams with start codes of four bytes.
"""

from __future__ import annotations

from kms_trio.rtc.payload.annexb import join_nal_units, split_nal_units
from kms_trio.rtc.payload.assembler import FrameAssembler
from kms_trio.rtc.payload.format import PayloadError

# NAL unit types (H.264 table 7-1 and RFC 6184 table 1)
_IDR = 5
_SPS = 7
_STAP_A = 24
_FU_A = 28

_FU_HEADER_BYTES = 2
_STAP_HEADER_BYTES = 1
_STAP_LENGTH_BYTES = 2


def starts_key_frame(payload: bytes) -> bool:
    """Whether a sequence parameter set or an IDR slice begins here.

    Both count, because parameter sets may come outside of the stream: a key frame of several packets in which each
    holds whole slices has more than one start, all with the same timestamp.
    """
    if not payload:
        return False
    kind = payload[0] & 31
    if kind == _FU_A:
        return len(payload) > 1 and payload[1] & 0x80 != 0 and payload[1] & 31 in (_IDR, _SPS)
    if kind == _STAP_A:
        units = _aggregated_units(payload)
        return units is not None and any(unit[0] & 31 in (_IDR, _SPS) for unit in units)
    return kind in (_IDR, _SPS)


class H264Depacketizer(FrameAssembler):
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
        kinds = [unit[0] & 31 for unit in units]
        if not start_known and _SPS not in kinds:
            return None  # the slices that are there may not be all
        if not any(1 <= kind <= _IDR for kind in kinds):
            self._held = (held if start_known else []) + units
            return b"", False
        return join_nal_units(held + units if start_known else units), _IDR in kinds


class H264Packetizer:
    """Access units to packets: small NAL units together (STAP-A), large ones in pieces (FU-A)."""

    __slots__ = ("_max_bytes",)

    def __init__(self, max_payload_bytes: int) -> None:
        self._max_bytes = max_payload_bytes

    def packetize(self, data: bytes) -> list[bytes]:
        """See `Packetizer.packetize`."""
        units = split_nal_units(data)
        if not units:
            raise PayloadError("H264 frame without a start code")
        payloads: list[bytes] = []
        together: list[bytes] = []
        size = _STAP_HEADER_BYTES
        for unit in units:
            added = _STAP_LENGTH_BYTES + len(unit)
            if together and size + added > self._max_bytes:
                payloads.append(_aggregate(together))
                together, size = [], _STAP_HEADER_BYTES
            if len(unit) > self._max_bytes:
                payloads += self._fragment(unit)
            else:
                together.append(unit)
                size += added
        if together:
            payloads.append(_aggregate(together))
        return payloads

    def _fragment(self, unit: bytes) -> list[bytes]:
        indicator = unit[0] & 0xE0 | _FU_A
        kind = unit[0] & 31
        step = self._max_bytes - _FU_HEADER_BYTES
        following = bytes((indicator, kind))
        pieces = [following + unit[at : at + step] for at in range(1, len(unit), step)]
        pieces[0] = bytes((indicator, 0x80 | kind)) + pieces[0][2:]
        pieces[-1] = bytes((indicator, 0x40 | kind)) + pieces[-1][2:]
        return pieces


def _collect_units(payloads: list[bytes]) -> list[bytes] | None:
    """The NAL units in the packets of a frame; None if one is cut off or of a kind that mode 1 does not have."""
    units: list[bytes] = []
    fragments: list[bytes] | None = None
    for payload in payloads:
        kind = payload[0] & 31
        if kind == _FU_A:
            header = payload[1]
            if header & 0x80:
                if fragments is not None:
                    return None
                fragments = [bytes((payload[0] & 0xE0 | header & 31,))]
            if fragments is None:
                return None
            fragments.append(payload[_FU_HEADER_BYTES:])
            if header & 0x40:
                units.append(b"".join(fragments))
                fragments = None
            continue
        if fragments is not None:
            return None
        if kind == _STAP_A:
            aggregated = _aggregated_units(payload)
            if not aggregated:
                return None
            units += aggregated
        elif 1 <= kind < _STAP_A:
            units.append(payload)
        else:
            return None
    return units if fragments is None else None


def _aggregated_units(payload: bytes) -> list[bytes] | None:
    """The NAL units of a STAP-A; None if it is cut off."""
    units = []
    at = _STAP_HEADER_BYTES
    while at < len(payload):
        start = at + _STAP_LENGTH_BYTES
        at = start + int.from_bytes(payload[at:start], "big")
        if at > len(payload) or at <= start:
            return None
        units.append(payload[start:at])
    return units


def _aggregate(units: list[bytes]) -> bytes:
    if len(units) == 1:
        return units[0]
    importance = max(unit[0] & 0x60 for unit in units)  # NRI: the highest of all (section 5.7)
    forbidden = 0x80 if any(unit[0] & 0x80 for unit in units) else 0
    parts = [bytes((forbidden | importance | _STAP_A,))]
    for unit in units:
        parts += (len(unit).to_bytes(2, "big"), unit)
    return b"".join(parts)
