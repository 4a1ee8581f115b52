"""Trio side of mixing samples: who is heard, who hears, and the clock.

Samples are only collected here; a worker thread makes a block of 20 ms for each ear that somebody listens to.
"""

from __future__ import annotations

import collections
from collections.abc import Hashable
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from kms_elements.hubs.audio_mixer import BLOCK, AudioMixer, AudioTick, EarWork, Heard
from kms_elements.hubs.hub_stream import HubStream
from kms_elements.hubs.lip_sync import LipSync
from kms_elements.hubs.playout_wait import PlayoutWaits
from kms_elements.hubs.speaker import Loudness
from kms_trio.api import Overflow
from kms_trio.media.formats import RAW_AUDIO
from kms_trio.media.streams import RawFrame, Stream
from kms_trio.media.ticker import Ticker

if TYPE_CHECKING:
    from kms_trio.api import Clock, Conversion, ObjectContext

__all__ = ["AudioMix", "Ear"]

RATE_HZ: Final = RAW_AUDIO.clock_rate_hz
MOST_BLOCKS: Final = 10
"""Blocks that are made up for when the process was busy; what is older is left out."""
MOST_FRAMES: Final = 64
"""Frames of one participant that are taken a tick, the newest."""
MAX_TICKS: Final = 50
PLAYOUT_DELAY_S: Final = 0.045
"""How long samples wait at first in the playout buffer: told to whoever keeps audio and video together."""


class Ear(HubStream):
    """A stream of what one listener hears; more than one port may share it."""

    def __init__(self, mix: AudioMix, work: EarWork) -> None:
        super().__init__(RAW_AUDIO, mix.reconsider)
        self.work = work

    def hears(self, key: int) -> bool:
        """Whether a participant is part of this mix."""
        return key != self.work.without and (self.work.only is None or key in self.work.only)


class AudioMix:
    """The samples of several participants, mixed for any number of ears while anybody listens."""

    def __init__(self, context: ObjectContext, name: str) -> None:
        self._context = context
        self._name = name
        self._inputs: dict[Hashable, _SampleInput] = {}
        self._ears: dict[int, Ear] = {}
        self._loudness = Loudness()
        self._waits = PlayoutWaits()
        self._keys = 0
        self._position: int | None = None
        self._ticker = Ticker(context.timers, Fraction(BLOCK, RATE_HZ), self._tick)
        self._conversion: Conversion[AudioTick, tuple[int, RawFrame]] | None = None

    # Participants.

    def add(self, participant: Hashable, lip_sync: LipSync | None = None) -> None:
        """Somebody who may have something to say; `lip_sync` when they have a picture in the same mix."""
        self._inputs[participant] = _SampleInput(self._next_key(), self._context.clock, lip_sync)

    def remove(self, participant: Hashable) -> None:
        """A participant is gone, and nobody hears them any more."""
        entry = self._inputs.pop(participant)
        entry.set_attached(False)
        for ear in self._ears.values():
            if ear.work.only is not None and entry.key in ear.work.only:
                ear.work = EarWork(ear.work.key, ear.work.only - {entry.key})

    def feed(self, participant: Hashable, stream: Stream[Any] | None) -> None:
        """Take the samples of a participant from `stream`, or from nowhere."""
        entry = self._inputs[participant]
        entry.set_attached(False)
        entry.stream = stream
        self.reconsider()

    def level(self, participant: Hashable) -> float:
        """How loud a participant is (root mean square in the scale of 16-bit integers); 0 while nobody listens."""
        return 0.0 if self._conversion is None else self._loudness.levels.get(self._inputs[participant].key, 0.0)

    # Ears.

    def ear(self, *, without: Hashable | None = None) -> Ear:
        """An ear that hears everybody, or everybody but one."""
        return self._new_ear(without=None if without is None else self._inputs[without].key)

    def deaf_ear(self) -> Ear:
        """An ear that hears nobody until it is told by `hear`."""
        return self._new_ear(only=frozenset())

    def hear(self, ear: Ear, participant: Hashable, heard: bool) -> bool:
        """Begin or cease to hear a participant; false when that was so already."""
        key, only = self._inputs[participant].key, ear.work.only or frozenset()
        changed = only | {key} if heard else only - {key}
        ear.work = EarWork(ear.work.key, changed)
        self.reconsider()
        return changed != only

    def drop_ear(self, ear: Ear) -> None:
        """An ear is needed no more."""
        self._ears.pop(ear.work.key, None)

    def close(self) -> None:
        """Stop for good."""
        for ear in self._ears.values():
            ear.close()
        self._ears.clear()
        self._stop()
        self._ticker.close()

    def reconsider(self) -> None:
        """Mix when somebody listens, and decode only who is heard."""
        listening = [ear for ear in self._ears.values() if ear.consumers]
        if not listening:
            self._stop()
            return
        if self._conversion is None:
            self._conversion = self._context.codecs.start_conversion(
                f"mix audio of {self._name}",
                partial(AudioMixer, self._loudness, self._waits),
                self._deliver,
                capacity=MAX_TICKS,
                overflow=Overflow.DROP_OLDEST,
            )
            self._ticker.start()
        for entry in self._inputs.values():
            entry.set_attached(any(ear.hears(entry.key) for ear in listening))

    def _next_key(self) -> int:
        self._keys += 1
        return self._keys

    def _new_ear(self, only: frozenset[int] | None = None, without: int | None = None) -> Ear:
        ear = Ear(self, EarWork(self._next_key(), only, without))
        self._ears[ear.work.key] = ear
        return ear

    def _stop(self) -> None:
        self._ticker.stop()
        self._position = None
        for entry in self._inputs.values():
            entry.set_attached(False)
        if self._conversion is not None:
            self._conversion.stop()
            self._conversion = None

    def _tick(self, place_s: Fraction) -> None:
        end = int(place_s * RATE_HZ) + BLOCK
        if self._position is None or end - self._position > MOST_BLOCKS * BLOCK:
            self._position = end - BLOCK
        begin, self._position = self._position, end
        unix_s = self._context.clock.unix() - PLAYOUT_DELAY_S
        ears = [ear for ear in self._ears.values() if ear.consumers]
        for ear in ears:
            ear.clock.anchor(end - BLOCK, unix_s)
        made_up_for_s = (end - BLOCK - begin) / RATE_HZ
        arrived = {entry.key: entry.take(made_up_for_s) for entry in self._inputs.values() if entry.attached}
        for entry in self._inputs.values():
            entry.wait_of_sound(self._waits.seconds.get(entry.key))
        if self._conversion is not None:
            work = tuple(ear.work for ear in ears)
            self._conversion.submit(AudioTick(begin, (end - begin) // BLOCK, arrived, work))

    def _deliver(self, result: tuple[int, RawFrame]) -> None:
        key, frame = result
        ear = self._ears.get(key)
        if ear is not None:
            ear.deliver(frame)


class _SampleInput:
    """What came from one participant since the last tick; a consumer of their stream."""

    def __init__(self, key: int, clock: Clock, lip_sync: LipSync | None) -> None:
        self.key = key
        self.stream: Stream[Any] | None = None
        self.attached = False
        self._clock = clock
        self._lip_sync = lip_sync
        self._frames: collections.deque[tuple[float, RawFrame]] = collections.deque(maxlen=MOST_FRAMES)
        """With the moment (monotonic) at which each is due."""

    def on_raw(self, frame: RawFrame) -> None:
        """Samples came."""
        due_s = self._clock.monotonic()
        if self._lip_sync is not None:
            late_s = self._lip_sync.audio.note(self.stream, frame.pts, self._clock.unix())
            due_s += max(0.0, self._lip_sync.audio_wait_s - late_s)
        self._frames.append((due_s, frame))

    def take(self, made_up_for_s: float) -> Heard:
        """The frames that are due, when as much time as that has passed without a block."""
        now_s = self._clock.monotonic()
        due = []
        while self._frames and self._frames[0][0] <= now_s:
            due_s, frame = self._frames.popleft()
            due.append((now_s - due_s - made_up_for_s, frame))
        return (RATE_HZ if self.stream is None else self.stream.format.clock_rate_hz), tuple(due)

    def wait_of_sound(self, seconds: float | None) -> None:
        """How long samples wait to be mixed; None while that is not known."""
        if self._lip_sync is not None and seconds is not None and self.attached:
            self._lip_sync.playout_s = seconds - PLAYOUT_DELAY_S

    def set_attached(self, attached: bool) -> None:
        """Take samples, or leave them alone; attaching has them decoded."""
        if attached is self.attached or self.stream is None:
            return
        self.attached = attached
        self._frames.clear()
        if self._lip_sync is not None:
            self._lip_sync.audio.forget()
            self._lip_sync.playout_s = 0.0
        if attached:
            self.stream.attach(self)
        else:
            self.stream.detach(self)
