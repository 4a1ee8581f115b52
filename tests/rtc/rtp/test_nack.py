"""When lost packets are asked for."""

from __future__ import annotations

from kms_trio.rtc.rtp.nack import NackGenerator


def feed(generator: NackGenerator, now_s: float, *numbers: int) -> None:
    for number in numbers:
        generator.received(number, now_s)


def test_nothing_is_asked_for_without_a_gap() -> None:
    generator = NackGenerator()
    feed(generator, 0.0, *range(100))
    assert generator.deadline is None
    assert generator.due(10.0) == []


def test_gap_is_asked_for_after_the_reorder_delay_and_again_after_a_round_trip() -> None:
    generator = NackGenerator(reorder_delay_s=0.005)
    generator.set_round_trip_time(0.08)
    feed(generator, 1.0, 1, 2, 5)
    assert generator.deadline == 1.005
    assert generator.due(1.0) == []
    assert generator.due(1.005) == [3, 4]
    assert generator.deadline == 1.005 + 0.1
    assert generator.due(1.05) == []
    assert generator.due(1.2) == [3, 4]


def test_reordered_packet_is_never_asked_for() -> None:
    generator = NackGenerator()
    feed(generator, 0.0, 1, 3)
    feed(generator, 0.002, 2)
    assert generator.deadline is None
    assert generator.recovered == 1


def test_retransmitted_packet_is_recovered_once() -> None:
    generator = NackGenerator()
    feed(generator, 0.0, 1, 3)
    assert generator.due(0.1) == [2]
    feed(generator, 0.15, 2, 2)
    assert generator.recovered == 1
    assert generator.due(1.0) == []
    assert not generator.key_frame_needed


def test_giving_up_asks_for_a_key_frame() -> None:
    generator = NackGenerator(max_tries=3, max_age_s=100.0)
    feed(generator, 0.0, 1, 3)
    asked = 0
    while (deadline := generator.deadline) is not None:
        asked += len(generator.due(deadline))
    assert asked == generator.requested == 3
    assert generator.key_frame_needed
    assert generator.given_up == 1


def test_packet_too_old_is_given_up() -> None:
    generator = NackGenerator(max_age_s=1.0)
    feed(generator, 0.0, 1, 3)
    assert generator.due(1.5) == []
    assert generator.key_frame_needed


def test_gap_too_large_asks_for_a_key_frame_at_once() -> None:
    generator = NackGenerator(max_missing=100)
    feed(generator, 0.0, 1, 50, 500)
    assert generator.key_frame_needed
    assert generator.deadline is None
    assert generator.given_up == 48 + 449


def test_key_frame_makes_older_losses_irrelevant() -> None:
    generator = NackGenerator()
    feed(generator, 0.0, 1, 3, 10, 12)
    generator.key_frame_received(10)
    assert generator.due(1.0) == [11]


def test_round_trip_time_is_bounded() -> None:
    for round_trip_s, expected_s in ((0.0, 0.04), (5.0, 0.4)):
        generator = NackGenerator(reorder_delay_s=0.0)
        generator.set_round_trip_time(round_trip_s)
        feed(generator, 0.0, 1, 3)
        assert generator.due(0.0) == [2]
        assert generator.deadline == expected_s
