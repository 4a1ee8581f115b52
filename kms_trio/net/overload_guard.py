"""Watches how a worker keeps up, and has gates closed and opened as `overload` decides.

It measures only while video is forwarded.  Whoever a stream is forwarded for is told once when that stops, and once
when it may go on.
"""

from __future__ import annotations

import logging
import socket
import struct
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import attrs
import trio

from kms_trio.net.fanout import RtpFanout
from kms_trio.net.frame_gate import FrameGate, GateStatistics
from kms_trio.net.overload import Decision, Load, OverloadController

if TYPE_CHECKING:
    from kms_trio.net.leg import ShedListener
    from kms_trio.net.udp_socket import UdpSocket

__all__ = ["INTERVAL_S", "LoadSource", "OverloadGuard", "OverloadStatistics", "ProcessLoad"]

logger = logging.getLogger("kms.overload")

INTERVAL_S = 0.5
TICKS = 2
"""How often an interval's lateness is measured: each is a wake-up."""
SMOOTHING = 0.5
SO_MEMINFO = 55
MEMINFO_WORDS = 9
MEMINFO_DROPS = 8
"""SK_MEMINFO_DROPS of linux/sock_diag.h."""
SCHEDULER_FILE = Path("/proc/thread-self/schedstat")
"""Of the thread that opens it: nanoseconds on a core, nanoseconds of waiting for one, turns."""
FOREIGN_S = 5e-6
"""What it takes to find that a datagram belongs to nobody."""


class LoadSource(Protocol):
    """Where loads come from."""

    def was_late(self, lateness_s: float) -> None:
        """Note how long somebody waited for a turn of the event loop."""

    def measure(self) -> Load:
        """What has been since the last time."""


class ProcessLoad:
    """The load of the thread that calls it, and of the sockets that `sockets` tells.

    `foreign` counts datagrams so far that belonged to nobody.
    """

    def __init__(self, sockets: Callable[[], Iterable[UdpSocket]], foreign: Callable[[], int]) -> None:
        self._sockets = sockets
        self._foreign = foreign
        self._foreign_before = foreign()
        self._at_s = time.monotonic()
        self._cpu_s = time.thread_time()
        self._waited_s = waited_s()
        self._lateness_s = 0.0
        self._drops: dict[UdpSocket, int] = {}

    def was_late(self, lateness_s: float) -> None:
        """Note it."""
        self._lateness_s = max(self._lateness_s, lateness_s)

    def measure(self) -> Load:
        """Measure now."""
        now_s, cpu_s, waiting_s, foreign = time.monotonic(), time.thread_time(), waited_s(), self._foreign()
        elapsed_s = max(now_s - self._at_s, 1e-3)
        before, self._drops = self._drops, {sock: kernel_drops(sock) for sock in self._sockets() if not sock.closed}
        load = Load(
            cpu=(cpu_s - self._cpu_s) / elapsed_s,
            waiting=(waiting_s - self._waited_s) / elapsed_s,
            foreign=(foreign - self._foreign_before) * FOREIGN_S / elapsed_s,
            lateness_s=self._lateness_s,
            dropped=sum(count - before.get(sock, count) for sock, count in self._drops.items()),
        )
        self._at_s, self._cpu_s, self._lateness_s = now_s, cpu_s, 0.0
        self._waited_s, self._foreign_before = waiting_s, foreign
        return load


def waited_s() -> float:
    """How long the calling thread has waited for a core so far, seconds; 0 where the kernel does not tell."""
    try:
        return int(SCHEDULER_FILE.read_bytes().split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0


def kernel_drops(sock: UdpSocket) -> int:
    """Datagrams that the kernel has dropped so far because the socket was full; 0 where it does not tell."""
    try:
        words = sock.socket.getsockopt(socket.SOL_SOCKET, SO_MEMINFO, 4 * MEMINFO_WORDS)
    except OSError:
        return 0
    if len(words) < 4 * MEMINFO_WORDS:
        return 0
    drops: int = struct.unpack_from("=I", words, 4 * MEMINFO_DROPS)[0]
    return drops


@attrs.define
class OverloadStatistics:
    """What was decided so far."""

    held_back: int = 0
    """How often a stream was held back."""
    brought_back: int = 0
    """How often one was forwarded again."""
    datagrams_lost: int = 0
    """By the kernel, for want of room in a socket's queue."""


@attrs.define
class _Watched:
    """A fan-out with its gate, and who was told that it is closed."""

    gate: FrameGate
    counted: int = 0
    rate: float = 0.0
    """Packets an interval, smoothed: a key frame is many."""
    told: frozenset[ShedListener] = frozenset()


class OverloadGuard:
    """One for a worker.  `load` may be replaced, by something scripted for example."""

    def __init__(self, load: LoadSource) -> None:
        self.load = load
        self.controller: OverloadController[RtpFanout] = OverloadController()
        self.statistics = OverloadStatistics()
        self.gates = GateStatistics()
        self.last = Load()
        """The last interval's."""
        self._watched: dict[RtpFanout, _Watched] = {}
        self._wanted = trio.Event()

    @property
    def held_back(self) -> int:
        """How many streams are held back now."""
        return len(self.controller.paused)

    def watch(self, fanout: RtpFanout) -> None:
        """A fan-out of video has a viewer; watching it twice does nothing."""
        if fanout not in self._watched:
            gate = fanout.gate or FrameGate(fanout, self.gates)
            fanout.gate = gate
            self._watched[fanout] = _Watched(gate, gate.arrived)
            self._wanted.set()

    async def run(self) -> None:
        """Measure and decide, for ever."""
        while True:
            await self._wanted.wait()
            self.load.measure()  # what was before does not count
            while self._watched:
                for _ in range(TICKS):
                    due = trio.current_time() + INTERVAL_S / TICKS
                    await trio.sleep_until(due)
                    self.load.was_late(trio.current_time() - due)
                self.step()
            self._wanted = trio.Event()

    def step(self) -> None:
        """An interval is over."""
        for fanout in [each for each in self._watched if not each.legs]:
            self._forget(fanout)
        costs = {}
        for fanout, watched in self._watched.items():
            arrived = watched.gate.arrived
            watched.rate += SMOOTHING * (arrived - watched.counted - watched.rate)
            watched.counted = arrived
            costs[fanout] = watched.rate * len(fanout.legs)
        self.last = self.load.measure()
        self.statistics.datagrams_lost += self.last.dropped
        self._apply(self.controller.step(self.last, costs))

    def _apply(self, decision: Decision[RtpFanout]) -> None:
        for fanout in decision.pause:
            watched = self._watched[fanout]
            self.statistics.held_back += 1
            watched.gate.close()
            watched.told = frozenset(leg.on_shed for leg in fanout.legs if leg.on_shed is not None)
            for tell in watched.told:
                tell(True)
        for fanout in decision.resume:
            self.statistics.brought_back += 1
            self._watched[fanout].gate.open()
            self._tell_end(self._watched[fanout])
        if decision.pause:
            logger.warning(
                "Overload (CPU %.0f%%, busy %.0f%%, %.0f ms late, %d datagrams lost): video of %d more streams held "
                "back, %d in all",
                100 * self.last.cpu,
                100 * self.last.busy,
                1000 * self.last.lateness_s,
                self.last.dropped,
                len(decision.pause),
                self.held_back,
            )
        elif decision.resume:
            logger.warning("Overload is passing: %d streams of video are still held back", self.held_back)

    def _forget(self, fanout: RtpFanout) -> None:
        watched = self._watched.pop(fanout)
        self.controller.forget(fanout)
        fanout.gate = None
        fanout.resume()
        self._tell_end(watched)

    def _tell_end(self, watched: _Watched) -> None:
        told, watched.told = watched.told, frozenset()
        for tell in told:
            tell(False)
