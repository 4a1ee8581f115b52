"""RTP header: fixtures with their malformed twins, round trips, fuzz."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kms_trio.rtc.rtp.header import (
    RtpError,
    parse_header,
    read_extension,
    read_extensions,
    write_header,
)

# V=2, no padding, no extension, no CSRC; M=1 PT=96; sequence 0x1234; timestamp; SSRC; two bytes of payload
PLAIN = bytes.fromhex("80 e0 1234 decafbad cafebabe beef")
# V=2 P=1 X=1 CC=1; PT=111; ...; CSRC; one-byte extensions, 2 words: id 1 (1 byte), padding, id 3 (3 bytes), padding;
# payload of 2 bytes; padding of 4
FULL = bytes.fromhex("b1 6f 0001 00000002 00000003 00000004 bede0002 10aa 00 32010203 00 beef 00000004")
# X=1; two-byte form with appbits 5, 2 words: id 200 (2 bytes), id 7 (0 bytes), padding
TWO_BYTE = bytes.fromhex("90 60 0001 00000002 00000003 10050002 c802abcd 0700 0000 ff")


def test_plain() -> None:
    assert parse_header(PLAIN, len(PLAIN)) == (True, 96, 0x1234, 0xDECAFBAD, 0xCAFEBABE, 12, 14)
    assert read_extension(PLAIN, 1) is None
    assert read_extensions(PLAIN) == {}


def test_packet_in_a_larger_buffer() -> None:
    arena = bytearray(2048)
    arena[: len(FULL)] = FULL
    view = memoryview(arena)
    assert parse_header(view, len(FULL))[5:] == (28, 30)
    assert bytes(view[28:30]) == b"\xbe\xef"


def test_contributing_source_extensions_and_padding() -> None:
    assert parse_header(FULL, len(FULL)) == (False, 111, 1, 2, 3, 28, 30)
    assert read_extensions(FULL) == {1: b"\xaa", 3: b"\x01\x02\x03"}
    assert read_extension(FULL, 3) == b"\x01\x02\x03"
    assert read_extension(FULL, 2) is None


def test_two_byte_extensions() -> None:
    assert parse_header(TWO_BYTE, len(TWO_BYTE))[5:] == (24, 25)
    assert read_extensions(TWO_BYTE) == {200: b"\xab\xcd", 7: b""}


def test_reserved_identifier_15_ends_one_byte_extensions() -> None:
    packet = bytes.fromhex("90 60 0001 00000002 00000003 bede0002 10aa f0bb 20cc 0000")
    assert read_extensions(packet) == {1: b"\xaa"}


def test_extension_of_an_unknown_profile_is_skipped() -> None:
    packet = bytes.fromhex("90 60 0001 00000002 00000003 abcd0001 10aa0000 ff")
    assert parse_header(packet, len(packet))[5:] == (20, 21)
    assert read_extensions(packet) == {}


def test_padding_alone() -> None:
    packet = bytes.fromhex("a0 60 0001 00000002 00000003 00000004")
    assert parse_header(packet, len(packet))[5:] == (12, 12)


@pytest.mark.parametrize(
    ("malformed", "message"),
    [
        (PLAIN[:11], "11 bytes are no RTP packet"),
        (b"", "0 bytes are no RTP packet"),
        (b"\x40" + PLAIN[1:], "RTP version is 1, not 2"),
        (b"\x83" + PLAIN[1:], "do not fit into 14 bytes"),  # three CSRCs
        (b"\x90" + PLAIN[1:], "RTP header extension is cut off"),
        (FULL[:20], "do not fit into 20 bytes"),  # two words of extension
        (FULL[:-1] + b"\x00", "RTP padding of 0 bytes"),
        (FULL[:-1] + b"\x07", "do not fit into 34 bytes"),
    ],
)
def test_malformed_header(malformed: bytes, message: str) -> None:
    with pytest.raises(RtpError, match=message):
        parse_header(malformed, len(malformed))


@pytest.mark.parametrize(
    "extensions",
    ["bede0001 13aabbcc", "10000001 00000140", "10000001 00000001"],  # 4 bytes of 3; 64 bytes; no length
)
def test_malformed_extension(extensions: str) -> None:
    packet = bytes.fromhex("90 60 0001 00000002 00000003" + extensions)
    parse_header(packet, len(packet))
    with pytest.raises(RtpError):
        read_extension(packet, 2)


def test_length_beyond_the_buffer() -> None:
    with pytest.raises(RtpError):
        parse_header(PLAIN, len(PLAIN) + 1)


def test_write_chooses_the_form_of_extensions() -> None:
    assert write_header(True, 96, 0x1234, 0xDECAFBAD, 0xCAFEBABE) + b"\xbe\xef" == PLAIN
    assert write_header(False, 0, 0, 0, 0, {1: b"a"})[12:14] == b"\xbe\xde"
    assert write_header(False, 0, 0, 0, 0, {15: b"a"})[12:14] == b"\x10\x00"
    assert write_header(False, 0, 0, 0, 0, {1: b""})[12:14] == b"\x10\x00"


@pytest.mark.parametrize("arguments", [{"payload_type": 128}, {"contributing_sources": range(16)}])
def test_write_refuses_the_impossible(arguments: dict[str, object]) -> None:
    fields = {"marker": False, "payload_type": 0, "sequence_number": 0, "timestamp": 0, "ssrc": 0} | arguments
    with pytest.raises(ValueError):
        write_header(**fields)  # type: ignore[arg-type]  # values that no field takes


@given(
    marker=st.booleans(),
    payload_type=st.integers(0, 127),
    sequence_number=st.integers(0, 1 << 40),
    timestamp=st.integers(0, 1 << 50),
    ssrc=st.integers(0, 0xFFFFFFFF),
    extensions=st.dictionaries(st.integers(1, 255), st.binary(max_size=255), max_size=6),
    sources=st.lists(st.integers(0, 0xFFFFFFFF), max_size=15),
    payload=st.binary(max_size=50),
)
def test_round_trip(
    marker: bool,
    payload_type: int,
    sequence_number: int,
    timestamp: int,
    ssrc: int,
    extensions: dict[int, bytes],
    sources: list[int],
    payload: bytes,
) -> None:
    header = write_header(marker, payload_type, sequence_number, timestamp, ssrc, extensions, sources)
    packet = header + payload
    expected = (marker, payload_type, sequence_number & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc, len(header), len(packet))
    assert parse_header(packet, len(packet)) == expected
    assert read_extensions(packet) == extensions


@given(st.one_of(st.binary(max_size=80), st.binary(max_size=80).map(lambda tail: b"\x9f\x60" + tail)))
@example(FULL)
@example(TWO_BYTE)
def test_any_bytes_raise_nothing_else(data: bytes) -> None:
    try:
        *_, start, end = parse_header(data, len(data))
    except RtpError:
        return
    assert 12 <= start <= end <= len(data)
    try:
        elements = read_extensions(data)
    except RtpError:
        return
    for identifier, value in elements.items():
        assert 1 <= identifier <= 255
        assert len(value) < start
