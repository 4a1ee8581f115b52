"""Filtering raw media as a stream: one worker thread a filter, decoded once before it and encoded once behind it.

    RawStream ──▶ queue (bounded; the oldest is dropped) ──▶ thread: a filter's converter ──▶ RawStream

Filters in a row hand raw media to each other, so ten of them need one decoder and one encoder.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

import av

from kms_trio.codecs.conversion import Conversion, Converter, Overflow
from kms_trio.codecs.decoder import StartConversion
from kms_trio.codecs.pictures import Picture, PictureFormat, PictureView, frame_of_picture
from kms_trio.errors import exits_as_errors
from kms_trio.media.formats import RAW_VIDEO
from kms_trio.media.streams import RawFrame, RawStream

__all__ = ["FilteredStream", "FrameFilter", "Note", "PictureWork"]

logger = logging.getLogger(__name__)

QUEUE_FRAMES: Final = 2
"""A filter that cannot keep up shows fewer pictures, not older ones."""
QUEUE_BLOCKS: Final = 25
"""Half a second of samples, where fewer ones would be heard."""

Note = Callable[[], None]
"""Something that a filter has to say; called in the Trio thread, in order with the pictures."""


class PictureWork(Protocol):
    """What a filter does. Called in worker threads, one at a time: `turn` is held while a picture is worked on."""

    turn: threading.Lock
    bypass: bool
    """While true pictures pass as they are, without being converted or shown."""

    @property
    def picture_format(self) -> PictureFormat:
        """How it sees pictures, and how it returns them."""

    @property
    def read_only(self) -> bool:
        """Whether it only looks at pictures."""

    @property
    def strict(self) -> bool:
        """Whether a picture that it fails with does not pass; else it does, as it was."""

    def process_at(self, picture: Picture, time_s: float) -> Picture | None:
        """The picture to go on, None for none."""

    def failed(self, failure: Exception) -> None:
        """`process_at` raised, or returned what is no picture; see `strict`."""

    def take_notes(self) -> Sequence[Note]:
        """What is to be said since the last picture."""


class FrameFilter:
    """The converter (`kms_trio.codecs.conversion.Converter`) that shows frames to a `PictureWork`."""

    def __init__(self, work: PictureWork) -> None:
        self._work = work
        self._view = PictureView(work.picture_format, read_only=work.read_only)

    def convert(self, frame: av.VideoFrame) -> Sequence[av.VideoFrame | Note]:
        """Filter one frame."""
        work = self._work
        if work.bypass:
            return (frame,)
        with work.turn:
            try:
                filtered = self._filter(frame)
            except Exception as failure:  # noqa: BLE001 - the guard of filters: a picture must not fail the stream
                work.failed(failure)
                filtered = None if work.strict else frame
            notes = work.take_notes()
        return notes if filtered is None else (*notes, filtered)

    def _filter(self, frame: av.VideoFrame) -> av.VideoFrame | None:
        picture = self._view.picture(frame)
        time_s = 0.0 if frame.pts is None else frame.pts / RAW_VIDEO.clock_rate_hz
        with exits_as_errors():
            result = self._work.process_at(picture, time_s)
        if result is None:
            return None
        if result is picture and self._work.read_only:
            return frame  # nothing can have changed, so nothing is converted
        return frame_of_picture(result, self._work.picture_format, frame)


class FilteredStream(RawStream):
    """Pictures or samples of `upstream` after a filter, worked on while somebody is attached.

    `make_converter` makes what filters, in the thread; its results are frames and `Note`s.
    """

    def __init__(
        self,
        start_conversion: StartConversion,
        upstream: RawStream,
        make_converter: Callable[[], Converter[RawFrame, Any]],
        name: str,
    ) -> None:
        super().__init__(upstream.format, upstream.clock)
        self._start_conversion = start_conversion
        self._upstream = upstream
        self._make_converter = make_converter
        self._name = name
        self._conversion: Conversion[Any, Any] | None = None

    @property
    def dropped(self) -> int:
        """Frames lost because the filter was late, since the stream was started."""
        return 0 if self._conversion is None else self._conversion.dropped

    def started(self) -> None:
        """Start the thread."""
        self._conversion = self._start_conversion(
            f"filter {self._name}",
            self._make_converter,
            self._deliver,
            capacity=QUEUE_BLOCKS if self.format.is_audio else QUEUE_FRAMES,
            overflow=Overflow.DROP_OLDEST,
        )
        self._upstream.attach(self)

    def stopped(self) -> None:
        """Stop the thread; what it was at is thrown away."""
        self._upstream.detach(self)
        if self._conversion is not None:
            self._conversion.stop()
            self._conversion = None

    def request_key_frame(self) -> None:
        """Ask upstream."""
        self._upstream.request_key_frame()

    def on_raw(self, frame: RawFrame) -> None:
        """Hand a frame to the filter."""
        if self._conversion is not None:
            self._conversion.submit(frame)

    def _deliver(self, result: RawFrame | Note) -> None:
        if callable(result):
            result()
        else:
            self.push(result)
