"""Bytes: each chunk as RFC 9260, RFC 3758 and RFC 8832 draw it, with a malformed twin."""

from __future__ import annotations

import pytest

from kms_trio.rtc.sctp import SctpError
from kms_trio.rtc.sctp.chunks import ChunkType, Data, ForwardTsn, Init, Sack, write_chunk
from kms_trio.rtc.sctp.dcep import ACK, Open, parse_dcep
from kms_trio.rtc.sctp.packet import PacketWriter, pack_chunks, parse_packet
from kms_trio.rtc.sctp.parameters import OWN_FEATURES, Features, ParameterType, split_parameters, write_parameters
from kms_trio.rtc.sctp.serial import unwrap_ssn, unwrap_tsn


def test_data() -> None:
    data = Data(0x01020304, 5, 6, 51, b"hello", begin=True, end=False, unordered=True, immediate=True)
    wire = bytes.fromhex("000e0015 01020304 0005 0006 00000033 68656c6c6f 000000")
    assert bytes(data) == wire
    assert Data.parse(wire[1], wire[4:21]) == data


def test_sack() -> None:
    sack = Sack(0x01020304, 65536, [(2, 3), (5, 5)], (0x01020300,))
    wire = bytes.fromhex("0300001c 01020304 00010000 0002 0001 0002 0003 0005 0005 01020300")
    assert bytes(sack) == wire
    assert Sack.parse(wire[4:]) == sack


def test_init() -> None:
    init = Init(0x0A0B0C0D, 131072, 65535, 1024, 0x01020304, ((0xC000, b""), (7, b"abc")))
    body = bytes.fromhex("0a0b0c0d 00020000 ffff 0400 01020304 c0000004 0007000761626300")
    assert bytes(init) == body
    assert Init.parse(body) == init


def test_forward_tsn() -> None:
    forward = ForwardTsn(0x01020304, [(5, 6), (7, 8)])
    wire = bytes.fromhex("c0000010 01020304 0005 0006 0007 0008")
    assert bytes(forward) == wire
    assert ForwardTsn.parse(wire[4:]) == forward


@pytest.mark.parametrize(
    ("description", "wire"),
    [
        (Open("ab", "c"), "03 00 0100 00000000 0002 0001 6162 63"),
        (Open("", "", ordered=False), "03 80 0100 00000000 0000 0000"),
        (Open("é", "", max_retransmits=3), "03 01 0100 00000003 0002 0000 c3a9"),
        (Open("", "", ordered=False, max_packet_life_time_ms=1000), "03 82 0100 000003e8 0000 0000"),
    ],
)
def test_opening(description: Open, wire: str) -> None:
    assert bytes(description) == bytes.fromhex(wire)
    assert parse_dcep(bytes.fromhex(wire)) == description


def test_acknowledging() -> None:
    assert parse_dcep(ACK) is None


@pytest.mark.parametrize(
    ("wire", "error"),
    [
        ("", "cut off"),
        ("03 00 0100 00000000 0002 00", "cut off"),
        ("04 00 0100 00000000 0000 0000", "unknown type 4"),
        ("03 03 0100 00000000 0000 0000", "unknown type 3"),
        ("03 00 0100 00000000 0002 0001 6162", "shorter than"),
        ("03 00 0100 00000000 0001 0000 ff", "not UTF-8"),
    ],
)
def test_malformed_dcep(wire: str, error: str) -> None:
    with pytest.raises(SctpError, match=error):
        parse_dcep(bytes.fromhex(wire))


@pytest.mark.parametrize(
    ("parse", "body", "error"),
    [
        (lambda body: Data.parse(3, body), "01020304 0005 0006 00000033", "without data"),
        (Sack.parse, "01020304 00010000 0002", "cut off"),
        (Sack.parse, "01020304 00010000 0002 0000 00020003", "2 gaps"),
        (Init.parse, "0a0b0c0d 00020000 ffff 0400", "cut off"),
        (Init.parse, "00000000 00020000 ffff 0400 01020304", "without a tag"),
        (Init.parse, "0a0b0c0d 00020000 0000 0400 01020304", "without streams"),
        (Init.parse, "0a0b0c0d 00020000 ffff 0400 01020304 c000", "parameter is cut off"),
        (ForwardTsn.parse, "01020304 0005", "cut off"),
        (split_parameters, "c0000003", "says that it has 3 bytes"),
        (split_parameters, "c0000005", "says that it has 5 bytes"),
    ],
)
def test_malformed_chunks(parse: object, body: str, error: str) -> None:
    assert callable(parse)
    with pytest.raises(SctpError, match=error):
        parse(bytes.fromhex(body))


def test_packet() -> None:
    packet = PacketWriter(5000, 5001, 0x01020304).write([write_chunk(ChunkType.COOKIE_ACK)])
    assert packet[:8] == bytes.fromhex("1388 1389 01020304")
    assert packet[12:] == bytes.fromhex("0b000004")
    parsed = parse_packet(packet)
    assert (parsed.source_port, parsed.destination_port, parsed.verification_tag) == (5000, 5001, 0x01020304)
    assert parsed.chunks == [(ChunkType.COOKIE_ACK, 0, b"")]


def test_checksum_bytes_are_in_the_order_of_the_rfc() -> None:
    # The CRC32c of 32 zero bytes is 0x8a9136aa (RFC 3720 appendix B.4).
    packet = PacketWriter(0, 0, 0).write([bytes(20)])
    assert packet[8:12] == bytes.fromhex("aa36918a")


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda packet: packet[:15], "of 15 bytes"),
        (lambda packet: packet[:-1] + b"\1", "checksum is wrong"),
        (lambda packet: packet[:8] + bytes(4) + packet[12:], "checksum is wrong"),
        (lambda packet: packet[:14] + b"\0\x03", "checksum is wrong"),
    ],
)
def test_malformed_packets(change: object, error: str) -> None:
    assert callable(change)
    with pytest.raises(SctpError, match=error):
        parse_packet(change(PacketWriter(1, 2, 3).write([write_chunk(ChunkType.COOKIE_ACK)])))


@pytest.mark.parametrize("chunk", ["0b0000", "0b000003", "0b000005", "0b000004 0b"])
def test_malformed_lengths(chunk: str) -> None:
    packet = PacketWriter(1, 2, 3, zero_checksum=True).write([bytes.fromhex(chunk)])
    with pytest.raises(SctpError):
        parse_packet(packet, zero_checksum=True)


def test_what_a_peer_knows() -> None:
    assert Features.read(split_parameters(write_parameters(OWN_FEATURES))) == Features(True, True, True)
    assert Features.read(()) == Features(False, False, False)
    assert Features.read([(ParameterType.SUPPORTED_EXTENSIONS, bytes([130]))]) == Features(stream_reset=True)


def test_packing() -> None:
    writer = PacketWriter(1, 2, 3, zero_checksum=True)
    data = [bytes(1120), bytes(20), bytes(20)]

    def take(room: int) -> bytes | None:
        return data.pop(0) if data and len(data[0]) <= room else None

    packets = pack_chunks(writer, [bytes(16), bytes(4)], take)
    assert [len(packet) for packet in packets] == [12 + 20, 12 + 1120, 12 + 40]


def test_serial_numbers() -> None:
    assert unwrap_tsn(3, 0xFFFFFFFE) == 0x100000003
    assert unwrap_tsn(0xFFFFFFFE, 0x100000003) == 0xFFFFFFFE
    assert unwrap_ssn(0, 0xFFFF) == 0x10000
    assert unwrap_ssn(0xFFFF, 0x10000) == 0xFFFF
