"""How long sound waits to be mixed, as the worker tells it: little, longer once it jitters, and little again."""

from __future__ import annotations

import pytest

from kms_elements.hubs.audio_mixer import BLOCK, AudioMixer, AudioTick, EarWork
from kms_elements.hubs.playout_wait import WINDOW, LongestWait, PlayoutWaits
from kms_trio.testing.clips import tone

TICK_S = 0.02
EAR = EarWork(100)


class Speaker:
    """Somebody whose frames of 20 ms come in bursts of `burst`, each of which has been due since the tick before."""

    def __init__(self) -> None:
        self.waits = PlayoutWaits()
        self._mixer = AudioMixer(waits=self.waits)
        self._ticks = 0

    @property
    def wait_s(self) -> float:
        return self.waits.seconds[1]

    def talk(self, ticks: int, burst: int = 1) -> None:
        for _ in range(ticks):
            frames = []
            if self._ticks % burst == burst - 1:
                frames = [tone(400.0, self._ticks - burst + 1 + place, BLOCK) for place in range(burst)]
                for place, frame in enumerate(frames):
                    frame.pts = (self._ticks - burst + 1 + place) * BLOCK
            heard = (48_000, tuple((0.0, frame) for frame in frames))
            self._mixer.convert(AudioTick(self._ticks * BLOCK, 1, {1: heard}, (EAR,)))
            self._ticks += 1

    def fall_silent(self, ticks: int) -> None:
        for _ in range(ticks):
            self._mixer.convert(AudioTick(self._ticks * BLOCK, 1, {}, (EAR,)))
            self._ticks += 1


def test_the_wait_grows_with_jitter_and_shrinks_again() -> None:
    speaker = Speaker()
    speaker.talk(100)
    assert speaker.wait_s == pytest.approx(0.045, abs=TICK_S), "what is told of the mix"
    speaker.talk(600, burst=5)
    grown_s = speaker.wait_s
    assert grown_s > 0.045 + 3 * TICK_S
    speaker.talk(12_000)
    assert speaker.wait_s < grown_s - 2 * TICK_S


def test_who_is_not_there_does_not_wait() -> None:
    speaker = Speaker()
    assert not speaker.waits.seconds
    speaker.talk(20)
    assert speaker.waits.seconds
    speaker.fall_silent(20)
    assert not speaker.waits.seconds


def test_the_longest_wait_of_two_windows() -> None:
    wait = LongestWait()
    assert wait.seconds is None
    wait.note(0.01)
    assert wait.seconds == 0.01
    wait.note(0.2)
    for _ in range(2 * WINDOW - 2):
        wait.note(0.05)
        assert wait.seconds == 0.2
    wait.note(0.05)
    assert wait.seconds == 0.05
    wait.forget()
    assert wait.seconds is None
    wait.note(0.03)
    assert wait.seconds == 0.03
