"""How associations begin and end."""

from __future__ import annotations

import pytest

from kms_trio.rtc.sctp import (
    AssociationClosed,
    AssociationEstablished,
    AssociationState,
    ChannelState,
    SctpAssociation,
    SctpError,
)
from kms_trio.rtc.sctp.chunks import ChunkType
from kms_trio.rtc.sctp.packet import PacketWriter, parse_packet
from tests.rtc.sctp.pair import Pair, Side


def kinds(packets: list[bytes]) -> list[int]:
    return [chunk[0] for packet in packets for chunk in parse_packet(packet, zero_checksum=True).chunks]


def both_connected(pair: Pair) -> bool:
    return all(side.association.state is AssociationState.CONNECTED for side in (pair.client, pair.server))


def test_both_begin_at_once() -> None:
    pair = Pair().start()
    pair.run_until(lambda: both_connected(pair))
    for side in (pair.client, pair.server):
        assert side.events == [AssociationEstablished()]
        assert side.association.statistics.packets_discarded == 0


def test_one_begins() -> None:
    pair = Pair()
    pair.client.association.start(pair.now)
    pair.run(0.1)
    assert pair.client.association.state is AssociationState.CONNECTING
    pair.server.association.start(pair.now)
    pair.drop = lambda side, packet: side is pair.server and kinds([packet]) == [ChunkType.INIT]
    pair.run_until(lambda: both_connected(pair))


@pytest.mark.parametrize("seed", range(12))
def test_set_up_over_a_bad_network(seed: int) -> None:
    pair = Pair(seed, loss=0.3, doubling=0.3, jitter_s=0.5).start()
    pair.run_until(lambda: both_connected(pair))
    ours, theirs = pair.open("x")
    pair.send(pair.client, ours, "to the server")
    pair.send(pair.server, theirs, "to the client")
    pair.run_until(lambda: len(pair.client.messages) == len(pair.server.messages) == 1)


@pytest.mark.parametrize("kind", [ChunkType.INIT, ChunkType.INIT_ACK, ChunkType.COOKIE_ECHO, ChunkType.COOKIE_ACK])
def test_each_step_is_repeated(kind: ChunkType) -> None:
    pair = Pair()
    lost: list[bytes] = []

    def drop(side: Side, packet: bytes) -> bool:
        if kind in kinds([packet]) and len(lost) < 2:
            lost.append(packet)
            return True
        return False

    pair.drop = drop
    pair.start().run_until(lambda: both_connected(pair))
    assert len(lost) == 2


def test_nobody_answers() -> None:
    pair = Pair()
    pair.drop = lambda side, packet: True
    channel = pair.client.association.open_channel("x")
    pair.start().run(120)
    assert pair.client.association.state is AssociationState.CLOSED
    assert pair.client.closed == [channel]
    assert pair.client.events[-1] == AssociationClosed("the peer does not answer")
    assert pair.client.association.deadline is None
    with pytest.raises(SctpError, match="is closed"):
        pair.client.association.open_channel("y")


def test_the_path_breaks() -> None:
    pair = Pair().start()
    ours, _ = pair.open()
    pair.run(1)
    pair.drop = lambda side, packet: True
    pair.send(pair.client, ours, "anybody there?")
    pair.run(120)
    assert pair.client.closed == [ours]
    assert ours.state is ChannelState.CLOSED
    assert pair.client.events[-1] == AssociationClosed("the peer does not answer")
    assert pair.server.association.state is AssociationState.CONNECTED, "who sends nothing finds nothing out"


def test_closing_tells_the_peer() -> None:
    pair = Pair().start()
    _, theirs = pair.open()
    pair.client.association.close()
    pair.run(1)
    assert pair.client.closed == []
    assert pair.server.closed == [theirs]
    assert pair.server.events[-1] == AssociationClosed("the peer has aborted the association")


def test_a_peer_that_shuts_down() -> None:
    pair = Pair().start()
    _, theirs = pair.open()
    header = parse_packet(pair.client.sent[-1], zero_checksum=True)
    writer = PacketWriter(header.source_port, header.destination_port, header.verification_tag)
    pair.server.association.receive(writer.write([b"\x07\0\0\x08\0\0\0\0"]), pair.now)
    answer = pair.server.association.transmits()
    assert kinds(answer) == [ChunkType.SHUTDOWN_ACK]
    pair.run(1)
    assert pair.server.closed == [theirs]


def test_heartbeats_are_answered() -> None:
    pair = Pair().start()
    pair.open()
    header = parse_packet(pair.client.sent[-1], zero_checksum=True)
    writer = PacketWriter(header.source_port, header.destination_port, header.verification_tag)
    pair.server.association.receive(writer.write([b"\x04\0\0\x0c\0\x01\0\x08info"]), pair.now)
    [answer] = pair.server.association.transmits()
    assert parse_packet(answer, zero_checksum=True).chunks == [(ChunkType.HEARTBEAT_ACK, 0, b"\0\x01\0\x08info")]


def test_packets_of_others_are_discarded() -> None:
    pair = Pair().start()
    pair.open()
    association = pair.server.association
    good = parse_packet(pair.client.sent[-1], zero_checksum=True)
    abort = [b"\x06\0\0\x04"]
    wrong = [
        PacketWriter(good.source_port, good.destination_port, good.verification_tag ^ 1).write(abort),
        PacketWriter(good.source_port + 1, good.destination_port, good.verification_tag).write(abort),
        PacketWriter(good.source_port, good.destination_port + 1, good.verification_tag).write(abort),
        PacketWriter(good.source_port, good.destination_port, 0).write(abort),
        b"",
        bytes(12),
    ]
    for number, packet in enumerate(wrong, start=1):
        association.receive(packet, pair.now)
        assert association.statistics.packets_discarded == number
    assert association.state is AssociationState.CONNECTED


def test_checksums_are_left_to_dtls_once_both_have_said_so() -> None:
    pair = Pair().start()
    pair.open()
    for packet in pair.client.sent:
        setting_up = kinds([packet])[0] in (ChunkType.INIT, ChunkType.INIT_ACK, ChunkType.COOKIE_ECHO)
        assert (packet[8:12] != bytes(4)) == setting_up


def test_a_second_start_changes_nothing() -> None:
    pair = Pair().start()
    pair.run_until(lambda: both_connected(pair))
    association: SctpAssociation = pair.client.association
    association.start(pair.now)
    assert association.transmits() == []
