"""Payload descriptors by hand, malformed twins, and any bytes at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kms_trio.media.frames import RtpPacket
from kms_trio.rtc.payload import AssembledFrame, PayloadError, payload_format, vp8, vp9
from kms_trio.rtc.payload.annexb import join_nal_units, split_nal_units
from kms_trio.rtc.payload.av1 import split_units
from kms_trio.rtc.payload.opus import duration

VIDEO = ["VP8", "VP9", "H264", "H265", "AV1"]


def assemble(encoding_name: str, *payloads: str) -> list[tuple[bytes, bool]]:
    """Frames made of packets with these payloads (hex), the last with the marker."""
    depacketizer = payload_format(encoding_name).depacketizer()
    frames: list[AssembledFrame] = []
    for i, payload in enumerate(payloads):
        frames += depacketizer.push(RtpPacket(i, 0, i == len(payloads) - 1, bytes.fromhex(payload)))
    return [(frame.data, frame.key_frame) for frame in frames]


@pytest.mark.parametrize(
    ("encoding_name", "payload", "expected"),
    [
        ("VP8", "10 10", True),  # S; key frame tag
        ("VP8", "10 11", False),  # S; interframe
        ("VP8", "00 10", False),  # not a start
        ("VP8", "11 10", False),  # start of partition 1
        ("VP8", "90 80 8001 10", True),  # 15-bit picture ID
        ("VP8", "90 80 01 10", True),  # 7-bit picture ID
        ("VP8", "90 f0 8001 05 40 10", True),  # picture ID, TL0PICIDX, TID
        ("VP8", "90 f0 8001 05 40", False),  # ends within the descriptor
        ("VP9", "88 01 ff", True),  # I, B; no P
        ("VP9", "c8 01 ff", False),  # P
        ("VP9", "80 01 ff", False),  # not the beginning
        ("VP9", "a8 8001 00 05 ff", True),  # L: spatial layer 0
        ("VP9", "a8 8001 02 05 ff", False),  # L: spatial layer 1
        ("VP9", "a8 80", False),
        ("H264", "67 42", True),  # SPS
        ("H264", "65 88", True),  # IDR slice
        ("H264", "41 9a", False),
        ("H264", "78 0002 6742 0002 68ce", True),  # STAP-A: SPS, PPS
        ("H264", "78 0002 4142 0002 4142", False),
        ("H264", "78 0009 6742", False),  # cut off
        ("H264", "7c 85 88", True),  # FU-A: first of an IDR slice
        ("H264", "7c 45 88", False),  # last of it
        ("H264", "7c", False),
        ("H265", "40 01 0c", True),  # VPS
        ("H265", "26 01 af", True),  # IDR_W_RADL
        ("H265", "02 01 d0", False),  # TRAIL_R
        ("H265", "60 01 0003 42010c 0003 4401c1", True),  # aggregation: SPS, PPS
        ("H265", "62 01 93 af", True),  # first fragment of IDR_W_RADL
        ("H265", "62 01 13 af", False),
        ("AV1", "18 0a 00", True),  # N
        ("AV1", "10 0a 00", True),  # first OBU is a sequence header
        ("AV1", "20 02 0a00 32", True),  # the same with a length
        ("AV1", "10 32 00", False),  # frame OBU
        ("AV1", "98 0a 00", False),  # continues an OBU
        ("OPUS", "fc", True),
        ("PCMU", "00", True),
    ],
)
def test_starts_key_frame(encoding_name: str, payload: str, expected: bool) -> None:
    assert payload_format(encoding_name).starts_key_frame(bytes.fromhex(payload)) is expected


def test_vp8_descriptor_is_removed() -> None:
    assert assemble("VP8", "90 80 8001 10aa", "80 80 8001 bbcc") == [(bytes.fromhex("10aabbcc"), True)]


def test_vp9_descriptors() -> None:
    # flexible mode with two reference indices; non-flexible with layer indices; scalability structure
    assert vp9.descriptor_bytes(bytes.fromhex("d0 01 03 02 ff")) == 4
    assert vp9.descriptor_bytes(bytes.fromhex("a0 8001 00 05 ff")) == 5
    # V: N_S 1, Y, G; two sizes; two pictures with 1 and 0 references
    assert vp9.descriptor_bytes(bytes.fromhex("02 38 0140 00f0 0280 01e0 02 04 01 00 ff")) == 14


def test_vp9_spatial_layers_become_a_superframe() -> None:
    frames = assemble("VP9", "ac 01 00 05 82aabb", "ac 01 02 05 86cc")
    assert frames == [(bytes.fromhex("82aabb 86cc c1 03 02 c1"), True)]


def test_vp9_layer_without_its_end_is_dropped() -> None:
    assert assemble("VP9", "a8 01 00 05 82aabb", "ac 01 02 05 86cc") == []


def test_h264_aggregate_fragments_and_single_units() -> None:
    frames = assemble("H264", "78 0002 6742 0002 68ce", "7c 85 aabb", "7c 05 cc", "7c 45 dd", "06 05")
    assert frames == [(join_nal_units(map(bytes.fromhex, ("6742", "68ce", "65aabbccdd", "0605"))), True)]


def test_h264_parameter_sets_with_a_marker_of_their_own_join_the_next_frame() -> None:
    depacketizer = payload_format("H264").depacketizer()
    frames: list[AssembledFrame] = []
    for number, (timestamp, payload) in enumerate([(0, "6742"), (0, "68ce"), (0, "6588"), (3000, "419a")]):
        frames += depacketizer.push(RtpPacket(number, timestamp, True, bytes.fromhex(payload)))
    assert [(frame.data, frame.key_frame) for frame in frames] == [
        (join_nal_units(map(bytes.fromhex, ("6742", "68ce", "6588"))), True),
        (join_nal_units([bytes.fromhex("419a")]), False),
    ]


@pytest.mark.parametrize(
    "payloads",
    [
        ("7c 85 aa", "7c 05 bb"),  # no end
        ("67 42", "7c 05 aa", "7c 45 bb"),  # no start
        ("67 42", "7c 85 aa", "41 00", "7c 45 bb"),  # interrupted
        ("78 0002 6742 0009 68ce",),  # cut off
        ("67 42", "79 0000"),  # STAP-B: not of this mode
    ],
)
def test_h264_malformed(payloads: tuple[str, ...]) -> None:
    assert assemble("H264", *payloads) == []


def test_h264_packetizer_uses_each_form() -> None:
    sps, pps, slice_ = bytes.fromhex("6742c0"), bytes.fromhex("68ce"), b"\x65" + b"\x88" * 250
    payloads = payload_format("H264").packetizer(100).packetize(join_nal_units((sps, pps, slice_)))
    assert payloads[0] == bytes.fromhex("78 0003 6742c0 0002 68ce")
    assert [payload[:2].hex() for payload in payloads[1:]] == ["7c85", "7c05", "7c45"]
    assert b"".join(payload[2:] for payload in payloads[1:]) == slice_[1:]
    assert payload_format("H264").packetizer(100).packetize(b"\0\0\1" + pps) == [pps]


def test_vp8_packetizer_counts_pictures_in_15_bits() -> None:
    packetizer = vp8.Vp8Packetizer(104, first_picture_id=0x7FFF)
    assert [payload[:4].hex() for payload in packetizer.packetize(bytes(250))] == ["9080ffff", "8080ffff", "8080ffff"]
    assert packetizer.packetize(b"\0")[0][:4].hex() == "90808000"


def test_av1_obus_get_their_sizes() -> None:
    # W=2: sequence header with a length; frame OBU in two packets (Y, then Z)
    frames = assemble("AV1", "68 02 08aa 30bbcc", "90 ddee")
    assert frames == [(bytes.fromhex("1200 0a01aa 3204bbccddee"), True)]


def test_av1_continuation_without_beginning_is_dropped() -> None:
    assert assemble("AV1", "18 0aaa", "90 ddee") == []


@pytest.mark.parametrize(
    ("encoding_name", "frame"),
    [("VP8", ""), ("VP9", "00"), ("H264", "6742"), ("H265", "000001 40"), ("AV1", "0a 05 aa"), ("AV1", "08 aa")],
)
def test_packetizer_refuses_what_is_no_frame(encoding_name: str, frame: str) -> None:
    with pytest.raises(PayloadError):
        payload_format(encoding_name).packetizer(1000).packetize(bytes.fromhex(frame))


def test_plain_format() -> None:
    plain = payload_format("pcmu")
    assert plain.encoding_name == "PCMU"
    depacketizer = plain.depacketizer()
    frames = [frame for number in (1, 2, 5) for frame in depacketizer.push(RtpPacket(number, number, False, b"a"))]
    assert [(frame.data, frame.timestamp, frame.key_frame) for frame in frames] == [
        (b"a", number, True) for number in (1, 2, 5)
    ]
    assert not depacketizer.needs_key_frame
    assert plain.packetizer(10).packetize(b"x" * 160) == [b"x" * 160]


@pytest.mark.parametrize(
    ("packet", "ticks"),
    [
        ("fc", 960),
        ("08", 960),
        ("18", 2880),
        ("80", 120),
        ("fd", 1920),
        ("fb03", 2880),
        ("fb", 0),
        ("", 0),
        ("78", 960),
    ],
)
def test_opus_duration(packet: str, ticks: int) -> None:
    assert duration(bytes.fromhex(packet)) == ticks


@given(st.lists(st.binary(min_size=2, max_size=40).map(lambda unit: b"\x41" + unit + b"\x80"), min_size=1))
def test_nal_units_round_trip(units: list[bytes]) -> None:
    units = [unit.replace(b"\0", b"\1") for unit in units]
    assert split_nal_units(join_nal_units(units)) == units


@pytest.mark.parametrize("encoding_name", VIDEO)
@given(packets=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.booleans(), st.binary(max_size=12))))
def test_any_payload_raises_nothing(encoding_name: str, packets: list[tuple[int, int, bool, bytes]]) -> None:
    payloads = payload_format(encoding_name)
    depacketizer = payloads.depacketizer()
    number = timestamp = 0
    for step, advance, marker, payload in packets:
        number += max(step, 1) if step < 3 else 5
        timestamp += 3000 * (advance == 2)
        starts = payloads.starts_key_frame(payload)
        frames = depacketizer.push(RtpPacket(number, timestamp, marker, payload, starts))
        assert all(frame.data for frame in frames)


@pytest.mark.parametrize("encoding_name", VIDEO)
@given(data=st.binary(max_size=60))
def test_any_frame_raises_nothing_else(encoding_name: str, data: bytes) -> None:
    try:
        payloads = payload_format(encoding_name).packetizer(20).packetize(data)
    except PayloadError:
        return
    assert payloads
    assert all(0 < len(payload) <= 20 for payload in payloads)


@given(st.binary(max_size=40))
def test_any_temporal_unit_raises_nothing_else(data: bytes) -> None:
    try:
        units = split_units(data)
    except PayloadError:
        return
    assert all(units)
