"""Parameter sets out of the SDP, put in front of key frames that lack them."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kms_trio.media.frames import RtpPacket
from kms_trio.net.parameter_sets import ParameterSets, sets_in_description
from kms_trio.rtc.payload import payload_format

SPS, PPS, IDR, SLICE = b"\x67sps", b"\x68pps", b"\x65idr", b"\x61slice"
TOLD = ",".join(base64.b64encode(unit).decode() for unit in (SPS, PPS))


def packet(number: int, timestamp: int, payload: bytes) -> RtpPacket:
    return RtpPacket(number, timestamp, True, payload, payload_format("H264").starts_key_frame(payload))


def run(packets: list[RtpPacket]) -> list[RtpPacket]:
    sets = ParameterSets(sets_in_description({"sprop-parameter-sets": TOLD}))
    return [placed for each in packets for placed in sets.place(each)]


def test_each_key_frame_gets_them() -> None:
    placed = run(
        [packet(10, 0, IDR), packet(11, 1, SLICE), packet(12, 2, IDR), packet(13, 2, IDR), packet(14, 3, SLICE)]
    )
    assert [each.sequence_number for each in placed] == list(range(10, 17))
    assert [each.timestamp for each in placed] == [0, 0, 1, 2, 2, 2, 3]
    assert [each.payload for each in placed[1:]].count(placed[0].payload) == 1
    assert placed[0].key_frame
    assert not placed[0].marker
    depacketizer = payload_format("H264").depacketizer()
    frames = [frame for each in placed for frame in depacketizer.push(each)]
    start = b"\0\0\0\1"
    assert frames[0].data == start + SPS + start + PPS + start + IDR
    assert frames[0].key_frame


@pytest.mark.parametrize("first", [SPS, b"\x78\0\4" + SPS + b"\0\4" + PPS, b"\x7c\x87frag"])
def test_a_sender_that_brings_its_own_is_left_alone(first: bytes) -> None:
    packets = [packet(1, 0, first), packet(2, 0, IDR), packet(3, 1, IDR)]
    assert [each.sequence_number for each in run(packets)] == [1, 2, 3]


def test_what_comes_late_keeps_its_place() -> None:
    placed = run([packet(1, 0, IDR), packet(3, 1, SLICE), packet(5, 2, IDR), packet(2, 0, SLICE), packet(4, 1, SLICE)])
    assert [each.sequence_number for each in placed] == [1, 2, 4, 6, 7, 3, 5]
    late_key_frame = run([packet(2, 1, SLICE), packet(1, 0, IDR)])
    assert [each.sequence_number for each in late_key_frame] == [2, 1]


@pytest.mark.parametrize(
    "text", ["", "%%%", "AAAA,====", base64.b64encode(PPS).decode(), base64.b64encode(SPS * 400).decode(), "é"]
)
def test_useless_descriptions(text: str) -> None:
    assert sets_in_description({"sprop-parameter-sets": text}) == b""
    assert sets_in_description({}) == b""


@given(st.text(max_size=60), st.lists(st.binary(max_size=12), max_size=20))
def test_anything(text: str, payloads: list[bytes]) -> None:
    told = sets_in_description({"sprop-parameter-sets": text}) or sets_in_description({"sprop-parameter-sets": TOLD})
    sets = ParameterSets(told)
    numbers = [each.sequence_number for i, payload in enumerate(payloads) for each in sets.place(packet(i, i, payload))]
    assert numbers == list(range(len(numbers))), "neither holes nor repetitions"
