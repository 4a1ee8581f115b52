"""The reception report block of sender and receiver reports (RFC 3550 section 6.4.1)."""

from __future__ import annotations

import struct

import attrs

from kms_trio.rtc.rtcp.errors import RtcpError

BLOCK_BYTES = 24

_block = struct.Struct("!IIIIII")


@attrs.frozen
class ReportBlock:
    """What a receiver tells about one source."""

    ssrc: int
    fraction_lost: int  #: since the last report, in 1/256
    packets_lost: int  #: cumulative, signed 24 bits
    highest_sequence_number: int  #: extended: cycles in the high 16 bits
    jitter: int  #: timestamp units
    last_sender_report: int  #: middle 32 bits of the NTP timestamp of the last SR; 0: none yet
    delay_since_last_sender_report: int  #: 1/65536 s

    def __bytes__(self) -> bytes:
        return _block.pack(
            self.ssrc,
            self.fraction_lost << 24 | self.packets_lost & 0xFFFFFF,
            self.highest_sequence_number,
            self.jitter,
            self.last_sender_report,
            self.delay_since_last_sender_report,
        )

    def round_trip_s(self, ntp_middle_now: int) -> float | None:
        """Round-trip time seen by the sender when the block arrives at `ntp_middle_now`; None if not told."""
        if not self.last_sender_report:
            return None
        elapsed = (ntp_middle_now - self.last_sender_report - self.delay_since_last_sender_report) & 0xFFFFFFFF
        # Clocks that step, or rounding, make it slightly negative: that is no time at all.
        return 0.0 if elapsed > 0x7FFFFFFF else elapsed / 65536


def parse_blocks(data: bytes, offset: int, count: int) -> tuple[ReportBlock, ...]:
    """Read `count` blocks from `offset`; what follows them (profile-specific extensions) is left. Raises RtcpError."""
    if len(data) < offset + count * BLOCK_BYTES:
        raise RtcpError(f"RTCP report with {count} blocks is cut off")
    blocks = []
    for at in range(offset, offset + count * BLOCK_BYTES, BLOCK_BYTES):
        ssrc, loss, highest, jitter, last_sender_report, delay = _block.unpack_from(data, at)
        lost = loss & 0xFFFFFF
        if lost & 0x800000:
            lost -= 0x1000000
        blocks.append(ReportBlock(ssrc, loss >> 24, lost, highest, jitter, last_sender_report, delay))
    return tuple(blocks)
