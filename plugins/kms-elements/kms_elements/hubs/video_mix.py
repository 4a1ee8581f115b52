"""Trio side of mixing pictures: keeps the latest picture of each port and has a scene made at each tick.

Nobody waits for anybody.  A picture that is replaced before the next tick was never scaled, whatever rate its sender
chose; a port that sends none keeps showing the last one; what a port does changes nothing about when a scene is made.
"""

from __future__ import annotations

import collections
from collections.abc import Callable, Hashable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from kms_elements.hubs.hub_stream import HubStream
from kms_elements.hubs.lip_sync import LipSync
from kms_elements.hubs.picture_mixer import PictureMixer, Scene, Tile
from kms_trio.api import Overflow
from kms_trio.media.callbacks import ignore
from kms_trio.media.formats import RAW_VIDEO
from kms_trio.media.streams import RawFrame, Stream
from kms_trio.media.ticker import Ticker

if TYPE_CHECKING:
    from kms_trio.api import Clock, Conversion, ObjectContext

__all__ = ["Arrangement", "PictureInput", "VideoMix"]

CLOCK_RATE_HZ: Final = RAW_VIDEO.clock_rate_hz
MAX_SCENES: Final = 2
"""Scenes that wait for the worker: when it is late, the older ones are left out."""
MOST_WAITING: Final = 32
"""Pictures of one participant that wait for the sound, the newest."""
RATE_SMOOTHING: Final = 1 / 16

Arrangement = tuple[int, int, Sequence[Tile]]
"""Width and height of the canvas, both even, and the tiles, the last one on top."""


class PictureInput:
    """The latest picture of one port, None at first; a consumer of its stream.

    `interval_ticks` is the mean distance of its pictures, 0 while unknown.
    """

    def __init__(self, key: int, clock: Clock, lip_sync: LipSync | None) -> None:
        self.key = key
        self.stream: Stream[Any] | None = None
        self.picture: RawFrame = None
        self.interval_ticks = 0.0
        self.attached = False
        self._clock = clock
        self._lip_sync = lip_sync
        self._waiting: collections.deque[tuple[float, RawFrame]] = collections.deque(maxlen=MOST_WAITING)
        """Pictures that wait for the sound, with the moment (monotonic) at which each is due."""
        self._last_pts: int | None = None

    def on_raw(self, frame: RawFrame) -> None:
        """A picture came."""
        if not frame.width or not frame.height:
            return  # nothing that could be shown
        wait_s = 0.0
        if self._lip_sync is not None:
            late_s = self._lip_sync.video.note(self.stream, frame.pts, self._clock.unix())
            wait_s = self._lip_sync.video_wait_s - late_s
        if wait_s > 0 and self.picture is not None:
            self._waiting.append((self._clock.monotonic() + wait_s, frame))
        else:
            self._waiting.clear()
            self.picture = frame
        if self._last_pts is not None and frame.pts is not None and 0 < frame.pts - self._last_pts < CLOCK_RATE_HZ:
            distance = frame.pts - self._last_pts
            if self.interval_ticks:
                distance = self.interval_ticks + (distance - self.interval_ticks) * RATE_SMOOTHING
            self.interval_ticks = float(distance)
        self._last_pts = frame.pts

    def show_due(self) -> None:
        """Go on to the newest picture that is due."""
        while self._waiting and self._waiting[0][0] <= self._clock.monotonic():
            self.picture = self._waiting.popleft()[1]

    def forget(self) -> None:
        """Show nothing."""
        self.picture = None
        self._waiting.clear()

    def set_attached(self, attached: bool) -> None:
        """Take pictures, or leave them alone; attaching has them decoded."""
        if attached is self.attached or self.stream is None:
            return
        self.attached = attached
        self._last_pts = None
        self._waiting.clear()
        if self._lip_sync is not None:
            self._lip_sync.video.forget()
        if attached:
            self.stream.attach(self)
        else:
            self.stream.detach(self)


class VideoMix:
    """Pictures of several participants as one stream of a fixed rate, made while anybody takes it.

    `arrange(inputs)` is asked at each tick where the pictures go, all inputs that have one in the order in which they
    were added; None for no picture at all.
    """

    def __init__(
        self,
        context: ObjectContext,
        name: str,
        interval_s: Fraction,
        arrange: Callable[[Sequence[PictureInput]], Arrangement | None],
    ) -> None:
        self.stream = HubStream(RAW_VIDEO, self._reconsider)
        self.ticker = Ticker(context.timers, interval_s, self._tick)
        self.inputs: dict[Hashable, PictureInput] = {}
        self._context = context
        self._name = name
        self._arrange = arrange
        self._keys = 0
        self._conversion: Conversion[Scene, RawFrame] | None = None

    def add(self, participant: Hashable, lip_sync: LipSync | None = None) -> None:
        """Give a participant its place in the order; `lip_sync` when they have a voice in the same mix."""
        self._keys += 1
        self.inputs[participant] = PictureInput(self._keys, self._context.clock, lip_sync)

    def remove(self, participant: Hashable) -> None:
        """A participant is gone."""
        self.inputs.pop(participant).set_attached(False)

    def feed(self, participant: Hashable, stream: Stream[Any] | None) -> None:
        """Take the pictures of a participant from `stream`, or from nowhere.

        One that gets another stream right away keeps its place and its last picture meanwhile.
        """
        entry = self.inputs[participant]
        entry.set_attached(False)
        entry.stream = stream
        entry.set_attached(self._conversion is not None)

    def close(self) -> None:
        """Stop for good."""
        self._stop()
        for entry in self.inputs.values():
            entry.stream = None
        self.ticker.close()
        self.stream.close()
        self._arrange = ignore

    def _reconsider(self) -> None:
        if self.stream.consumers and self._conversion is None:
            self._conversion = self._context.codecs.start_conversion(
                f"mix video of {self._name}",
                PictureMixer,
                self.stream.deliver,
                capacity=MAX_SCENES,
                overflow=Overflow.DROP_OLDEST,
            )
            for entry in self.inputs.values():
                entry.set_attached(True)
            self.ticker.start()
        elif not self.stream.consumers:
            self._stop()

    def _stop(self) -> None:
        self.ticker.stop()
        for entry in self.inputs.values():
            entry.set_attached(False)
            entry.forget()
        if self._conversion is not None:
            self._conversion.stop()
            self._conversion = None

    def _tick(self, place_s: Fraction) -> None:
        for entry in self.inputs.values():
            entry.show_due()
            if entry.stream is None:
                entry.forget()
        arrangement = self._arrange([entry for entry in self.inputs.values() if entry.picture is not None])
        if arrangement is None or self._conversion is None:
            return
        width, height, tiles = arrangement
        pts = round(place_s * CLOCK_RATE_HZ)
        self.stream.clock.anchor(pts, self._context.clock.unix())
        self._conversion.submit(Scene(pts, width, height, tuple(tiles)))
