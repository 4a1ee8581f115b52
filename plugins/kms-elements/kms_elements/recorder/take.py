"""One take: from `record` to `stop`, pauses cut out.

A take collects until every track it expects has something (video from a key frame on), then places all frames on one
timeline and queues them for the file.  It waits two seconds at most, unless it is told to wait for all: what does not
flow by then is added when it does, where the output can do that.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import attrs

from kms_elements.recorder.file_writer import Sample, TrackDescription
from kms_elements.recorder.output import Output
from kms_elements.recorder.timeline import SteadyClock, Timeline
from kms_trio.api import MediaType
from kms_trio.media.formats import Format
from kms_trio.media.frames import EncodedFrame
from kms_trio.media.streams import EncodedStream

if TYPE_CHECKING:
    from kms_trio.media.flow import TimerHandle, Timers

__all__ = ["Take"]

TICK_S: Final = 1.0
"""While collecting, how often a key frame is asked for."""
PATIENCE_TICKS: Final = 2
DEFAULT_FRAME_S: Final = 1 / 30
LONGEST_FRAME_S: Final = 1.0
MAX_PENDING_BYTES: Final = 32 * 1024 * 1024
"""Overflow policy while it waits for all tracks: what was collected is dropped."""


class _State(enum.Enum):
    COLLECTING = "collecting"
    RUNNING = "running"
    PAUSED = "paused"
    ENDED = "ended"


@attrs.define(eq=False)
class _Track:
    """What is known of one input."""

    media_type: MediaType
    stream: EncodedStream
    clock: SteadyClock
    needs_key_frame: bool
    last_pts: int | None = None


class Take:
    """See the module docstring.  `unix_now` reads the wall clock; `on_started` is called when the file begins, and
    again when a track is added.
    """

    def __init__(
        self,
        expected: set[MediaType],
        output: Output,
        timers: Timers,
        unix_now: Callable[[], float],
        on_started: Callable[[], None],
        *,
        wait_for_all: bool = False,
        close_gaps: bool = False,
    ) -> None:
        self._expected = expected
        self._output = output
        self._timers = timers
        self._unix_now = unix_now
        self._on_started = on_started
        self._state = _State.COLLECTING
        self._inputs: dict[MediaType, _Track] = {}
        self._formats: dict[MediaType, Format] = {}
        self._pending: list[tuple[_Track, EncodedFrame]] = []
        self._pending_bytes = 0
        self._timeline = Timeline(close_gaps)
        self._wait_for_all = wait_for_all
        self._refused: set[MediaType] = set()
        self._ticks = 0
        self._timer: TimerHandle | None = None
        self._arm()

    @property
    def started(self) -> bool:
        """Whether the file has begun."""
        return bool(self._formats)

    @property
    def formats(self) -> dict[MediaType, Format]:
        """The formats of the file's tracks; empty before it has begun."""
        return dict(self._formats)

    # Control.

    def pause(self) -> None:
        """Leave out what comes until `resume`.  What was collected for a file that has not begun is kept out, too."""
        if self._state in (_State.COLLECTING, _State.RUNNING):
            self._state = _State.PAUSED
            self._drop_pending()
            self._disarm()

    def resume(self) -> None:
        """Go on behind what was written before, from the next key frame."""
        if self._state is not _State.PAUSED:
            return
        self._state = _State.COLLECTING
        self._ticks = 0
        self._begin_anew()
        self._arm()

    def end(self) -> None:
        """Take nothing more; a file that has not begun begins now with what was collected."""
        if self._state is _State.COLLECTING and self._pending:
            self._start()
        self._state = _State.ENDED
        self._drop_pending()
        self._disarm()

    # Media.

    def set_input(self, media_type: MediaType, stream: EncodedStream | None) -> None:
        """A track is fed from `stream` now, or from nothing for the time being."""
        if stream is None:
            self._inputs.pop(media_type, None)
            return
        video = media_type is MediaType.VIDEO
        clock = SteadyClock(stream.clock.unix_s, stream.format.clock_rate_hz)
        self._inputs[media_type] = _Track(media_type, stream, clock, video)
        if video:
            stream.request_key_frame()

    def push(self, media_type: MediaType, frame: EncodedFrame) -> None:
        """A frame of a track."""
        track = self._inputs.get(media_type)
        if track is None or self._state in (_State.PAUSED, _State.ENDED):
            return
        if media_type in self._refused:
            return
        if media_type in self._formats and track.stream.format.encoding_name != self._encoding_of(media_type):
            return  # from before a source with another codec is encoded anew
        if track.needs_key_frame:
            if not frame.key_frame:
                return
            track.needs_key_frame = False
        if track.stream.clock.unix_s(frame.pts) is None:
            track.stream.clock.anchor(frame.pts, self._unix_now())
        if self._state is _State.RUNNING:
            if media_type in self._formats or self._add(track, frame):
                self._place(track, frame)
            return
        self._pending.append((track, frame))
        self._pending_bytes += len(frame.data)
        if self._pending_bytes > MAX_PENDING_BYTES:
            self._begin_anew()
        if {pending.media_type for pending, _ in self._pending} >= self._wanted():
            self._start()

    def _drop_pending(self) -> None:
        self._pending, self._pending_bytes = [], 0

    def _begin_anew(self) -> None:
        self._drop_pending()
        for track in self._inputs.values():
            track.needs_key_frame = track.media_type is MediaType.VIDEO
            track.last_pts = None
        self._ask_for_key_frame()

    def _encoding_of(self, media_type: MediaType) -> str | None:
        format = self._formats.get(media_type)
        return None if format is None else format.encoding_name

    def _wanted(self) -> set[MediaType]:
        return set(self._formats) or self._expected

    def _start(self) -> None:
        first: dict[MediaType, tuple[_Track, EncodedFrame]] = {}
        for track, frame in self._pending:
            first.setdefault(track.media_type, (track, frame))
        track, frame = first.get(MediaType.VIDEO) or first[MediaType.AUDIO]
        begin_unix_s = track.stream.clock.unix_s(frame.pts)
        assert begin_unix_s is not None
        self._timeline.begin_segment(begin_unix_s)
        began = self.started
        if not began:
            self._formats = {media_type: track.stream.format for media_type, (track, _) in first.items()}
            self._output.begin(
                [
                    TrackDescription(media_type, track.stream.format, frame.data)
                    for media_type, (track, frame) in first.items()
                ]
            )
        self._state = _State.RUNNING
        self._disarm()
        pending = self._pending
        self._drop_pending()
        for track, frame in pending:
            if track.media_type in self._formats or self._add(track, frame):
                self._place(track, frame)
        if not began:
            self._on_started()

    def _add(self, track: _Track, frame: EncodedFrame) -> bool:
        """A track that the file has not yet."""
        if not self._output.add(TrackDescription(track.media_type, track.stream.format, frame.data)):
            self._refused.add(track.media_type)
            return False
        self._formats[track.media_type] = track.stream.format
        self._on_started()
        return True

    def _place(self, track: _Track, frame: EncodedFrame) -> None:
        unix_s = track.clock.at(frame.pts)
        duration_s = self._duration_s(track, frame)
        track.last_pts = frame.pts
        place_s = None if unix_s is None else self._timeline.place(track.media_type, unix_s, duration_s)
        if place_s is None:
            return
        if not self._output.put(Sample(track.media_type, frame.data, place_s, duration_s, frame.key_frame)):
            track.needs_key_frame = track.media_type is MediaType.VIDEO
            self._ask_for_key_frame()

    def _duration_s(self, track: _Track, frame: EncodedFrame) -> float:
        """Its own, or else that of the frame before: muxers lose a last frame that has none."""
        rate_hz = track.stream.format.clock_rate_hz
        if frame.duration > 0:
            return frame.duration / rate_hz
        if track.last_pts is None or frame.pts <= track.last_pts:
            return DEFAULT_FRAME_S if track.media_type is MediaType.VIDEO else 0.02
        return min(LONGEST_FRAME_S, (frame.pts - track.last_pts) / rate_hz)

    # Waiting.

    def _ask_for_key_frame(self) -> None:
        track = self._inputs.get(MediaType.VIDEO)
        if track is not None and track.needs_key_frame:
            track.stream.request_key_frame()

    def _arm(self) -> None:
        self._timer = self._timers.call_later(TICK_S, self._tick)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _tick(self) -> None:
        self._ticks += 1
        if self._ticks >= PATIENCE_TICKS and self._pending and not self._wait_for_all:
            self._start()
            return
        self._ask_for_key_frame()
        self._arm()
