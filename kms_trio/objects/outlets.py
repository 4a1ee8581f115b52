"""Outlets: where the code of an element gives pictures and samples, from any thread."""

from __future__ import annotations

import threading
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

import av
import numpy as np
import trio

from kms_trio.codecs.pictures import Picture, PictureFormat, untimed_frame
from kms_trio.codecs.sample_filter import SampleError, Samples
from kms_trio.generated.core.types import MediaType
from kms_trio.media.formats import RAW_AUDIO, RAW_VIDEO
from kms_trio.media.pads import SourcePad
from kms_trio.media.streams import RawFrame, RawStream

if TYPE_CHECKING:
    from kms_trio.objects.media_element import MediaElement

__all__ = ["AudioOut", "VideoOut"]

CHANNELS: Final = RAW_AUDIO.channels
MAX_WAITING: Final = 25
"""Frames of other threads that the Trio thread has not taken yet; more are dropped."""


class _Outlet:
    """The stream of an element's source pads of one type. Made in the Trio thread."""

    def __init__(self, element: MediaElement, media_type: MediaType) -> None:
        self.stream = RawStream(RAW_AUDIO if media_type is MediaType.AUDIO else RAW_VIDEO)
        self.dropped = 0
        """Frames that were pushed faster than they could be taken."""
        self._element = element
        self._pads: list[SourcePad] = []
        self._token = trio.lowlevel.current_trio_token()
        self._thread = threading.get_ident()
        self._lock = threading.Lock()
        self._waiting = 0
        self._began_s: float | None = None
        self._next_pts = 0

    @property
    def wanted(self) -> bool:
        """Whether anybody takes what is pushed."""
        return bool(self.stream.consumers)

    def give_to(self, pad: SourcePad) -> None:
        """Feed a source pad of the element."""
        self._pads.append(pad)
        pad.set_input(self.stream)

    def _stamp(self, time_s: float | None, duration: int) -> int:
        """The timestamp of a frame: that of its time, or of now; it never goes back."""
        if time_s is None:
            now_s = self._element.context.clock.monotonic()
            if self._began_s is None:
                self._began_s = now_s
            time_s = now_s - self._began_s
        pts = max(round(time_s * self.stream.format.clock_rate_hz), self._next_pts)
        self._next_pts = pts + duration
        return pts

    def _push(self, frame: RawFrame) -> None:
        frame.time_base = Fraction(1, self.stream.format.clock_rate_hz)
        if threading.get_ident() == self._thread:
            self._deliver(frame)
            return
        with self._lock:
            if self._waiting >= MAX_WAITING:
                self.dropped += 1
                return
            self._waiting += 1
        self._token.run_sync_soon(self._take, frame)

    def _take(self, frame: RawFrame) -> None:
        with self._lock:
            self._waiting -= 1
        self._deliver(frame)

    def _deliver(self, frame: RawFrame) -> None:
        if self._element.releasing:
            return
        self.stream.clock.anchor(frame.pts, self._element.context.clock.unix())
        self.stream.push(frame)
        for pad in self._pads:
            if pad.sinks:
                pad.flow.count()


class VideoOut(_Outlet):
    """Pictures of an element."""

    def __init__(self, element: MediaElement) -> None:
        super().__init__(element, MediaType.VIDEO)

    def push(self, picture: Picture, format: PictureFormat = PictureFormat.BGR, *, time_s: float | None = None) -> None:
        """Show a picture, which must not be changed afterwards: now, or `time_s` seconds after the stream's beginning.

        Raises `kms_trio.codecs.pictures.PictureError` (a ValueError) for what is no picture of that format.
        """
        frame = untimed_frame(picture, format)
        frame.pts = self._stamp(time_s, 1)
        self._push(frame)


class AudioOut(_Outlet):
    """Samples of an element: 48 kHz, stereo."""

    def __init__(self, element: MediaElement) -> None:
        super().__init__(element, MediaType.AUDIO)

    def push(self, samples: Samples, *, time_s: float | None = None) -> None:
        """Sound a block of samples, int16 of `(2, n)`, behind the one before, or `time_s` seconds after the beginning.

        Blocks of 20 ms are best. Raises `kms_trio.codecs.sample_filter.SampleError` (a ValueError) for anything else.
        """
        given: Any = samples  # authors may pass anything
        array = given if isinstance(given, np.ndarray) else None
        if array is None or array.dtype != np.int16 or array.ndim != 2 or len(array) != CHANNELS or not array.size:
            got = type(given).__name__ if array is None else f"{array.dtype} of {array.shape}"
            raise SampleError(f"expected int16 of ({CHANNELS}, n), got {got}")
        packed = np.ascontiguousarray(samples.T).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(packed, format="s16", layout="stereo")
        frame.sample_rate = RAW_AUDIO.clock_rate_hz
        frame.pts = self._stamp(
            self._next_pts / RAW_AUDIO.clock_rate_hz if time_s is None else time_s, samples.shape[1]
        )
        self._push(frame)
