"""Whatever a peer sends: the parsers raise SctpError alone, the association nothing, and it keeps within its bounds."""

from __future__ import annotations

import contextlib
import struct

from hypothesis import given
from hypothesis import strategies as st

from kms_trio.rtc.sctp import MAX_PACKET_BYTES, SctpError
from kms_trio.rtc.sctp.chunks import ChunkType, Data, ForwardTsn, Init, Sack, write_chunk
from kms_trio.rtc.sctp.dcep import parse_dcep
from kms_trio.rtc.sctp.packet import PacketWriter, parse_packet
from kms_trio.rtc.sctp.parameters import Features, split_parameters
from kms_trio.rtc.sctp.receiver import HELD_LIMIT_BYTES
from tests.rtc.sctp.pair import Pair

PARSERS = [
    parse_packet,
    parse_dcep,
    Init.parse,
    Sack.parse,
    ForwardTsn.parse,
    lambda data: Data.parse(3, data),
    lambda data: Features.read(split_parameters(data)),
]


@given(st.sampled_from(PARSERS), st.binary(max_size=100))
def test_parsers(parser: object, data: bytes) -> None:
    assert callable(parser)
    with contextlib.suppress(SctpError):
        parser(data)


def established() -> tuple[Pair, PacketWriter]:
    """A pair with a channel and data under way to the server, and a writer for packets that the server takes."""
    pair = Pair().start()
    ours, theirs = pair.open()
    pair.send(pair.client, ours, bytes(30_000))
    pair.send(pair.server, theirs, bytes(30_000))
    header = parse_packet(pair.client.sent[-1], zero_checksum=True)
    writer = PacketWriter(header.source_port, header.destination_port, header.verification_tag, zero_checksum=True)
    return pair, writer


def feed(pair: Pair, packets: list[bytes]) -> None:
    """Give packets to the server, as a driver would, and check what must hold whatever they are."""
    association = pair.server.association
    for packet in packets:
        pair.now += 0.001
        association.receive(packet, pair.now)
        association.events()
        assert all(len(each) <= MAX_PACKET_BYTES for each in association.transmits())
    for _ in range(30):
        deadline = association.deadline
        if deadline is None:
            break
        pair.now = max(pair.now, deadline)
        association.handle_timeout(pair.now)
        association.transmits()
        after = association.deadline
        assert after is None or after > pair.now
    link = association._link
    assert link is None or link.receiver.reassembly.held_bytes < 1.1 * HELD_LIMIT_BYTES
    assert len(association.channels) <= 1024


tsns = st.one_of(st.integers(0, 0xFFFFFFFF), st.integers(-5, 40))
small = st.integers(0, 4)


@st.composite
def chunks(draw: st.DrawFn) -> tuple[object, ...]:
    """A chunk as (kind, arguments); TSNs are offsets to the next expected one."""
    kind = draw(st.sampled_from(["data", "sack", "forward", "reset", "response", "any"]))
    if kind == "data":
        flags = draw(st.integers(0, 15))
        protocol = draw(st.sampled_from([50, 50, 51, 53, 56, 99]))
        payload = draw(st.sampled_from([b"\x02", b"\x03" + bytes(11), b"\x03\x80" + bytes(10), b"x", bytes(1000)]))
        return kind, draw(tsns), flags, draw(small), draw(small), protocol, payload
    if kind == "sack":
        gaps = draw(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 40)), max_size=4))
        return kind, draw(tsns), draw(st.sampled_from([0, 1500, 1 << 20])), gaps
    if kind == "forward":
        return kind, draw(tsns), draw(st.lists(st.tuples(small, st.integers(0, 0xFFFF)), max_size=3))
    if kind == "reset":
        return kind, draw(st.integers(-2, 3)), draw(tsns), draw(st.lists(small, max_size=4))
    if kind == "response":
        return kind, draw(st.integers(-2, 3)), draw(st.integers(0, 7))
    return (
        kind,
        draw(st.sampled_from([*ChunkType, 63, 77, 200, 255])),
        draw(st.integers(0, 255)),
        draw(st.binary(max_size=40)),
    )


def write(chunk: tuple[object, ...], pair: Pair) -> bytes:
    client, server = pair.client.association._link, pair.server.association._link
    assert client is not None
    assert server is not None
    expected = server.receiver.cumulative_tsn + 1
    sent = server.sender.next_tsn
    match chunk:
        case "data", int(tsn), int(flags), int(stream), int(ssn), int(protocol), bytes(payload):
            body = struct.pack("!IHHI", (tsn + expected) & 0xFFFFFFFF, stream, ssn, protocol) + payload
            return write_chunk(ChunkType.DATA, body, flags)
        case "sack", int(tsn), int(window), list(gaps):
            return bytes(Sack((sent - 20 + tsn) & 0xFFFFFFFF, window, gaps))
        case "forward", int(tsn), list(streams):
            return bytes(ForwardTsn((tsn + expected) & 0xFFFFFFFF, streams))
        case "reset", int(number), int(tsn), list(streams):
            number += pair.client.association._handshake.local_tsn
            value = struct.pack("!III", number & 0xFFFFFFFF, 0, (tsn + expected) & 0xFFFFFFFF)
            value += b"".join(stream.to_bytes(2, "big") for stream in streams)
            return write_chunk(ChunkType.RE_CONFIG, struct.pack("!HH", 13, 4 + len(value)) + value)
        case "response", int(number), int(result):
            number += pair.server.association._handshake.local_tsn
            return write_chunk(ChunkType.RE_CONFIG, struct.pack("!HHII", 16, 12, number & 0xFFFFFFFF, result))
        case "any", int(kind), int(flags), bytes(body):
            return write_chunk(kind, body, flags)
    raise AssertionError(chunk)


@given(st.lists(st.lists(chunks(), min_size=1, max_size=4), max_size=12), st.booleans())
def test_packets_that_are_well_formed_but_senseless(packets: list[list[tuple[object, ...]]], closing: bool) -> None:
    pair, writer = established()
    if closing:
        pair.server.association.close_channel(pair.server.association.channels[0])
    feed(pair, [writer.write([write(chunk, pair) for chunk in packet]) for packet in packets])


@given(st.data())
def test_changed_packets(data: st.DataObject) -> None:
    pair, _ = established()
    pair.client.association.close_channel(pair.client.association.channels[0])
    pair.drop = lambda side, packet: side is pair.client
    before = len(pair.client.sent)
    pair.run(2)
    packets = []
    for packet in pair.client.sent[before:]:
        changed = bytearray(packet)
        for _ in range(data.draw(st.integers(0, 3))):
            changed[data.draw(st.integers(12, len(changed) - 1))] = data.draw(st.integers(0, 255))
        packets.append(bytes(changed))
    feed(pair, packets)


@given(st.lists(st.binary(max_size=60), max_size=5))
def test_random_bytes_after_a_good_header(bodies: list[bytes]) -> None:
    pair, writer = established()
    feed(pair, [writer.write([body]) for body in bodies])


@given(st.lists(st.tuples(st.sampled_from([1, 2, 10, 11]), st.binary(max_size=60)), max_size=8))
def test_set_up_with_nonsense(answers: list[tuple[int, bytes]]) -> None:
    association = Pair().start().client.association
    tag = association._handshake.local_tag
    for kind, body in answers:
        for each in (0, tag):
            association.receive(PacketWriter(5001, 5000, each).write([write_chunk(kind, body)]), 1000.0)
            association.transmits()
            association.events()


def test_a_flood_of_one_byte_fragments_is_bounded() -> None:
    pair, writer = established()
    link = pair.server.association._link
    assert link is not None
    expected = link.receiver.cumulative_tsn + 1
    for number in range(2, 20_000, 2):
        chunk = Data((expected + number) & 0xFFFFFFFF, 0, 1, 51, b"x", end=False)
        pair.server.association.receive(writer.write([bytes(chunk)]), pair.now)
    assert link.receiver.reassembly.held_bytes <= HELD_LIMIT_BYTES + 512
    assert link.receiver.chunks_dropped > 0
    [*packets] = pair.server.association.transmits()
    assert all(len(packet) <= MAX_PACKET_BYTES for packet in packets)


def test_a_flood_of_channels_with_long_names_is_bounded() -> None:
    pair, writer = established()
    link = pair.server.association._link
    assert link is not None
    name = b"x" * 40_000
    request = struct.pack("!BBHIHH", 3, 0, 0, 0, len(name), 0) + name
    tsn = link.receiver.cumulative_tsn + 1
    for stream in range(2, 200, 2):
        for start in range(0, len(request), 1000):
            piece = request[start : start + 1000]
            chunk = Data(tsn & 0xFFFFFFFF, stream, 0, 50, piece, begin=start == 0, end=start + 1000 >= len(request))
            pair.server.association.receive(writer.write([bytes(chunk)]), pair.now)
            tsn += 1
    labels = sum(len(channel.label) for channel in pair.server.association.channels)
    assert 200_000 < labels < 400_000
