"""Opening and closing channels (RFC 8832, RFC 6525)."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from kms_trio.rtc.sctp import ChannelState, SctpError
from kms_trio.rtc.sctp.chunks import ChunkType
from kms_trio.rtc.sctp.outgoing import OutgoingMessage
from tests.rtc.sctp.pair import Pair, Side
from tests.rtc.sctp.test_sctp_set_up import kinds


def test_properties_travel() -> None:
    pair = Pair().start()
    limits: list[dict[str, Any]] = [{}, {"ordered": False}, {"max_retransmits": 0}, {"max_packet_life_time_ms": 65535}]
    for each in limits:
        ours, theirs = pair.open("\N{SNOWMAN}", **each)
        for name in ("id", "label", "protocol", "ordered", "max_retransmits", "max_packet_life_time_ms", "state"):
            assert getattr(ours, name) == getattr(theirs, name)
    assert [channel.id for channel in pair.client.opened] == [0, 2, 4, 6]


def test_ids_go_by_the_role_in_dtls() -> None:
    pair = Pair()
    early = [side.association.open_channel(str(number)) for side in (pair.client, pair.server) for number in range(3)]
    pair.start().run_until(lambda: len(pair.client.opened) == len(pair.server.opened) == 6)
    assert [channel.id for channel in early] == [0, 2, 4, 1, 3, 5]
    assert all(channel.state is ChannelState.OPEN for channel in early)


def test_what_cannot_be_opened() -> None:
    pair = Pair().start()
    association = pair.client.association
    with pytest.raises(SctpError, match="one limit at most"):
        association.open_channel("x", max_retransmits=1, max_packet_life_time_ms=1)
    with pytest.raises(SctpError, match="65535 bytes"):
        association.open_channel("x" * 65536)
    for _ in range(512):
        association.open_channel("x")
    with pytest.raises(SctpError, match="all 512 ids"):
        association.open_channel("x")


def test_a_channel_must_be_open() -> None:
    pair = Pair().start()
    channel = pair.client.association.open_channel("x")
    with pytest.raises(SctpError, match="data channel 0 is connecting"):
        pair.send(pair.client, channel, "too early")


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("closer", ["client", "server", "both"])
def test_closing(seed: int, closer: str) -> None:
    pair = Pair(seed, loss=0.1, doubling=0.1, jitter_s=0.02).start()
    ours, theirs = pair.open()
    pair.send(pair.client, ours, *map(str, range(50)))
    if closer != "server":
        pair.client.association.close_channel(ours)
        assert ours.state is ChannelState.CLOSING
        pair.client.association.close_channel(ours)  # twice is fine
    if closer != "client":
        pair.server.association.close_channel(theirs)
    pair.run_until(lambda: pair.client.closed == [ours] and pair.server.closed == [theirs])
    assert ours.state is theirs.state is ChannelState.CLOSED
    if closer == "client":
        assert [data for _, data in pair.server.messages] == [str(number) for number in range(50)]
    pair.run(30)
    assert len(pair.client.closed) == len(pair.server.closed) == 1
    assert pair.client.association.channels == pair.server.association.channels == ()


def test_ids_and_streams_are_used_again() -> None:
    pair = Pair().start()
    for number in range(5):
        ours, theirs = pair.open(str(number))
        assert ours.id == 0
        pair.send(pair.client, ours, "a", "b", "c")
        pair.send(pair.server, theirs, "d")
        pair.run(0.5)
        pair.client.association.close_channel(ours)
        pair.run_until(lambda: len(pair.server.closed) == len(pair.client.closed) == number + 1)  # noqa: B023 - called before the next round
    assert len(pair.server.messages) == 15
    assert len(pair.client.messages) == 5


def test_many_close_at_once() -> None:
    pair = Pair(loss=0.05).start()
    for _ in range(500):
        pair.client.association.open_channel()
    pair.run_until(lambda: len(pair.client.opened) == len(pair.server.opened) == 500)
    for side, part in ((pair.client, slice(0, 300)), (pair.server, slice(200, 500))):
        for channel in side.opened[part]:
            side.association.close_channel(channel)
    pair.run_until(lambda: len(pair.client.closed) == len(pair.server.closed) == 500)


def test_a_reset_waits_for_what_was_sent_before() -> None:
    pair = Pair().start()
    ours, theirs = pair.open()
    lost: list[bytes] = []

    def drop(side: Side, packet: bytes) -> bool:
        if side is pair.client and b"late" in packet and len(lost) < 1:
            lost.append(packet)
            return True
        return False

    pair.drop = drop
    pair.send(pair.client, ours, "late")
    pair.run(0.001)
    pair.client.association.close_channel(ours)
    pair.run(0.1)
    assert ChunkType.RE_CONFIG in kinds(pair.server.sent), "it has been told to wait"
    assert pair.server.closed == []
    pair.run_until(lambda: pair.client.closed == [ours] and pair.server.closed == [theirs])
    assert pair.server.messages == [("x", "late")]


OPEN_X = struct.pack("!BBHIHH", 3, 0, 0, 0, 1, 0) + b"x"


def test_a_peer_may_mistake_its_side() -> None:
    pair = Pair().start()
    ours, _ = pair.open()
    link = pair.client.association._link
    assert link is not None
    link.sender.queue.push(OutgoingMessage(1, 50, OPEN_X))
    pair.run(1)
    assert [channel.id for channel in pair.server.opened] == [0, 1]
    mine = pair.server.association.open_channel("mine")
    pair.run(1)
    assert mine.id == 3, "the lowest of ours that the peer has not taken"
    link.sender.queue.push(OutgoingMessage(1, 51, b"on it"))
    pair.send(pair.client, ours, "beside")
    pair.run(1)
    assert pair.server.messages == [("x", "on it"), ("x", "beside")]


def test_a_channel_with_an_id_that_cannot_be_is_closed_by_us() -> None:
    pair = Pair().start()
    pair.open()
    link = pair.client.association._link
    assert link is not None
    link.sender.queue.push(OutgoingMessage(0xFFFF, 50, OPEN_X))
    pair.run(1)
    assert [channel.id for channel in pair.server.opened] == [0]
    assert [channel.id for channel in pair.server.association.channels] == [0]


def test_messages_on_streams_that_are_no_channel_are_dropped() -> None:
    pair = Pair().start()
    ours, _ = pair.open()
    link = pair.client.association._link
    assert link is not None
    link.sender.queue.push(OutgoingMessage(8, 51, b"nowhere"))
    link.sender.queue.push(OutgoingMessage(0, 99, b"unknown kind"))
    link.sender.queue.push(OutgoingMessage(0, 50, b"\x03 no open"))
    pair.send(pair.client, ours, "fine")
    pair.run(1)
    assert pair.server.messages == [("x", "fine")]
