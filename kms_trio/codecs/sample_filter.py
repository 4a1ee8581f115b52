"""Samples as numpy arrays, and filters of them: what `kms_trio.codecs.frame_filter` is for pictures.

Raw audio is 48 kHz, stereo, 16 bit, interleaved (`kms_trio.media.formats.RAW_AUDIO`); a filter sees channels by rows.
"""

from __future__ import annotations

import enum
import threading
from collections.abc import Sequence
from typing import Any, Final, Protocol

import av
import numpy as np
import numpy.typing as npt

from kms_trio.codecs.frame_filter import Note
from kms_trio.errors import exits_as_errors

__all__ = ["SampleError", "SampleFilter", "SampleFormat", "SampleWork", "Samples", "frame_of_samples"]

Samples = npt.NDArray[Any]
"""Samples of `(channels, n)`, typed as the `SampleFormat` says."""

FULL_SCALE: Final = 32768.0


class SampleFormat(enum.Enum):
    """What a sample is; the values are numpy's names."""

    INT16 = "int16"
    """-32768 to 32767: what decoders give, so nothing is converted."""
    FLOAT32 = "float32"
    """-1.0 to 1.0; what is beyond is cut off on the way out."""


class SampleError(ValueError):
    """What was given as samples is none of that format."""


class SampleWork(Protocol):
    """What an audio filter does. Called in worker threads, one at a time: `turn` is held meanwhile."""

    turn: threading.Lock
    bypass: bool
    """While true samples pass as they are."""

    @property
    def sample_format(self) -> SampleFormat:
        """How it sees samples, and how it returns them."""

    @property
    def strict(self) -> bool:
        """Whether samples that it fails with do not pass; else they do, as they were."""

    def process_samples(self, samples: Samples, sample_rate_hz: int, time_s: float) -> Samples | None:
        """The samples to go on, of the same shape; None for none."""

    def failed(self, failure: Exception) -> None:
        """`process_samples` raised, or returned what is no block of samples; see `strict`."""

    def take_notes(self) -> Sequence[Note]:
        """What is to be said since the last block."""


class SampleFilter:
    """The converter (`kms_trio.codecs.conversion.Converter`) that shows blocks of samples to a `SampleWork`."""

    def __init__(self, work: SampleWork) -> None:
        self._work = work

    def convert(self, frame: av.AudioFrame) -> Sequence[av.AudioFrame | Note]:
        """Filter one block."""
        work = self._work
        if work.bypass:
            return (frame,)
        with work.turn:
            try:
                filtered = self._filter(frame)
            except Exception as failure:  # noqa: BLE001 - the guard of filters: a block must not fail the stream
                work.failed(failure)
                filtered = None if work.strict else frame
            notes = work.take_notes()
        return notes if filtered is None else (*notes, filtered)

    def _filter(self, frame: av.AudioFrame) -> av.AudioFrame | None:
        channels = frame.layout.nb_channels
        samples = np.ascontiguousarray(frame.to_ndarray().reshape(-1, channels).T)
        if self._work.sample_format is SampleFormat.FLOAT32:
            samples = samples.astype(np.float32) / np.float32(FULL_SCALE)
        rate_hz = frame.sample_rate
        time_s = 0.0 if frame.pts is None else frame.pts / rate_hz
        shape = samples.shape
        with exits_as_errors():
            result = self._work.process_samples(samples, rate_hz, time_s)
        return None if result is None else frame_of_samples(result, shape, self._work.sample_format, frame)


def frame_of_samples(
    samples: object, shape: tuple[int, ...], format: SampleFormat, source: av.AudioFrame
) -> av.AudioFrame:
    """A block that sounds like `samples`, at the time of `source`. Raises `SampleError` for another shape or type."""
    if not isinstance(samples, np.ndarray):
        raise SampleError(f"expected an array of {shape}, got {type(samples).__name__}")
    if samples.shape != shape:
        raise SampleError(f"expected samples of shape {shape}, got {samples.shape}")
    if samples.dtype != np.dtype(format.value):
        raise SampleError(f"expected samples of {format.value}, got {samples.dtype}")
    if format is SampleFormat.FLOAT32:
        scaled = np.nan_to_num(samples, nan=0.0) * np.float32(FULL_SCALE)
        samples = np.clip(np.rint(scaled), -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)
    packed = np.ascontiguousarray(samples.T).reshape(1, -1)
    frame = av.AudioFrame.from_ndarray(packed, format="s16", layout=source.layout.name)
    frame.sample_rate = source.sample_rate
    frame.pts = source.pts
    if source.time_base:
        frame.time_base = source.time_base
    return frame
