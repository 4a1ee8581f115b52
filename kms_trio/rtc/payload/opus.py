"""Opus packets (RFC 6716 section 3.1): how long one plays. The payload format itself (RFC 7587) is plain."""

from __future__ import annotations

_SILK_TICKS = (480, 960, 1920, 2880)  # 10, 20, 40, 60 ms
_HYBRID_TICKS = (480, 960)
_CELT_TICKS = (120, 240, 480, 960)  # 2.5, 5, 10, 20 ms


def duration(packet: bytes) -> int:
    """Duration in ticks of the 48 kHz clock of RTP, by the table-of-contents byte; 0 for what is no Opus packet."""
    if not packet:
        return 0
    configuration = packet[0] >> 3
    if configuration < 12:
        ticks = _SILK_TICKS[configuration & 3]
    elif configuration < 16:
        ticks = _HYBRID_TICKS[configuration & 1]
    else:
        ticks = _CELT_TICKS[configuration & 3]
    code = packet[0] & 3
    if code == 0:
        return ticks
    if code < 3:
        return 2 * ticks
    return ticks * (packet[1] & 0x3F) if len(packet) > 1 else 0
