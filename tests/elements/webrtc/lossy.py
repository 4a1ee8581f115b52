"""A network that loses, doubles and overtakes: the same way each time, for the same seed."""

from __future__ import annotations

import collections
import random
from typing import Any

import attrs


@attrs.define
class LossyLink:
    """One direction.  `loss`, `duplication` and `overtaking` are probabilities for each datagram."""

    loss: float
    duplication: float = 0.02
    overtaking: float = 0.02
    seed: int = 0
    active: bool = True
    lost: int = 0
    _held: bytes = b""
    _dice: random.Random = attrs.field(init=False, factory=random.Random)

    def __attrs_post_init__(self) -> None:
        self._dice.seed(self.seed)

    def carry(self, data: bytes) -> list[bytes]:
        """What arrives when `data` is sent: one that overtook comes before the one that was sent before it."""
        if not self.active:
            return [data]
        if self._dice.random() < self.loss:
            self.lost += 1
            return []
        if not self._held and self._dice.random() < self.overtaking:
            self._held = data
            return []
        arriving = [data] * (2 if self._dice.random() < self.duplication else 1)
        if self._held:
            arriving.append(self._held)
            self._held = b""
        return arriving


class LossySocket:
    """A peer's UDP socket with a lossy link each way; what a `WebRtcPeer` uses of a socket."""

    def __init__(self, sock: Any, to_server: LossyLink, to_peer: LossyLink) -> None:
        self.to_server = to_server
        self.to_peer = to_peer
        self._socket = sock
        self._arrived: collections.deque[tuple[bytes, Any]] = collections.deque()

    async def sendto(self, data: bytes, remote: Any) -> None:
        for each in self.to_server.carry(bytes(data)):
            await self._socket.sendto(each, remote)

    async def recvfrom(self, size: int) -> tuple[bytes, Any]:
        while not self._arrived:
            data, remote = await self._socket.recvfrom(size)
            self._arrived += [(each, remote) for each in self.to_peer.carry(data)]
        return self._arrived.popleft()
