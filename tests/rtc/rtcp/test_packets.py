"""RTCP: a byte fixture and a malformed twin for each packet type, round trips, fuzz."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kms_trio.rtc.rtcp import (
    FullIntraRequest,
    Goodbye,
    Nack,
    PictureLossIndication,
    ReceiverEstimatedMaximumBitrate,
    ReceiverReport,
    ReportBlock,
    RtcpError,
    RtcpPacket,
    SenderReport,
    SourceDescription,
    SourceItem,
    TransportFeedback,
    UnknownPacket,
    build_compound,
    parse_compound,
)
from kms_trio.rtc.rtcp.compound import MAX_PACKETS
from kms_trio.rtc.rtcp.nack import MAX_LOST

BLOCK = ReportBlock(0x22222222, 0x80, -2, 0x00010005, 9, 0xAABBCCDD, 0x00010000)
BLOCK_HEX = "22222222 80fffffe 00010005 00000009 aabbccdd 00010000"

# name, bytes (header; fields), the packet they mean, a malformed twin
CASES: list[tuple[str, str, RtcpPacket, str]] = [
    (
        "sender report",
        "81c8000c 11111111 0123456789abcdef 00000003 00000004 00000005" + BLOCK_HEX,
        SenderReport(0x11111111, 0x0123456789ABCDEF, 3, 4, 5, (BLOCK,)),
        "81c80006 11111111 0123456789abcdef 00000003 00000004 00000005",  # the block is missing
    ),
    (
        "receiver report",
        "81c90007 11111111" + BLOCK_HEX,
        ReceiverReport(0x11111111, (BLOCK,)),
        "82c90007 11111111" + BLOCK_HEX,  # says two blocks
    ),
    ("receiver report without blocks", "80c90001 11111111", ReceiverReport(0x11111111), "80c90000"),
    (
        "source description",
        # chunk: SSRC, CNAME "abc", MID "0", end and padding; second chunk with no items
        "82ca0006 11111111 01036162 630f0130 00000000 22222222 00000000",
        SourceDescription((SourceItem(0x11111111, ((1, b"abc"), (15, b"0"))), SourceItem(0x22222222, ()))),
        "81ca0002 11111111 01096162",  # nine bytes announced, two there
    ),
    (
        "goodbye",
        "82cb0003 11111111 22222222 03627965",
        Goodbye((0x11111111, 0x22222222), b"bye"),
        "82cb0001 11111111",  # one of two sources
    ),
    (
        "generic NACK",
        # packets 10, 11, 26 in one pair; 65535 with 0 after it (wraps)
        "81cd0004 11111111 22222222 000a8001 ffff0001",
        Nack(0x11111111, 0x22222222, (10, 11, 26, 65535, 0)),
        "81cd0001 11111111",  # no media source
    ),
    (
        "picture loss indication",
        "81ce0002 11111111 22222222",
        PictureLossIndication(0x11111111, 0x22222222),
        "81ce0000",
    ),
    (
        "full intra request",
        "84ce0004 11111111 00000000 22222222 07000000",
        FullIntraRequest(0x11111111, ((0x22222222, 7),)),
        "84ce0003 11111111 00000000 22222222",  # half an entry
    ),
    (
        "REMB",
        # one source, exponent 4, mantissa 0x3ffff
        "8fce0005 11111111 00000000 52454d42 0113ffff 22222222",
        ReceiverEstimatedMaximumBitrate(0x11111111, 0x3FFFF << 4, (0x22222222,)),
        "8fce0004 11111111 00000000 52454d42 0113ffff",  # its source is missing
    ),
    (
        "transport-wide feedback, which is not a NACK",
        "8fcd0005 11111111 22222222 00640002 00000a01 20028080",
        TransportFeedback(0x11111111, 0x22222222, 100, 2, 10, 1, bytes.fromhex("20028080")),
        "8fcd0003 11111111 22222222 00640002",
    ),
    ("application", "81cc0002 11111111 61626364", UnknownPacket(204, 1, bytes.fromhex("1111111161626364")), "81cc0002"),
    ("extended report", "80cf0001 11111111", UnknownPacket(207, 0, bytes.fromhex("11111111")), "80cf0001 1111"),
    (
        "application layer feedback that is no REMB",
        "8fce0003 11111111 00000000 58585858",
        UnknownPacket(206, 15, bytes.fromhex("111111110000000058585858")),
        "8fce0003 11111111",
    ),
]


@pytest.mark.parametrize(("data", "packet"), [case[1:3] for case in CASES], ids=[case[0] for case in CASES])
def test_fixture_both_ways(data: str, packet: RtcpPacket) -> None:
    assert parse_compound(bytes.fromhex(data)) == [packet]
    assert bytes(packet) == bytes.fromhex(data)


@pytest.mark.parametrize("data", [case[3] for case in CASES], ids=[case[0] for case in CASES])
def test_malformed_twin(data: str) -> None:
    with pytest.raises(RtcpError):
        parse_compound(bytes.fromhex(data))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("", "RTCP header is cut off"),
        ("80c900", "RTCP header is cut off"),
        ("40c90001 11111111", "RTCP version is 1, not 2"),
        ("80c90002 11111111", "RTCP packet of 3 words is cut off"),
        ("80c90001 11111111 80", "RTCP header is cut off"),
        ("a0c90001 11111100", "RTCP padding of 0 bytes"),
        ("a0c90001 11111105", "RTCP padding of 5 bytes"),
        ("a0c90000", "RTCP padding of 0 bytes"),
    ],
)
def test_malformed_compound(data: str, message: str) -> None:
    with pytest.raises(RtcpError, match=message):
        parse_compound(bytes.fromhex(data))


def test_compound_keeps_order_and_accepts_reduced_size() -> None:
    packets = [packet for _, _, packet, _ in reversed(CASES)]
    assert parse_compound(build_compound(packets)) == packets


def test_padding_is_removed() -> None:
    assert parse_compound(bytes.fromhex("a0c90002 11111111 00000004")) == [ReceiverReport(0x11111111)]


def test_profile_specific_extension_of_a_report_is_passed_over() -> None:
    assert parse_compound(bytes.fromhex("80c90002 11111111 deadbeef")) == [ReceiverReport(0x11111111)]


def test_cname() -> None:
    packet = SourceDescription.cname(5, "user@host")
    assert packet.chunks[0].get(1) == b"user@host"
    assert packet.chunks[0].get(2) is None


def test_round_trip_time() -> None:
    block = ReportBlock(1, 0, 0, 0, 0, last_sender_report=0x00010000, delay_since_last_sender_report=0x8000)
    assert block.round_trip_s(0x00020000) == 0.5
    assert block.round_trip_s(0x00017FFF) == 0.0
    assert ReportBlock(1, 0, 0, 0, 0, 0, 0).round_trip_s(5) is None


def test_bitrate_keeps_18_bits() -> None:
    (packet,) = parse_compound(bytes(ReceiverEstimatedMaximumBitrate(1, 1_234_567, ())))
    assert isinstance(packet, ReceiverEstimatedMaximumBitrate)
    assert 0 <= 1_234_567 - packet.bitrate_bps < 8


@given(st.lists(st.integers(0, 70000), max_size=60))
def test_nack_round_trip(numbers: list[int]) -> None:
    numbers = sorted(set(numbers))
    (packet,) = parse_compound(bytes(Nack.for_packets(1, 2, numbers)))
    assert isinstance(packet, Nack)
    assert set(packet.lost) == {number & 0xFFFF for number in numbers}


@given(
    st.one_of(
        st.binary(max_size=200),
        st.tuples(st.integers(0x80, 0xBF), st.integers(200, 207), st.binary(max_size=120)).map(
            lambda parts: bytes(parts[:2]) + (len(parts[2]) // 4).to_bytes(2, "big") + parts[2]
        ),
    )
)
@example(build_compound([packet for _, _, packet, _ in CASES]))
def test_any_bytes_raise_nothing_else_and_what_is_read_can_be_written(data: bytes) -> None:
    try:
        packets = parse_compound(data)
    except RtcpError:
        return
    assert len(parse_compound(build_compound(packets))) == len(packets)


def test_what_the_caller_has_no_use_for_is_not_read() -> None:
    names = SourceDescription.cname(7, "somebody")
    data = build_compound([ReceiverReport(7), names])
    report, rest = parse_compound(data, unread=frozenset({SourceDescription.PACKET_TYPE}))
    assert report == ReceiverReport(7)
    assert isinstance(rest, UnknownPacket)
    assert bytes(rest) == bytes(names)
    with pytest.raises(RtcpError):
        parse_compound(data[:-4], unread=frozenset({SourceDescription.PACKET_TYPE}))


def test_what_one_nack_asks_for_is_bounded() -> None:
    (packet,) = parse_compound(bytes(Nack.for_packets(1, 2, range(60_000))))
    assert isinstance(packet, Nack)
    assert MAX_LOST <= len(packet.lost) <= MAX_LOST + 16
    assert packet.lost == tuple(range(len(packet.lost)))


def test_a_datagram_of_very_many_packets_is_none() -> None:
    goodbye = bytes(Goodbye((1,)))
    assert len(parse_compound(goodbye * MAX_PACKETS)) == MAX_PACKETS
    with pytest.raises(RtcpError, match="more than"):
        parse_compound(goodbye * (MAX_PACKETS + 1))
