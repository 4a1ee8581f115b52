"""Live sources: when packets are shown, clocks that jump; with counted time."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kms_elements.player.continuity import Continuity
from kms_elements.player.live_clock import LiveClock
from kms_elements.player.pacer import Pacer

CACHE_S = 0.5


def in_hand(pacer: Pacer, place_s: float, now: float) -> float:
    return pacer.due(place_s) - now


def test_the_latency_is_the_cache() -> None:
    pacer = Pacer(0.0)
    clock = LiveClock(pacer, CACHE_S)
    for number in range(100):
        clock.arrived(number / 10, 50.0 + number / 10)
        assert in_hand(pacer, number / 10, 50.0 + number / 10) == pytest.approx(CACHE_S)


def test_what_a_stuck_connection_held_back_does_not_stay_behind() -> None:
    """Ten seconds came late to begin with: the first packet is no measure."""
    pacer = Pacer(0.0)
    clock = LiveClock(pacer, CACHE_S)
    for number in range(200):
        place_s = number / 10
        clock.arrived(place_s, max(10.0, place_s))
    assert in_hand(pacer, 20.0, 20.0) == pytest.approx(CACHE_S, abs=0.11)


def test_what_has_a_length_is_never_skipped() -> None:
    pacer = Pacer(0.0)
    clock = LiveClock(pacer, CACHE_S, live=False)
    for number in range(200):
        place_s = number / 10
        clock.arrived(place_s, max(10.0, place_s))
    assert in_hand(pacer, 0.0, 10.0) == pytest.approx(CACHE_S)


def test_a_delay_that_has_come_to_stay_is_followed() -> None:
    pacer = Pacer(0.0)
    clock = LiveClock(pacer, CACHE_S)
    for number in range(200):
        place_s = number / 10
        clock.arrived(place_s, place_s + (3.0 if number > 50 else 0.0))
    assert in_hand(pacer, 20.0, 23.0) == pytest.approx(CACHE_S, abs=0.11)


@given(st.lists(st.floats(0, 0.4), min_size=100, max_size=100))
def test_jitter_moves_nothing_by_more_than_itself(jitter: list[float]) -> None:
    pacer = Pacer(0.0)
    clock = LiveClock(pacer, CACHE_S)
    now = 0.0
    for number, late_s in enumerate(jitter):
        now = max(now, number / 10 + late_s)
        clock.arrived(number / 10, now)
        assert CACHE_S - 0.4 - 0.11 <= pacer.due(number / 10) - number / 10 <= CACHE_S + 0.4 + 0.11


@given(
    jumps=st.dictionaries(st.integers(1, 99), st.one_of(st.floats(11, 1e5), st.floats(-1e5, -11)), max_size=5),
    order=st.lists(st.booleans(), min_size=100, max_size=100),
)
def test_jumps_are_taken_out_and_tracks_stay_together(jumps: dict[int, float], order: list[bool]) -> None:
    """Two tracks, a packet of each every 40 ms; the clock of both jumps now and then."""
    continuity = Continuity(10.0)
    offset, length = Fraction(0), Fraction(1, 25)
    for number in range(100):
        offset += Fraction(jumps.get(number, 0))
        for track in (0, 1) if order[number] else (1, 0):
            raw = number * length + offset
            assert raw + continuity.shift(track, raw, length) == number * length


def test_a_pause_is_no_jump() -> None:
    continuity = Continuity(10.0)
    assert [continuity.shift(0, Fraction(place), Fraction(1)) for place in (0, 1, 9, 2)] == [0, 0, 0, 0]
    assert continuity.shift(0, Fraction(103), Fraction(1)) == -100
    assert continuity.shift(1, Fraction(103), Fraction(1)) == -100
    continuity.restart()
    assert continuity.shift(0, Fraction(50), Fraction(1)) == 0
