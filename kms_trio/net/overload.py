"""Which video streams to stop forwarding when there is more than the process bears.  Pure: loads in, decisions out.

Too much traffic left to itself is lost at random, packet by packet, audio as well, and every viewer asks for what it
lacks.  So when the process cannot keep up, whole streams of video are held back until it can, those first that cost
most: packets a second times viewers.  One step is made an interval, and none before the overload has lasted; streams
come back after times of calm, one by one or, of many, some at a time, the last one first.  When that was too early, the
next wait longer.

It cannot keep up when its thread is busy all the time, or would be if it were let, and it is late or loses datagrams.
What is lost by a thread that idles came in a burst that no queue could hold; what is lost for the sake of datagrams
that belong to nobody is not won back by taking pictures from those who are here.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import Generic, TypeVar

import attrs

__all__ = ["Decision", "Load", "OverloadController", "OverloadLimits"]

S = TypeVar("S", bound=Hashable)


@attrs.frozen
class Load:
    """One interval of the process that forwards."""

    cpu: float = 0.0
    """CPU time of the forwarding thread over time; 1.0 is all of a core."""
    waiting: float = 0.0
    """The part of the time that it had something to do, and no core to do it on."""
    foreign: float = 0.0
    """What of `cpu` went to datagrams that belong to nobody."""
    lateness_s: float = 0.0
    """The longest that anybody had to wait for a turn of the event loop."""
    dropped: int = 0
    """Datagrams that the kernel dropped because the sockets were not emptied in time."""

    @property
    def busy(self) -> float:
        """The part of the time that the thread had something to do."""
        return self.cpu + self.waiting


@attrs.frozen
class OverloadLimits:
    """When it is too much, and when it is well again."""

    busy: float = 0.9
    lateness_s: float = 0.1
    """Too late, where the thread also used `busy` itself: a machine that gives us no time is not relieved by doing
    less."""
    own_part: float = 0.4
    """What of the CPU time has to be of our own doing, for there to be something to win."""
    calm_busy: float = 0.75
    patience: int = 3
    """Intervals in a row before the first stream is held back, so that a burst of joins is none."""
    share: float = 0.1
    """The part of all video that one step holds back, at least."""
    calm: int = 6
    """Intervals without strain before a stream comes back..."""
    back: float = 0.2
    """...and with it so many others: the part of those that are held back."""
    longest_calm: int = 120
    """The intervals of calm double, up to so many, each time when that was too early."""


@attrs.frozen
class Decision(Generic[S]):
    """Streams to hold back, and to forward again, from now on."""

    pause: tuple[S, ...] = ()
    resume: tuple[S, ...] = ()


class OverloadController(Generic[S]):
    """Decides once an interval.  `S` is whatever stands for a stream."""

    def __init__(self, limits: OverloadLimits | None = None) -> None:
        self.limits = limits or OverloadLimits()
        self._paused: list[S] = []
        self._strained = 0
        self._calm = 0
        self._calm_needed = self.limits.calm
        self._since_resume = self.limits.calm

    @property
    def paused(self) -> tuple[S, ...]:
        """What is held back, in the order in which it came to that."""
        return tuple(self._paused)

    def forget(self, stream: S) -> None:
        """The stream has ended, or nobody watches it any more."""
        if stream in self._paused:
            self._paused.remove(stream)

    def step(self, load: Load, costs: Mapping[S, float]) -> Decision[S]:
        """One interval is over.  `costs` are packets times viewers of each video stream, held back or not."""
        limits = self.limits
        late = load.cpu >= limits.busy and load.lateness_s >= limits.lateness_s
        lossy = load.busy >= limits.busy and load.dropped > 0
        strained = (late or lossy) and load.cpu - load.foreign >= limits.own_part * load.cpu
        calm = load.busy < limits.calm_busy
        self._strained = self._strained + 1 if strained else 0
        self._calm = self._calm + 1 if calm else 0
        self._since_resume += 1
        if self._strained >= limits.patience:
            return Decision(pause=self._hold_back(costs))
        if self._paused and self._calm >= self._calm_needed:
            self._calm = self._since_resume = 0
            return Decision(resume=self._bring_back())
        if not self._paused and self._since_resume > self._calm_needed:
            self._calm_needed = limits.calm
        return Decision()

    def _bring_back(self) -> tuple[S, ...]:
        count = math.ceil(self.limits.back * len(self._paused))
        kept, back = self._paused[:-count], self._paused[-count:]
        self._paused = kept
        return tuple(reversed(back))

    def _hold_back(self, costs: Mapping[S, float]) -> tuple[S, ...]:
        """The costliest streams that together make up a step."""
        if self._since_resume <= self._calm_needed:
            self._calm_needed = min(2 * self._calm_needed, self.limits.longest_calm)
            self._since_resume = self._calm_needed + 1  # once for each stream that came back
        running = [stream for stream in costs if stream not in self._paused and costs[stream] > 0]
        running.sort(key=lambda stream: costs[stream], reverse=True)
        missing = self.limits.share * sum(costs[stream] for stream in running)
        chosen: list[S] = []
        for stream in running:
            if missing <= 0:
                break
            chosen.append(stream)
            missing -= costs[stream]
        self._paused += chosen
        return tuple(chosen)
