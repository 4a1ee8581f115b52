"""RFC 7983 classification, all first bytes."""

from __future__ import annotations

import pytest

from kms_trio.rtc.demux import PacketKind, classify


@pytest.mark.parametrize(
    ("first_bytes", "kind"),
    [
        (range(4), PacketKind.STUN),
        (range(4, 20), PacketKind.UNKNOWN),  # 16-19 is ZRTP
        (range(20, 64), PacketKind.DTLS),
        (range(64, 80), PacketKind.TURN_CHANNEL),
        (range(80, 128), PacketKind.UNKNOWN),
        (range(128, 192), PacketKind.RTP),
        (range(192, 256), PacketKind.UNKNOWN),
    ],
)
def test_first_byte(first_bytes: range, kind: PacketKind) -> None:
    assert {classify(first, 96) for first in first_bytes} == {kind}


def test_rtcp_is_told_from_rtp_by_the_packet_type() -> None:
    kinds = [classify(0x80, second) for second in range(256)]
    assert [second for second in range(256) if kinds[second] is PacketKind.RTCP] == list(range(192, 224))
    assert set(kinds) == {PacketKind.RTP, PacketKind.RTCP}
