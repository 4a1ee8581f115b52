"""JPEG_VIDEO_ONLY: one picture, the first that comes after `record`."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, Final

import av

from kms_elements.recorder.failures import opening_failed, writing_failed
from kms_elements.recorder.file_writer import Item, Sample, TrackDescription, Writer
from kms_elements.recorder.output import Output
from kms_trio.api import MediaType
from kms_trio.media.formats import RAW_VIDEO, Format
from kms_trio.media.streams import RawFrame, RawStream, Stream

__all__ = ["Snapshot", "SnapshotWriter"]

QUALITY: Final = "2"
"""FFmpeg's scale for JPEG: 1 is best, 31 worst."""


class Snapshot:
    """What `Take` is to the other profiles.  Its input is let go as soon as the picture is there."""

    def __init__(self, output: Output, on_started: Callable[[], None]) -> None:
        self._output = output
        self._on_started = on_started
        self._stream: RawStream | None = None
        self._paused = False
        self._over = False
        self.started = False

    @property
    def formats(self) -> dict[MediaType, Format]:
        """Nothing that a source would have to keep to."""
        return {}

    def pause(self) -> None:
        """Take no picture."""
        self._paused = True

    def resume(self) -> None:
        """Take the next one, if none was taken yet."""
        self._paused = False

    def end(self) -> None:
        """Take none any more."""
        self._over = True
        self._let_go()

    def set_input(self, media_type: MediaType, stream: Stream[Any] | None) -> None:
        """Pictures come from `stream` now."""
        self._let_go()
        if isinstance(stream, RawStream) and not self._over:
            self._stream = stream
            stream.attach(self)

    def on_raw(self, frame: RawFrame) -> None:
        """A picture."""
        if self._paused or self._over or not isinstance(frame, av.VideoFrame):
            return
        self._over = self.started = True
        self._output.begin([TrackDescription(MediaType.VIDEO, RAW_VIDEO, b"")])
        self._output.put(Sample(MediaType.VIDEO, b"", 0.0, 0.0, True, frame))
        self._let_go()
        self._on_started()

    def _let_go(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.detach(self)


class SnapshotWriter(Writer):
    """Encodes and writes the picture.  All methods block, and raise `RecordingError` and nothing else."""

    def begin(self, tracks: list[TrackDescription]) -> None:
        """Nothing stands before the picture."""

    def write(self, items: list[Item]) -> None:
        """Write the picture."""
        for item in items:
            if not isinstance(item, Sample) or item.picture is None:
                continue
            try:
                data = _jpeg(item.picture)
                target = self.destination.open()
            except (av.error.FFmpegError, *self.ERRORS) as error:
                raise opening_failed(self.name, error) from error
            try:
                if isinstance(target, str):
                    assert self.destination.path is not None
                    self.destination.path.write_bytes(data)
                else:
                    target.write(data)
            except self.ERRORS as error:
                raise writing_failed(self.name, error) from error

    def finish(self) -> None:
        """Nothing stands behind the picture."""
        self.close_destination()


def _jpeg(picture: av.VideoFrame) -> bytes:
    encoder: Any = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt = picture.width, picture.height, "yuvj420p"
    encoder.time_base = Fraction(1, 25)
    encoder.options = {"qmin": QUALITY, "qmax": QUALITY}
    still = picture.reformat(format="yuvj420p")
    still.pts = 0
    return b"".join(bytes(packet) for packet in [*encoder.encode(still), *encoder.encode(None)])
