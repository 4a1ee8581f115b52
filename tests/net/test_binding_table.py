"""Which media a packet belongs to: by its SSRC, its MID, its payload type, in this order (RFC 8843 section 9.2)."""

from __future__ import annotations

import pytest

from kms_trio.media.formats import Format
from kms_trio.net.binding_table import BindingTable
from kms_trio.net.session_parts import MediaBinding
from kms_trio.rtc.rtp.header import RtpError

OPUS, VP8 = Format("OPUS", 48_000, 2), Format("VP8", 90_000)
MID_ID = 4
AUDIO = MediaBinding(mid="a", codecs={111: OPUS}, feedback={}, local_ssrc=1, mid_id=MID_ID)
VIDEO = MediaBinding(
    mid="v",
    codecs={96: VP8, 111: VP8},
    feedback={},
    local_ssrc=2,
    mid_id=MID_ID,
    announced_ssrcs=frozenset({20}),
    ignored_ssrcs=frozenset({21}),
)


def packet(mid: str = "", *, elements: bytes | None = None) -> memoryview:
    """A header, with that MID as a one-byte extension (RFC 8285)."""
    if elements is None:
        elements = bytes([MID_ID << 4 | len(mid) - 1]) + mid.encode() if mid else b""
    if not elements:
        return memoryview(bytes([0x80, 96]) + bytes(10))
    padded = elements.ljust(-(-len(elements) // 4) * 4, b"\0")
    return memoryview(bytes([0x90, 96]) + bytes(10) + b"\xbe\xde" + (len(padded) // 4).to_bytes(2, "big") + padded)


@pytest.fixture
def table() -> BindingTable:
    table = BindingTable()
    table.bind((AUDIO, VIDEO))
    return table


def test_an_announced_ssrc_says_it_whatever_the_packet_says(table: BindingTable) -> None:
    assert table.find(20, 111, packet("a")) is VIDEO


def test_the_mid_says_it_for_other_ssrcs(table: BindingTable) -> None:
    assert table.find(5, 111, packet("v")) is VIDEO
    assert table.find(5, 111, packet("a")) is AUDIO


def test_the_payload_type_says_it_where_nothing_else_does(table: BindingTable) -> None:
    assert table.find(5, 111, packet()) is AUDIO
    assert table.find(5, 96, packet("unknown")) is VIDEO


def test_what_was_assigned_stays_where_it_is(table: BindingTable) -> None:
    table.assign(5, VIDEO)
    assert table.of(5) is VIDEO
    assert table.find(5, 111, packet("a")) is VIDEO
    table.forget(5)
    assert table.find(5, 111, packet("a")) is AUDIO


def test_other_payload_types_and_ignored_streams_are_nobodys(table: BindingTable) -> None:
    assert table.find(5, 77, packet()) is None
    assert table.find(20, 77, packet()) is None
    assert table.find(5, 96, packet("a")) is None
    assert table.find(21, 96, packet()) is None


def test_malformed_extensions_are_told(table: BindingTable) -> None:
    overrun = bytes([MID_ID << 4 | 15]) + b"v"
    with pytest.raises(RtpError):
        table.find(5, 96, packet(elements=overrun))
    assert table.find(20, 96, packet(elements=overrun)) is VIDEO


def test_without_media_we_report_as_source_1() -> None:
    table = BindingTable()
    assert table.local_ssrc == 1
    table.bind((VIDEO, AUDIO))
    assert table.local_ssrc == 2
