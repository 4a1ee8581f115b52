"""AudioMixer: sums without one's own voice, of any shape of samples, never too loud."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import av
import numpy as np

from kms_elements.hubs.audio_mixer import BLOCK, AudioMixer, AudioTick, EarWork
from kms_trio.testing.clips import tone
from tests.elements.hubs.stage import largest_step, left, strength

EVERYBODY = EarWork(100)


class Room:
    def __init__(self) -> None:
        self.mixer = AudioMixer()
        self.begin = 0
        self.heard: dict[int, list[av.AudioFrame]] = {}

    def tick(self, arrived: Mapping[int, Sequence[av.AudioFrame]], *ears: EarWork) -> None:
        heard = {key: (48_000, tuple((0.0, frame) for frame in frames)) for key, frames in arrived.items()}
        for key, frame in self.mixer.convert(AudioTick(self.begin, 1, heard, ears)):
            self.heard.setdefault(key, []).append(frame)
        self.begin += BLOCK

    def talk(self, ticks: int, voices: Mapping[int, float], *ears: EarWork, amplitude: float = 1.0) -> None:
        for _ in range(ticks):
            self.tick({key: [loud(tone(pitch, self.begin, BLOCK), amplitude)] for key, pitch in voices.items()}, *ears)


def loud(frame: av.AudioFrame, amplitude: float) -> av.AudioFrame:
    if amplitude == 1.0:
        return frame
    samples = np.clip(frame.to_ndarray() * amplitude, -32768, 32767).astype(np.int16)
    changed = av.AudioFrame.from_ndarray(samples, "s16", "stereo")
    changed.sample_rate, changed.pts, changed.time_base = frame.sample_rate, frame.pts, frame.time_base
    return changed


def test_everybody_hears_all_but_themselves() -> None:
    room = Room()
    voices = {1: 400.0, 2: 700.0, 3: 1100.0}
    room.talk(30, voices, *(EarWork(10 + key, without=key) for key in voices), EVERYBODY)
    for key in voices:
        samples = left(room.heard[10 + key][10:])
        for other, pitch in voices.items():
            if other == key:
                assert strength(samples, pitch) < 1.0
            else:
                assert strength(samples, pitch) > 7000
    assert all(strength(left(room.heard[100][10:]), pitch) > 7000 for pitch in voices.values())
    assert [frame.pts for frame in room.heard[100]] == [number * BLOCK for number in range(30)]


def test_an_ear_may_choose() -> None:
    room = Room()
    voices = {1: 400.0, 2: 700.0, 3: 1100.0}
    room.talk(30, voices, EarWork(10, only=frozenset({1, 3})))
    samples = left(room.heard[10][10:])
    assert [strength(samples, pitch) > 7000 for pitch in voices.values()] == [True, False, True]
    room.talk(30, voices, EarWork(10, only=frozenset({2})))
    assert [strength(left(room.heard[10][-20:]), pitch) > 7000 for pitch in voices.values()] == [False, True, False]
    assert largest_step(left(room.heard[10])) < 8000 * 2 * np.pi * 2200 / 48_000 + 16_000 / 240


def test_silence_is_made_too() -> None:
    room = Room()
    room.talk(5, {}, EVERYBODY)
    assert not np.any(left(room.heard[100]))


def test_the_sum_is_turned_down_instead_of_cut() -> None:
    room = Room()
    voices = dict.fromkeys(range(1, 9), 500.0)  # in phase: the worst case
    room.talk(60, voices, EVERYBODY)
    samples = left(room.heard[100][20:])
    assert np.abs(samples).max() <= 32_767
    assert strength(samples, 1500.0) < 50, "a sine that is cut has harmonics"
    room.talk(200, {1: 500.0}, EVERYBODY)
    assert strength(left(room.heard[100][-20:]), 500.0) > 7900, "and up again"


def test_samples_of_other_shapes_are_resampled() -> None:
    room = Room()
    at = 0
    for _ in range(40):
        times = np.arange(at, at + 160) / 8_000
        wave = (np.sin(2 * np.pi * 600 * times) * 8000 / 32768).astype(np.float32).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(wave, "fltp", "mono")
        frame.sample_rate, frame.pts, frame.time_base = 8_000, at, Fraction(1, 8_000)
        for key, made in room.mixer.convert(AudioTick(room.begin, 1, {1: (8_000, ((0.0, frame),))}, (EVERYBODY,))):
            room.heard.setdefault(key, []).append(made)
        assert frame.pts == at, "the frame is others' too"
        at += 160
        room.begin += BLOCK
    assert strength(left(room.heard[100][15:]), 600.0) > 5000


def test_who_leaves_is_heard_to_the_end() -> None:
    room = Room()
    room.talk(20, {1: 400.0, 2: 700.0}, EVERYBODY)
    room.talk(20, {1: 400.0}, EVERYBODY)
    assert strength(left(room.heard[100][-15:]), 700.0) < 1.0
    assert strength(left(room.heard[100][-15:]), 400.0) > 7900
    assert largest_step(left(room.heard[100])) < 8000 * 2 * np.pi * 1100 / 48_000 + 8000 * 1.5 / 240


def test_frames_without_time_or_samples_are_left_out() -> None:
    room = Room()
    empty = av.AudioFrame(format="s16", layout="stereo", samples=0)
    empty.sample_rate, empty.pts = 48_000, 0
    timeless = tone(400.0, 0, BLOCK)
    timeless.pts = None
    room.tick({1: [empty, timeless]}, EVERYBODY)
    room.talk(20, {1: 400.0}, EVERYBODY)
    assert strength(left(room.heard[100][-10:]), 400.0) > 7900
