"""Report blocks, by the arithmetic of RFC 3550 appendix A."""

from __future__ import annotations

import pytest

from kms_trio.rtc.rtp.reception import ReceptionStatistics


def receive(statistics: ReceptionStatistics, *numbers: int) -> None:
    """Packets of 100 bytes, 20 ms apart by number, that arrive when they should."""
    for number in numbers:
        statistics.received(number, number * 160, 100, number * 0.02)


def test_nothing_lost() -> None:
    statistics = ReceptionStatistics(0xABCD, 8000)
    receive(statistics, *range(65536, 65636))
    block = statistics.report_block(0.0)
    assert (block.ssrc, block.fraction_lost, block.packets_lost, block.jitter) == (0xABCD, 0, 0, 0)
    assert block.highest_sequence_number == 99  # the cycle that unwrapping starts with is not the sender's
    assert (block.last_sender_report, block.delay_since_last_sender_report) == (0, 0)
    assert (statistics.packets_received, statistics.bytes_received) == (100, 10000)


def test_loss_since_the_last_report_and_in_all() -> None:
    statistics = ReceptionStatistics(1, 8000)
    receive(statistics, *range(90))
    receive(statistics, *range(100, 110))
    first = statistics.report_block(0.0)
    assert (first.packets_lost, first.fraction_lost) == (10, (10 << 8) // 110)
    receive(statistics, *range(110, 120))
    second = statistics.report_block(0.0)
    assert (second.packets_lost, second.fraction_lost) == (10, 0)


def test_late_packets_reduce_the_loss_and_duplicates_count_as_received() -> None:
    statistics = ReceptionStatistics(1, 8000)
    receive(statistics, 0, 1, 3, 2, 2, 4)
    assert (statistics.late, statistics.duplicates) == (1, 1)
    assert statistics.report_block(0.0).packets_lost == -1  # RFC 3550 section 6.4.1 says so
    assert statistics.packets_received == 6


def test_cycles_are_counted() -> None:
    statistics = ReceptionStatistics(1, 8000)
    receive(statistics, *range(65530, 65540))
    assert statistics.report_block(0.0).highest_sequence_number == 65539


def test_jitter_of_alternating_transit_times() -> None:
    statistics = ReceptionStatistics(1, 8000)
    for number in range(500):
        statistics.received(number, number * 160, 100, number * 0.02 + 0.001 * (number % 2))
    # every difference is 1 ms = 8 ticks, to which the filter of gain 1/16 converges
    assert statistics.jitter == pytest.approx(8, abs=0.01)


def test_one_jump_is_not_believed_and_a_restart_is() -> None:
    statistics = ReceptionStatistics(1, 8000)
    receive(statistics, *range(100))
    receive(statistics, 20000)
    assert statistics.report_block(0.0).highest_sequence_number == 99
    receive(statistics, 100, 101)
    assert statistics.packets_lost == 0
    receive(statistics, 30000, 30001, 30002)
    block = statistics.report_block(0.0)
    assert (block.highest_sequence_number, block.packets_lost) == (30002, 0)


def test_sender_report_is_echoed_with_its_age() -> None:
    statistics = ReceptionStatistics(1, 8000)
    receive(statistics, 0)
    statistics.sender_report_received(0x12345678, 10.0)
    block = statistics.report_block(10.5)
    assert block.last_sender_report == 0x12345678
    assert block.delay_since_last_sender_report == 32768


def test_report_about_a_source_that_sent_nothing() -> None:
    block = ReceptionStatistics(7, 90000).report_block(1.0)
    assert (block.highest_sequence_number, block.packets_lost, block.fraction_lost) == (0, 0, 0)
