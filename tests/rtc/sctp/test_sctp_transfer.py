"""Messages over all kinds of networks."""

from __future__ import annotations

import random
from typing import Any

import pytest

from kms_trio.rtc.sctp import (
    MAX_BUFFERED_BYTES,
    AssociationState,
    BufferFullError,
    SctpError,
)
from tests.rtc.sctp.pair import Pair, Side

MESSAGES: list[str | bytes] = [
    "hello",
    "",
    b"",
    "\N{SNOWMAN}" * 1000,
    b"\0",
    random.Random(5).randbytes(1 << 18),
    bytes(200_000),
    *(str(number) for number in range(200)),
]

NETWORKS: dict[str, dict[str, Any]] = {
    "good": {},
    "lossy": {"loss": 0.05},
    "reordering": {"jitter_s": 0.03},
    "doubling": {"doubling": 0.2},
    "everything": {"loss": 0.1, "jitter_s": 0.02, "doubling": 0.1},
    "very lossy": {"loss": 0.25},
}


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_message_arrives_once_and_in_order(network: str, seed: int) -> None:
    pair = Pair(seed, **NETWORKS[network]).start()
    ours, theirs = pair.open("chat")
    pair.send(pair.client, ours, *MESSAGES)
    pair.send(pair.server, theirs, *MESSAGES)
    both = (pair.client, pair.server)
    pair.run_until(lambda: all(len(side.messages) == len(MESSAGES) for side in both), within_s=900)
    for side in both:
        assert [data for _, data in side.messages] == MESSAGES
        assert {label for label, _ in side.messages} == {"chat"}
    pair.run(1)
    assert all(len(side.messages) == len(MESSAGES) for side in both)
    assert pair.client.association.deadline is None, "nothing is due when all is acknowledged"
    assert ours.messages_sent == theirs.messages_received == len(MESSAGES)
    assert ours.bytes_sent == theirs.bytes_received == theirs.bytes_sent


def test_text_and_binary_are_kept_apart() -> None:
    pair = Pair().start()
    ours, _ = pair.open()
    pair.send(pair.client, ours, "a", b"a", "", b"")
    pair.run(1)
    assert [data for _, data in pair.server.messages] == ["a", b"a", "", b""]


@pytest.mark.parametrize("seed", range(4))
def test_unordered_messages_all_arrive(seed: int) -> None:
    pair = Pair(seed, loss=0.1, jitter_s=0.03).start()
    ours, theirs = pair.open(ordered=False)
    assert not theirs.ordered
    sent = [f"{number}" * (1 + number % 2 * 700) for number in range(200)]
    pair.send(pair.client, ours, *sent)
    pair.run_until(lambda: len(pair.server.messages) == len(sent))
    arrived = [data for _, data in pair.server.messages]
    assert arrived != sent, "one that was lost holds no other up"
    assert sorted(map(str, arrived)) == sorted(sent)


def test_a_loss_on_one_channel_does_not_hold_another_up() -> None:
    pair = Pair().start()
    first, _ = pair.open("first")
    second, _ = pair.open("second")
    lost = 0

    def drop(side: Side, packet: bytes) -> bool:
        nonlocal lost
        lost += b"precious" in packet
        return b"precious" in packet and lost == 1

    pair.drop = drop
    pair.send(pair.client, first, "precious")
    pair.run(0.001)
    pair.send(pair.client, second, "other")
    pair.run_until(lambda: len(pair.server.messages) == 2)
    assert pair.server.messages == [("second", "other"), ("first", "precious")]


def test_channels_take_turns() -> None:
    pair = Pair().start()
    big, _ = pair.open("big")
    small, _ = pair.open("small")
    pair.send(pair.client, big, *[bytes(100_000)] * 10)
    pair.send(pair.client, small, *["x"] * 10)
    pair.run_until(lambda: len(pair.server.messages) == 20)
    labels = [label for label, _ in pair.server.messages]
    assert labels.index("small") < 2
    assert labels[:20].count("big") == 10
    assert "big" in labels[-2:]


def test_a_loss_is_repaired_without_waiting_for_the_timeout() -> None:
    pair = Pair(delay_s=0.01).start()
    ours, _ = pair.open()
    pair.send(pair.client, ours, bytes(60_000))
    pair.run_until(lambda: len(pair.server.messages) == 1)
    dropped: list[bytes] = []

    def drop(side: Side, packet: bytes) -> bool:
        if side is pair.client and not dropped and len(packet) > 1000:
            dropped.append(packet)
            return True
        return False

    pair.drop = drop
    before = pair.now
    pair.send(pair.client, ours, bytes(60_000))
    pair.run_until(lambda: len(pair.server.messages) == 2)
    assert dropped
    assert pair.now - before < 0.3, "less than the smallest timeout"


def test_backpressure() -> None:
    pair = Pair().start()
    ours, _ = pair.open()
    pair.drop = lambda side, packet: True
    for _ in range(MAX_BUFFERED_BYTES // 100_000 + 1):
        pair.send(pair.client, ours, bytes(100_000))
    association = pair.client.association
    with pytest.raises(BufferFullError, match="wait to be sent"):
        pair.send(pair.client, ours, b"one more")
    assert association.buffered_bytes > MAX_BUFFERED_BYTES
    pair.drop = lambda side, packet: False
    pair.run_until(lambda: association.buffered_bytes == 0, within_s=600)
    pair.send(pair.client, ours, b"one more")
    pair.run(1)
    assert pair.server.messages[-1] == ("x", b"one more")


def test_messages_without_end_are_bounded_too() -> None:
    pair = Pair().start()
    ours, _ = pair.open()
    pair.drop = lambda side, packet: True
    empty = [b""] * 100_000
    with pytest.raises(BufferFullError):
        pair.send(pair.client, ours, *empty)


def test_an_owner_who_takes_nothing_stops_the_peer() -> None:
    pair = Pair().start()
    ours, theirs = pair.open()
    pair.server.association.paused = True
    for _ in range(30):
        pair.send(pair.client, ours, bytes(100_000))
    pair.run(20)
    assert pair.server.messages == []
    waiting = pair.client.association.buffered_bytes
    assert 1_600_000 < waiting < 2_200_000, "a window of 1 MiB is under way or kept, the rest waits at the sender"
    pair.run(60)
    assert pair.client.association.buffered_bytes == waiting
    assert pair.client.association.state is AssociationState.CONNECTED, "a closed window is no broken path"
    pair.server.association.paused = False
    pair.run_until(lambda: len(pair.server.messages) == 30)
    assert theirs.bytes_received == 3_000_000


def test_a_message_that_the_peer_would_not_take_is_refused() -> None:
    pair = Pair(max_outgoing_message_bytes=1000).start()
    ours, _ = pair.open()
    with pytest.raises(SctpError, match="takes messages of 1000 bytes, not of 1001"):
        pair.send(pair.client, ours, bytes(1001))
    pair.send(pair.client, ours, bytes(1000))


def test_a_message_larger_than_ours_ends_the_association() -> None:
    pair = Pair(max_outgoing_message_bytes=1 << 20).start()
    ours, theirs = pair.open()
    pair.send(pair.client, ours, bytes((1 << 18) + 2000))
    pair.run_until(lambda: pair.server.association.state is AssociationState.CLOSED)
    assert pair.server.closed == [theirs]
    pair.run(1)
    assert pair.client.association.state is AssociationState.CLOSED
    assert pair.client.closed == [ours]
