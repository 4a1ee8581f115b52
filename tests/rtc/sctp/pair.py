"""Two associations and a network between them that loses, doubles, delays and reorders, in virtual time."""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable

import attrs

from kms_trio.rtc.sctp import (
    MAX_PACKET_BYTES,
    AssociationEvent,
    ChannelClosed,
    ChannelOpened,
    DataChannel,
    Message,
    SctpAssociation,
    SctpRole,
)


@attrs.define(eq=False)
class Side:
    """One end and what it was told."""

    association: SctpAssociation
    random: random.Random
    events: list[AssociationEvent] = attrs.field(factory=list)
    sent: list[bytes] = attrs.field(factory=list)
    taken: list[bytes] = attrs.field(factory=list)

    @property
    def messages(self) -> list[tuple[str, str | bytes]]:
        """Label of the channel and data of every message."""
        return [
            (event.channel.label, event.data.decode() if event.is_text else event.data)
            for event in self.events
            if isinstance(event, Message)
        ]

    @property
    def opened(self) -> list[DataChannel]:
        return [event.channel for event in self.events if isinstance(event, ChannelOpened)]

    @property
    def closed(self) -> list[DataChannel]:
        return [event.channel for event in self.events if isinstance(event, ChannelClosed)]


class Pair:
    """`client` and `server`; loss, doubling are probabilities, a packet takes `delay_s` and up to `jitter_s` more.

    `drop(sender, packet)` may lose packets on purpose.
    """

    def __init__(
        self,
        seed: int = 1,
        *,
        loss: float = 0.0,
        doubling: float = 0.0,
        delay_s: float = 0.01,
        jitter_s: float = 0.0,
        max_outgoing_message_bytes: int = 1 << 18,
    ) -> None:
        self.now = 1000.0
        self.loss, self.doubling, self.delay_s, self.jitter_s = loss, doubling, delay_s, jitter_s
        self.drop: Callable[[Side, bytes], bool] = lambda side, packet: False
        self._random = random.Random(seed)
        self._order = itertools.count()
        self._flying: list[tuple[float, int, Side, bytes]] = []
        self.client = self._side(SctpRole.CLIENT, 5000, 5001, seed, max_outgoing_message_bytes)
        self.server = self._side(SctpRole.SERVER, 5001, 5000, seed + 1, max_outgoing_message_bytes)

    @staticmethod
    def _side(role: SctpRole, local_port: int, remote_port: int, seed: int, limit: int) -> Side:
        own = random.Random(seed * 7919)
        return Side(SctpAssociation(role, local_port, remote_port, own, max_outgoing_message_bytes=limit), own)

    def start(self) -> Pair:
        for side in (self.client, self.server):
            side.association.start(self.now)
        return self

    def send(self, side: Side, channel: DataChannel, *messages: str | bytes) -> None:
        for message in messages:
            side.association.send(channel, message, self.now)

    def open(self, label: str = "x", side: Side | None = None, **limits: object) -> tuple[DataChannel, DataChannel]:
        """Open a channel from `side` (the client) and wait for it; returns both ends, that side's first."""
        opener = side or self.client
        other = self.server if opener is self.client else self.client
        ours = opener.association.open_channel(label, **limits)  # type: ignore[arg-type]  # limits of several types by name
        self.run_until(lambda: ours in opener.opened and any(each.id == ours.id for each in other.opened))
        return ours, next(each for each in reversed(other.opened) if each.id == ours.id)

    def run_until(self, condition: Callable[[], bool], within_s: float = 120.0) -> None:
        """Let time pass until the condition holds."""
        end = self.now + within_s
        self._settle()
        while not condition():
            assert self._step(end), f"nothing happens any more after {within_s} s"

    def run(self, seconds: float) -> None:
        """Let so much time pass."""
        end = self.now + seconds
        self._settle()
        while self._step(end):
            pass
        self.now = end

    def _step(self, end: float) -> bool:
        sides = (self.client, self.server)
        deadlines = [side.association.deadline for side in sides if side.association.deadline is not None]
        due = min([*deadlines, *(each[0] for each in self._flying[:1])], default=None)
        if due is None or due > end:
            return False
        self.now = max(self.now, due)
        while self._flying and self._flying[0][0] <= self.now:
            _, _, side, packet = heapq.heappop(self._flying)
            side.taken.append(packet)
            side.association.receive(packet, self.now)
            self._pump(side)
        for side in sides:
            deadline = side.association.deadline
            if deadline is not None and deadline <= self.now:
                side.association.handle_timeout(self.now)
                self._pump(side)
                after = side.association.deadline
                assert after is None or after > self.now, "the engine would spin"
        return True

    def _settle(self) -> None:
        for side in (self.client, self.server):
            self._pump(side)

    def _pump(self, side: Side) -> None:
        side.events += side.association.events()
        other = self.server if side is self.client else self.client
        for packet in side.association.transmits():
            assert len(packet) <= MAX_PACKET_BYTES
            side.sent.append(packet)
            if self.drop(side, packet) or self._random.random() < self.loss:
                continue
            for _ in range(2 if self._random.random() < self.doubling else 1):
                at = self.now + self.delay_s + self._random.random() * self.jitter_s
                heapq.heappush(self._flying, (at, next(self._order), other, packet))
