"""Filters of sound and of data without a server."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kms_trio.codecs.sample_filter import SampleError, SampleFormat, Samples
from kms_trio.generated.core.events import UriEndpointStateChanged
from kms_trio.generated.core.types import UriEndpointState
from kms_trio.objects.audio_filter import AudioFilter
from kms_trio.objects.data_filter import DataFilter
from kms_trio.testing.audio_filters import run_audio_filter, silence, sine
from kms_trio.testing.clips import pitch_hz
from kms_trio.testing.data_filters import run_data_filter
from kms_trio.testing.filters import new_filter

TOLD = UriEndpointStateChanged(state=UriEndpointState.START)


class Half(AudioFilter):
    def process(self, samples: Samples, sample_rate_hz: int) -> Samples | None:
        assert (samples.shape[0], sample_rate_hz) == (2, 48_000)
        return samples // 2


class Gate(AudioFilter):
    """Lets go on what is loud, and tells when."""

    sample_format = SampleFormat.FLOAT32

    def process(self, samples: Samples, sample_rate_hz: int) -> Samples | None:
        if np.abs(samples).max() < 0.01:
            return None
        self.emit(UriEndpointStateChanged(state=UriEndpointState.START, tags=()))
        return samples


class Wrong(AudioFilter):
    result: Any = None

    def process(self, samples: Samples, sample_rate_hz: int) -> Samples | None:
        if self.result is None:
            raise ZeroDivisionError("wrong")
        wrong: Samples = self.result
        return wrong


class Shout(DataFilter):
    def process(self, message: str | bytes, label: str) -> str | bytes | None:
        if not message:
            return None
        if message == "twice":
            self.send("once more", label)
        if message == "wrong":
            raise ZeroDivisionError("wrong")
        self.emit(TOLD)
        return message.upper()


def test_sound() -> None:
    tone = sine(440.0, seconds=0.51)
    run = run_audio_filter(Half, tone)
    assert run.sound.shape == tone.shape
    assert np.array_equal(run.sound, tone // 2)
    assert pitch_hz(run.sound[0], 48_000) == pytest.approx(440, abs=3)
    assert run.loudness == pytest.approx(0.5 / 2 / np.sqrt(2), rel=0.01)
    assert run_audio_filter(Half, silence()).loudness == 0


def test_blocks_that_are_swallowed() -> None:
    run = run_audio_filter(Gate, np.concatenate((silence(seconds=0.1), sine(1000.0, seconds=0.04)), axis=1))
    assert (run.sound.shape, run.events) == ((2, 1920), [TOLD, TOLD])
    assert run_audio_filter(Gate, silence()).loudness == 0


def test_failures_of_sound_reach_the_test() -> None:
    with pytest.raises(ZeroDivisionError, match="wrong"):
        run_audio_filter(Wrong, silence())
    wrong = new_filter(Wrong)
    wrong.result = silence(seconds=0.01)
    with pytest.raises(SampleError, match=r"expected samples of shape \(2, 960\)"):
        run_audio_filter(wrong, silence())


def test_messages() -> None:
    run = run_data_filter(Shout, ["hello", b"bytes", "", "twice"], label="chat")
    assert run.messages == ["HELLO", b"BYTES", "once more", "TWICE"]
    assert run.events == [TOLD] * 3
    with pytest.raises(ZeroDivisionError, match="wrong"):
        run_data_filter(Shout, ["wrong"])
