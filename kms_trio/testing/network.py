"""A network for protocol engines, in virtual time: seeded delay, loss, duplication, reordering and NATs.

Engines are sans-IO objects with `receive`, `handle_timeout`, `transmits` and `deadline`, such as `IceAgent`::

    network = FakeNetwork(seed=1, loss=0.1)
    network.attach(left, ("192.0.2.1", 1000))
    network.attach(right, ("192.0.2.2", 2000))
    network.run_until(lambda: left.state is IceState.COMPLETED)

Nothing sleeps and nothing reads a clock: `now` jumps from event to event.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

import attrs

Address = tuple[str, int]


class Datagram(Protocol):
    """What an engine wants to be sent."""

    @property
    def data(self) -> bytes:
        """The bytes."""
        ...

    @property
    def local(self) -> Address:
        """The socket to send from."""
        ...

    @property
    def remote(self) -> Address:
        """Where to."""
        ...


class DatagramEngine(Protocol):
    """A sans-IO protocol engine over datagrams."""

    @property
    def deadline(self) -> float | None:
        """When it wants `handle_timeout`."""
        ...

    def receive(self, data: bytes, *, local: Address, remote: Address, now: float) -> object:
        """Take a datagram."""
        ...

    def handle_timeout(self, now: float) -> None:
        """Do what is due."""
        ...

    def transmits(self) -> Sequence[Datagram]:
        """Take what is to be sent."""
        ...


@attrs.frozen
class Packet:
    """A datagram on the wire, addresses as seen behind NATs."""

    sent_at: float
    source: Address
    destination: Address
    data: bytes


class FakeNetwork:
    """All engines, and the wire between them.

    Args:
        seed: same seed, same run.
        delay_s: shortest and longest one-way delay; a wide range reorders.
        loss: probability that a datagram vanishes.
        duplication: probability that it arrives twice.
    """

    def __init__(
        self,
        seed: int = 0,
        *,
        delay_s: tuple[float, float] = (0.01, 0.01),
        loss: float = 0.0,
        duplication: float = 0.0,
    ) -> None:
        self.now = 0.0
        self.wire: list[Packet] = []
        """Everything that was put on the wire, lost or not."""
        self.loss = loss
        self.drop: Callable[[Packet], bool] = lambda packet: False
        """Replace it to lose packets of your choice."""
        self._random = random.Random(seed)
        self._delay_s = delay_s
        self._duplication = duplication
        self._order = itertools.count()
        self._in_flight: list[tuple[float, int, Packet]] = []
        self._engines: dict[Address, DatagramEngine] = {}
        self._behind_nat: dict[str, str] = {}
        self._mappings: dict[Address, Address] = {}
        self._holes: set[tuple[Address, Address]] = set()

    def attach(self, engine: DatagramEngine, *addresses: Address) -> None:
        """Give an engine its sockets."""
        for address in addresses:
            self._engines[address] = engine

    def detach(self, engine: DatagramEngine) -> None:
        """Make an engine vanish without a word: it neither receives nor sends from here on."""
        self._engines = {address: each for address, each in self._engines.items() if each is not engine}

    def put_behind_nat(self, inside: str, outside: str) -> None:
        """Put a host behind a NAT: each socket gets its own outside port, open to whom it has sent to."""
        self._behind_nat[inside] = outside

    def send(self, data: bytes, source: Address, destination: Address) -> None:
        """Put a datagram on the wire by hand, as a stranger would."""
        self._send(data, source, destination)

    def run(self, duration_s: float) -> None:
        """Let time pass."""
        self.run_until(lambda: False, duration_s)

    def run_until(self, reached: Callable[[], bool], limit_s: float = 60.0) -> bool:
        """Let time pass until `reached()`, at most `limit_s`; tells whether it was reached."""
        end = self.now + limit_s
        self._collect()
        while not reached():
            at = self._next_at()
            if at is None or at > end:
                self.now = end
                return reached()
            self.now = max(self.now, at)
            while self._in_flight and self._in_flight[0][0] <= self.now:
                self._deliver(heapq.heappop(self._in_flight)[2])
                self._collect()
            for engine in self._unique_engines():
                self._wake(engine)
            self._collect()
        return True

    def _wake(self, engine: DatagramEngine) -> None:
        if self._is_due(engine):
            engine.handle_timeout(self.now)
            if self._is_due(engine):
                raise RuntimeError(f"{engine!r} is due again at once: it would spin")

    def _is_due(self, engine: DatagramEngine) -> bool:
        return engine.deadline is not None and engine.deadline <= self.now

    def _unique_engines(self) -> Iterable[DatagramEngine]:
        return {id(engine): engine for engine in self._engines.values()}.values()

    def _next_at(self) -> float | None:
        times = [engine.deadline for engine in self._unique_engines()]
        times.append(self._in_flight[0][0] if self._in_flight else None)
        return min((time for time in times if time is not None), default=None)

    def _collect(self) -> None:
        for engine in self._unique_engines():
            for transmit in engine.transmits():
                self._send(transmit.data, transmit.local, transmit.remote)

    def _send(self, data: bytes, source: Address, destination: Address) -> None:
        outside = self._behind_nat.get(source[0])
        if outside is not None and self._behind_nat.get(destination[0]) != outside:
            source = self._map(source, outside)
            self._holes.add((source, destination))
        packet = Packet(self.now, source, destination, data)
        self.wire.append(packet)
        lost = self._random.random() < self.loss
        copies = 2 if self._random.random() < self._duplication else 1
        for _ in range(0 if lost or self.drop(packet) else copies):
            arrives_at = self.now + self._random.uniform(*self._delay_s)
            heapq.heappush(self._in_flight, (arrives_at, next(self._order), packet))

    def _map(self, inside: Address, outside_host: str) -> Address:
        for outside, known in self._mappings.items():
            if known == inside:
                return outside
        outside = (outside_host, 40000 + len(self._mappings))
        self._mappings[outside] = inside
        return outside

    def _deliver(self, packet: Packet) -> None:
        destination = packet.destination
        if destination in self._mappings:
            if (destination, packet.source) not in self._holes:
                return
            destination = self._mappings[destination]
        elif destination[0] in self._behind_nat and packet.source[0] not in self._behind_nat:
            return  # a private address cannot be reached from outside
        engine = self._engines.get(destination)
        if engine is not None:
            engine.receive(packet.data, local=destination, remote=packet.source, now=self.now)
