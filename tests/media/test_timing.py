"""MediaClock and SenderClock: sound and pictures of one sender keep their distance, whatever happens to its clock."""

from __future__ import annotations

import pytest

from kms_trio.codecs.clocks import clock_at_rate
from kms_trio.media.timing import SET_BY_S, MediaClock, SenderClock

AUDIO_HZ, VIDEO_HZ = 48_000, 90_000
SENDER_S = 1_000_000.0
"""What the sender's clock says at second 0."""
TRANSIT_S = 0.03
NEAR = pytest.approx(0.0, abs=1e-6)


class Sender:
    """Captures sound and pictures with RTP clocks that are right; `set_by_s` is by how much its own clock was set."""

    def __init__(self) -> None:
        clock = SenderClock()
        self.audio, self.video = MediaClock(AUDIO_HZ, clock), MediaClock(VIDEO_HZ, clock)
        self.set_by_s = 0.0

    def report(self, clock: MediaClock, now_s: float, transit_s: float = TRANSIT_S) -> None:
        told_s = SENDER_S + now_s + self.set_by_s
        clock.sender_report(round(now_s * clock.clock_rate_hz), told_s, now_s + transit_s)

    def apart_s(self, now_s: float) -> float:
        """How far sound and pictures that were captured at the same moment are placed from each other."""
        heard_s, seen_s = self.audio.unix_s(round(now_s * AUDIO_HZ)), self.video.unix_s(round(now_s * VIDEO_HZ))
        assert heard_s is not None
        assert seen_s is not None
        return heard_s - seen_s


@pytest.mark.parametrize("set_by_s", [3600.0, -3600.0, 2.0, -2.0, SET_BY_S * 1.5])
def test_a_clock_that_is_set_moves_nothing(set_by_s: float) -> None:
    sender = Sender()
    for now_s in (0.0, 1.0, 2.0):
        sender.report(sender.audio, now_s)
        sender.report(sender.video, now_s + 0.4)
    before_s = sender.audio.unix_s(0)
    sender.set_by_s = set_by_s
    for now_s in (3.0, 4.0, 5.0):
        sender.report(sender.audio, now_s)
        assert sender.apart_s(now_s) == NEAR, "until the other stream reports, too"
        sender.report(sender.video, now_s + 0.4)
        assert sender.apart_s(now_s) == NEAR
    assert sender.audio.unix_s(0) == pytest.approx(before_s, abs=1e-6)


def test_a_clock_may_be_set_again_and_again() -> None:
    sender = Sender()
    for now_s in range(60):
        if now_s % 7 == 0:
            sender.set_by_s += 100.0 if now_s % 2 else -1000.0
        sender.report((sender.audio, sender.video)[now_s % 2], float(now_s))
        if now_s > 1:
            assert sender.apart_s(now_s) == NEAR


def test_a_stream_whose_timestamps_jump_is_followed() -> None:
    """The clock is as it was, but the stream begins at another number: that concerns no other stream."""
    sender = Sender()
    for now_s in (0.0, 1.0):
        sender.report(sender.audio, now_s)
        sender.report(sender.video, now_s)
    jumped_ticks = 100 * VIDEO_HZ
    sender.video.sender_report(2 * VIDEO_HZ + jumped_ticks, SENDER_S + 2.0, 2.0 + TRANSIT_S)
    sender.report(sender.audio, 2.0)
    heard_s, seen_s = sender.audio.unix_s(2 * AUDIO_HZ), sender.video.unix_s(2 * VIDEO_HZ + jumped_ticks)
    assert heard_s is not None
    assert heard_s - seen_s == NEAR


def test_a_slow_report_is_not_a_clock_that_was_set() -> None:
    sender = Sender()
    for now_s in (0.0, 1.0):
        sender.report(sender.audio, now_s)
        sender.report(sender.video, now_s)
    sender.report(sender.audio, 2.0, transit_s=3.0)
    assert sender.apart_s(2.0) == NEAR
    assert sender.audio.unix_s(2 * AUDIO_HZ) == pytest.approx(2.0 + TRANSIT_S, abs=1e-6)


def test_drift_is_followed() -> None:
    """RTP clocks of 100 ppm more or less than they say."""
    sender = Sender()
    for second in range(0, 600, 5):
        sender.audio.sender_report(round(second * AUDIO_HZ * 1.0001), SENDER_S + second, second + TRANSIT_S)
        sender.video.sender_report(round(second * VIDEO_HZ * 0.9999), SENDER_S + second, second + TRANSIT_S)
        heard_s = sender.audio.unix_s(round(second * AUDIO_HZ * 1.0001))
        seen_s = sender.video.unix_s(round(second * VIDEO_HZ * 0.9999))
        assert heard_s is not None
        assert heard_s - seen_s == pytest.approx(0.0, abs=1e-4)


def test_who_watches_hears_what_moves_the_stream() -> None:
    sender = Sender()
    moves: list[str] = []
    scaled = clock_at_rate(sender.audio, 8_000)

    def moved() -> None:
        moves.append("moved")

    scaled.watch(moved)
    sender.audio.anchor(0, 0.0)
    assert not moves
    sender.report(sender.audio, 1.0)
    assert moves == ["moved"], "the first report"
    sender.report(sender.audio, 2.0)
    sender.report(sender.audio, 3.0, transit_s=0.01)
    sender.set_by_s = 10.0
    sender.report(sender.audio, 4.0)
    assert moves == ["moved"], "none of these moves it against the pictures"
    sender.audio.sender_report(4 * AUDIO_HZ, SENDER_S + 10.0 + 5.0, 5.0 + TRANSIT_S)
    assert moves == ["moved"] * 2, "a second's timestamps were left out"
    scaled.unwatch(moved)
    sender.audio.sender_report(4 * AUDIO_HZ, SENDER_S + 10.0 + 6.0, 6.0 + TRANSIT_S)
    assert moves == ["moved"] * 2
