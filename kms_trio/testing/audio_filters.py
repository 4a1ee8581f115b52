"""Audio filters without a server: samples in, samples and events out, in the thread of the test.

    run = run_audio_filter(Louder, sine(440.0), strength=1.0)
    assert run.loudness > 0.5

Samples go the way that they go in a server: in blocks of 20 ms, in the format that the filter asks for.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Final

import attrs
import av
import numpy as np
import numpy.typing as npt

from kms_trio.codecs.sample_filter import SampleFilter
from kms_trio.media.formats import RAW_AUDIO
from kms_trio.objects.audio_filter import AudioFilter
from kms_trio.testing.filters import RaisingFilter, events_of, made_filter

__all__ = ["AudioRun", "Sound", "run_audio_filter", "silence", "sine"]

Sound = npt.NDArray[np.int16]
"""Samples of (channels, n), 48 kHz, -32768 to 32767."""

RATE_HZ: Final = RAW_AUDIO.clock_rate_hz
_BLOCK: Final = RATE_HZ // 50


@attrs.define
class AudioRun:
    """What a filter made."""

    sound: Sound
    """What it returned, one block after the other; nothing for blocks that it swallowed."""
    events: list[Any]
    """What it emitted meanwhile, in order, without source and time."""

    @property
    def loudness(self) -> float:
        """Root mean square, from 0 to 1."""
        return float(np.sqrt(((self.sound / 32768) ** 2).mean())) if self.sound.size else 0.0


def sine(frequency_hz: float, *, seconds: float = 0.5, amplitude: float = 0.5) -> Sound:
    """A tone on both channels."""
    times = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    wave = (np.sin(2 * np.pi * frequency_hz * times) * amplitude * 32767).astype(np.int16)
    return np.stack((wave, wave))


def silence(*, seconds: float = 0.5) -> Sound:
    """Nothing, on both channels."""
    return np.zeros((2, round(seconds * RATE_HZ)), np.int16)


def run_audio_filter(what: type[AudioFilter] | AudioFilter, sound: Sound, **parameters: Any) -> AudioRun:
    """Give `sound`, two channels, to a filter, or to one that is made with `parameters`.

    Raises what `process` raises, and `kms_trio.codecs.sample_filter.SampleError` for what it returns and is no block.
    """
    work = made_filter(what, parameters)
    way = SampleFilter(RaisingFilter(work))
    events: list[Any] = []
    blocks = [np.zeros((2, 0), np.int16)]
    with events_of(work, events):
        for begin in range(0, sound.shape[1], _BLOCK):
            for result in way.convert(_frame(sound[:, begin : begin + _BLOCK], begin)):
                if isinstance(result, av.AudioFrame):
                    blocks.append(result.to_ndarray().astype(np.int16, copy=False).reshape(-1, 2).T)
                else:
                    result()
    return AudioRun(np.concatenate(blocks, axis=1), events)


def _frame(block: Sound, begin: int) -> av.AudioFrame:
    packed = np.ascontiguousarray(block.T).reshape(1, -1)
    frame = av.AudioFrame.from_ndarray(packed, format="s16", layout="stereo")
    frame.sample_rate, frame.pts, frame.time_base = RATE_HZ, begin, Fraction(1, RATE_HZ)
    return frame
