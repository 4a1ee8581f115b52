"""What a transport looks for beyond its sockets: server-reflexive and relayed candidates (RFC 8445 section 5.1.1.2)."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import attrs

from kms_trio.media.callbacks import ignore
from kms_trio.net.deadline_timer import DeadlineTimer
from kms_trio.net.server_links import resolve
from kms_trio.net.turn_relay import TurnRelay
from kms_trio.rtc.ice import (
    Candidate,
    CandidateType,
    ReflexiveGatherer,
    Transmit,
    candidate_foundation,
    candidate_priority,
)
from kms_trio.rtc.turn import TurnServer, TurnTransport

if TYPE_CHECKING:
    from kms_trio.net.service import NetworkService

__all__ = ["Gathering", "IceServers"]

logger = logging.getLogger("kms.webrtc.gathering")

TURN_PREFERENCES = {TurnTransport.UDP: 0xFFFF, TurnTransport.TCP: 0xFFFE, TurnTransport.TLS: 0xFFFD}
"""Of two relayed paths the one without a stream in it is better."""


@attrs.frozen
class IceServers:
    """The servers that candidates are got from.  Without a STUN server a TURN server over UDP is asked in its place."""

    stun: tuple[str, int] | None = None
    """IP address or name, and UDP port."""
    turn: TurnServer | None = None
    verify_tls: bool = True
    """Whether the certificate of a TURN server over TLS must be valid."""

    @property
    def reflexive(self) -> tuple[str, int] | None:
        """Who is asked for server-reflexive candidates."""
        if self.stun is None and self.turn is not None and self.turn.transport is TurnTransport.UDP:
            return self.turn.host, self.turn.port
        return self.stun


class Gathering:
    """One search.

    `on_reflexive` and `on_relayed` get what is found, `on_done` is called once, when all is found or has failed.

    Args:
        service: runs tasks and timers.
        transaction_prefix: of our requests, so that answers on a shared socket find their way to `receive`.
        send: sends a datagram from one of the bases.
    """

    def __init__(
        self,
        service: NetworkService,
        transaction_prefix: bytes,
        *,
        send: Callable[[Transmit], None],
        on_reflexive: Callable[[Candidate], None],
        on_relayed: Callable[[Candidate, TurnRelay], None],
        on_done: Callable[[], None],
    ) -> None:
        self._service = service
        self._prefix = transaction_prefix
        self._send = send
        self._on_reflexive = on_reflexive
        self._on_relayed = on_relayed
        self._on_done = on_done
        self._timer = DeadlineTimer(service.timers, self._on_timer)
        self._gatherers: list[ReflexiveGatherer] = []
        self._resolving = False
        self._relay: TurnRelay | None = None
        self._relay_pending = False
        self._done = False
        self._closed = False

    def start(self, bases: Sequence[Candidate], servers: IceServers) -> None:
        """Ask the servers."""
        if servers.turn is not None:
            self._relay_pending = True
            self._relay = TurnRelay(
                self._service,
                servers.turn,
                verify_tls=servers.verify_tls,
                on_ready=self._relay_ready,
                on_lost=self._relay_lost,
            )
            self._relay.open()
        if servers.reflexive is not None and bases:
            self._resolving = True
            host, port = servers.reflexive
            self._service.spawn(lambda: self._ask(list(bases), host, port), f"the STUN server {host}:{port}")
        self._check_done()

    def receive(self, data: bytes, *, local: tuple[str, int], remote: tuple[str, int], now: float) -> bool:
        """Take a STUN response; whether it was ours."""
        if not any(gatherer.receive(data, local=local, remote=remote, now=now) for gatherer in self._gatherers):
            return False
        self._pump(now)
        return True

    def close(self) -> None:
        """Stop searching and give a relayed address back; nothing is called from here on."""
        self._closed = True
        self._timer.close()
        self._send = self._on_reflexive = self._on_relayed = self._on_done = ignore
        if self._relay is not None:
            self._relay.close()

    # STUN.

    async def _ask(self, bases: list[Candidate], host: str, port: int) -> None:
        try:
            addresses = await resolve(host, port, socket.SOCK_DGRAM)
        except OSError as problem:
            logger.warning("STUN server %s:%d: %s", host, port, problem)
            addresses = []
        if self._closed:
            return
        now = self._service.timers.now()
        self._resolving = False
        one_a_family = {":" in address[0]: address for address in reversed(addresses)}
        self._gatherers = [
            ReflexiveGatherer(bases, address, random=self._service.random, now=now, transaction_prefix=self._prefix)
            for address in one_a_family.values()
        ]
        self._pump(now)

    def _on_timer(self, now: float) -> None:
        for gatherer in self._gatherers:
            gatherer.handle_timeout(now)
        self._pump(now)

    def _pump(self, now: float) -> None:
        for gatherer in self._gatherers:
            for transmit in gatherer.transmits():
                self._send(transmit)
            for candidate in gatherer.candidates():
                self._on_reflexive(candidate)
            if gatherer.done:
                for failure in gatherer.failures:
                    logger.warning("%s", failure)
        self._gatherers = [gatherer for gatherer in self._gatherers if not gatherer.done]
        deadlines = [gatherer.deadline for gatherer in self._gatherers if gatherer.deadline is not None]
        self._timer.set(min(deadlines, default=None), now)
        self._check_done()

    # TURN.

    def _relay_ready(self) -> None:
        assert self._relay is not None, "only a relay calls this"
        self._relay_pending = False
        self._on_relayed(_relayed_candidate(self._relay), self._relay)
        self._check_done()

    def _relay_lost(self, reason: str) -> None:
        assert self._relay is not None, "only a relay calls this"
        logger.warning("TURN server %s over %s: %s", self._relay.server.address, self._relay.server.transport, reason)
        self._relay_pending = False
        self._check_done()

    def _check_done(self) -> None:
        if not (self._done or self._closed or self._resolving or self._relay_pending or self._gatherers):
            self._done = True
            self._on_done()


def _relayed_candidate(relay: TurnRelay) -> Candidate:
    host, port = relay.address
    server, related = relay.server, relay.allocation.mapped_address
    assert related is not None, "known as soon as the relayed address is"
    return Candidate(
        foundation=candidate_foundation(CandidateType.RELAYED, host, transport=server.transport, server=server.host),
        priority=candidate_priority(CandidateType.RELAYED, local_preference=TURN_PREFERENCES[server.transport]),
        host=host,
        port=port,
        type=CandidateType.RELAYED,
        related_address=related[0],
        related_port=related[1],
    )
