"""Messages that are not worth sending for ever (RFC 3758)."""

from __future__ import annotations

import pytest

from kms_trio.rtc.sctp import AssociationState
from kms_trio.rtc.sctp.chunks import ChunkType
from tests.rtc.sctp.pair import Pair, Side
from tests.rtc.sctp.test_sctp_set_up import kinds


@pytest.mark.parametrize("ordered", [True, False])
def test_what_is_lost_stays_lost_and_the_rest_goes_on(ordered: bool) -> None:
    pair = Pair(3, loss=0.05).start()
    ours, _ = pair.open(ordered=ordered, max_retransmits=0)
    sent = [str(number) for number in range(400)]
    for message in sent:
        pair.send(pair.client, ours, message)
        pair.run(0.005)
    pair.run(10)
    arrived = [str(data) for _, data in pair.server.messages]
    assert 300 < len(arrived) < 400
    assert len(set(arrived)) == len(arrived)
    if ordered:
        assert arrived == sorted(arrived, key=int)
    link = pair.client.association._link
    assert link is not None
    assert link.sender.messages_abandoned >= 400 - len(arrived)
    assert link.sender.idle
    assert pair.client.association.deadline is None


@pytest.mark.parametrize("ordered", [True, False])
@pytest.mark.parametrize("retransmits", [0, 1])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_large_messages_arrive_whole_or_not_at_all(ordered: bool, retransmits: int, seed: int) -> None:
    pair = Pair(seed, loss=0.03 + 0.1 * retransmits, jitter_s=0.005).start()
    ours, _ = pair.open(ordered=ordered, max_retransmits=retransmits)
    sent = [bytes([number]) * (number * 997 % 30_000 + 1) for number in range(100)]
    for message in sent:
        pair.send(pair.client, ours, message)
        pair.run(0.05)
    pair.run(20)
    arrived = [data for _, data in pair.server.messages]
    assert 10 < len(arrived) < 100
    assert set(arrived) <= set(sent)
    reliable, _ = pair.open("reliable")
    pair.send(pair.client, reliable, *sent)
    pair.run_until(lambda: sum(label == "reliable" for label, _ in pair.server.messages) == 100, within_s=900)
    pair.run(20)
    receiver = pair.server.association._link
    assert receiver is not None
    assert receiver.receiver.reassembly.held_bytes == 0, "nothing of what was given up is kept"
    sender = pair.client.association._link
    assert sender is not None
    assert sender.sender._outstanding.flight_bytes == 0


def test_retransmissions_are_counted() -> None:
    pair = Pair().start()
    ours, _ = pair.open(max_retransmits=2)
    pair.drop = lambda side, packet: b"doomed" in packet
    pair.send(pair.client, ours, "doomed")
    pair.run(30)
    assert sum(b"doomed" in packet for packet in pair.client.sent) == 3
    assert ChunkType.FORWARD_TSN in kinds(pair.client.sent)
    pair.drop = lambda side, packet: False
    pair.send(pair.client, ours, "fine")
    pair.run(1)
    assert pair.server.messages == [("x", "fine")]


def test_old_messages_are_not_sent_at_all() -> None:
    pair = Pair().start()
    ours, _ = pair.open(max_packet_life_time_ms=100)
    blocked = True
    pair.drop = lambda side, packet: blocked
    pair.send(pair.client, ours, *[bytes(10_000)] * 5)
    pair.run(0.3)
    blocked = False
    pair.run(10)
    assert pair.server.messages == []
    pair.send(pair.client, ours, "new")
    pair.run(1)
    assert pair.server.messages == [("x", "new")]
    assert pair.client.association.buffered_bytes == 0


def test_a_lost_forward_tsn_is_repeated() -> None:
    pair = Pair().start()
    ours, _ = pair.open(max_retransmits=0)
    lost: list[bytes] = []

    def drop(side: Side, packet: bytes) -> bool:
        if b"doomed" in packet:
            return True
        if side is pair.client and ChunkType.FORWARD_TSN in kinds([packet]) and len(lost) < 2:
            lost.append(packet)
            return True
        return False

    pair.drop = drop
    pair.send(pair.client, ours, "doomed")
    pair.run(0.001)
    pair.send(pair.client, ours, "held up")
    pair.run_until(lambda: pair.server.messages == [("x", "held up")])
    assert len(lost) == 2
    assert pair.client.association.state is AssociationState.CONNECTED


def test_fragments_that_were_sent_once_and_twice_are_given_up_together() -> None:
    pair = Pair().start()
    ours, _ = pair.open(max_retransmits=1)
    pair.send(pair.client, ours, bytes(30_000))
    pair.run(1)
    firsts = 0

    def drop(side: Side, packet: bytes) -> bool:
        nonlocal firsts
        firsts += b"first" in packet
        # The first fragment never arrives, and after its second try nothing does.
        return side is pair.client and (b"first" in packet or firsts >= 2)

    pair.drop = drop
    pair.send(pair.client, ours, b"first" + bytes(40_000))
    pair.run(0.3)
    assert firsts == 2
    link = pair.client.association._link
    assert link is not None
    assert link.sender._outstanding.flight_bytes > 0
    pair.run(0.5)
    assert link.sender.messages_abandoned == 1
    assert link.sender._outstanding.flight_bytes == 0
    pair.drop = lambda side, packet: False
    pair.send(pair.client, ours, "next")
    pair.run(10)
    assert pair.server.messages[1:] == [("x", "next")]
    assert link.sender.chunks_retransmitted == 1
