"""A peer for ICE agents that does exactly what a test tells it, by hand-made messages."""

from __future__ import annotations

from kms_trio.rtc.ice import IceCredentials, Transmit
from kms_trio.rtc.stun import (
    Message,
    MessageClass,
    build_check,
    build_error,
    build_success,
    parse_message,
)
from kms_trio.testing.ice import IcePeer
from kms_trio.testing.network import Address, FakeNetwork


class ScriptedPeer:
    """Answers checks (or not, or wrongly) and sends those that it is told to; no timers, no states.

    Args:
        network: where its sockets are.
        other: the peer that it talks to.
        addresses: its sockets.
    """

    def __init__(self, network: FakeNetwork, other: IcePeer, *addresses: Address) -> None:
        self.credentials = IceCredentials("scripted", "a password of a scripted peer")
        self.answering = True
        self.silent: set[Address] = set()
        """Sockets that do not answer."""
        self.error: int | None = None
        """Answer with this error instead of success."""
        self.sign_with: bytes | None = self.credentials.key
        """Key for the answers."""
        self.answer_from: Address | None = None
        """Another socket to send the answers from."""
        self.mapped: Address | None = None
        """Another address to tell the asker."""
        self.requests: list[Message] = []
        self.responses: list[Message] = []
        self._network = network
        self._other = other
        self._sent = 0
        self._transmits: list[Transmit] = []
        network.attach(self, *addresses)

    @property
    def deadline(self) -> float | None:
        """It never waits for anything."""
        return None

    def handle_timeout(self, now: float) -> None:
        """Nothing is ever due."""

    def transmits(self) -> list[Transmit]:
        """Take what is to be sent."""
        drained, self._transmits = self._transmits, []
        return drained

    def check(
        self,
        source: Address,
        *,
        use_candidate: bool = False,
        controlling: bool = True,
        tie_breaker: int = 0,
        key: bytes | None = None,
    ) -> None:
        """Send a check from one of its sockets to the first one of the other peer."""
        self._sent += 1
        request = build_check(
            self._sent.to_bytes(12),
            username=f"{self._other.credentials.ufrag}:{self.credentials.ufrag}",
            key=self._other.credentials.key if key is None else key,
            priority=1 << 24,
            controlling=controlling,
            tie_breaker=tie_breaker,
            use_candidate=use_candidate,
        )
        self.send(request, source)

    def send(self, data: bytes, source: Address) -> None:
        """Send any bytes."""
        self._transmits.append(Transmit(data, source, self._other.candidates[0].address))

    def receive(self, data: bytes, *, local: Address, remote: Address, now: float) -> None:
        """Record what came and answer requests as told."""
        message = parse_message(data)
        if message.message_class is not MessageClass.REQUEST:
            self.responses.append(message)
            return
        self.requests.append(message)
        if not self.answering or local in self.silent:
            return
        if self.error is not None:
            answer = build_error(message.transaction_id, self.error, key=self.sign_with)
        else:
            answer = build_success(message.transaction_id, self.mapped or remote, key=self.sign_with or b"")
        self._transmits.append(Transmit(answer, self.answer_from or local, remote))
