"""Whose is a datagram: from a batch as it was received to transports and sessions, and on to what they push and send.

A datagram finds its transport by its source address, or, while that is not known yet, by the user name fragment in its
STUN message (RFC 8445 section 7.3).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import attrs
from pylibsrtp._binding import lib

from kms_trio.net.addresses import pack_sockaddr, unpack_sockaddr
from kms_trio.net.native.intake import LEFT, ODD, REFUSED
from kms_trio.rtc.demux import PacketKind, classify
from kms_trio.rtc.stun import username_of

if TYPE_CHECKING:
    from kms_trio.net.base import DatagramBase
    from kms_trio.net.ice_transport import IceTransport
    from kms_trio.net.native import NativeIntake
    from kms_trio.net.receive_arena import ReceiveArena
    from kms_trio.net.rtp_session import RtpSession
    from kms_trio.net.send_batch import SendBatch
    from kms_trio.net.timers import WorkerTimers

__all__ = ["Dispatcher", "NetworkStatistics"]

logger = logging.getLogger("kms.network")


@attrs.define
class NetworkStatistics:
    """Datagrams that belonged to nobody, by kind, and those that waited for others."""

    datagrams: int = 0
    """All that came by shared sockets."""
    strangers_stun: int = 0
    strangers_dtls: int = 0
    strangers_media: int = 0
    garbage: int = 0
    forged: int = 0
    """What came from an address that is known, under a key that is not, or once more."""
    receive_errors: int = 0
    patient: int = 0
    """What came by feedback sockets, whoever it belonged to."""

    @property
    def foreign(self) -> int:
        """All that belonged to nobody."""
        return self.strangers_stun + self.strangers_dtls + self.strangers_media + self.garbage + self.forged


class Dispatcher:
    """One for all sockets of a worker."""

    def __init__(self, timers: WorkerTimers, send_batch: SendBatch) -> None:
        self.statistics = NetworkStatistics()
        self.transports_by_ufrag: dict[str, IceTransport] = {}
        self.transports_by_prefix: dict[bytes, IceTransport] = {}
        self._timers = timers
        self._send_batch = send_batch
        self._dirty: list[RtpSession] = []
        self._warned: set[str] = set()

    def dispatch(
        self,
        base: DatagramBase,
        arena: ReceiveArena,
        lengths: Sequence[int],
        now: float,
        ages_s: Sequence[float] | None = None,
    ) -> None:
        """One batch: decrypt and parse packet by packet, then push stream by stream, then send.

        `ages_s` says how long each datagram has waited, where that matters.
        """
        dirty, intake = self._dirty, arena.intake
        self.statistics.datagrams += len(lengths)
        if intake is None:
            for slot, length in enumerate(lengths):
                self._take(base, arena, slot, length, now, 0.0 if ages_s is None else ages_s[slot])
        elif intake.take(len(lengths)):
            for slot, length in enumerate(lengths):
                if (state := intake.state(slot)) == LEFT:
                    self._take(base, arena, slot, length, now, 0.0)
                elif state == REFUSED:
                    intake.source_of(slot).transport.undecryptable += 1
                    self.statistics.forged += 1
                elif state == ODD:
                    intake.source_of(slot).session.statistics.malformed_rtp += 1
        self.push(dirty, now, intake)
        dirty.clear()

    def _take(self, base: DatagramBase, arena: ReceiveArena, slot: int, length: int, now: float, age_s: float) -> None:
        """One datagram of a batch; sessions that got media are noted."""
        if length < 12:
            self.statistics.garbage += 1
            return
        view, name, plain_lengths = arena.views[slot], arena.source(slot), arena.plain_lengths
        transport = base.routes.get(name)
        if transport is None or not 128 <= view[0] <= 191:
            self._dispatch_slowly(base, transport, bytes(view[:length]), name, now - age_s)
            return
        context, session = transport.srtp_receive_context, transport.session
        if context is None or session is None:
            transport.early_media += 1
            return
        plain_lengths[slot] = length
        if 192 <= view[1] <= 223:  # RTCP (RFC 5761 section 4)
            if lib.srtp_unprotect_rtcp(context, arena.pointers[slot], arena.length_pointers[slot]):
                transport.undecryptable_rtcp += 1
                self.statistics.forged += 1
            else:
                self.receive_rtcp(session, bytes(view[: plain_lengths[slot]]), now, age_s)
        elif lib.srtp_unprotect(context, arena.pointers[slot], arena.length_pointers[slot]):
            transport.undecryptable += 1
            self.statistics.forged += 1
        else:
            if session.receive_rtp(view, plain_lengths[slot], now):
                self._dirty.append(session)
            receiver = session.receivers.get(int.from_bytes(view[8:12], "big"))
            if receiver is not None and arena.intake is not None:
                arena.intake.learn(name, transport, session, receiver)

    def receive_datagrams(
        self, base: DatagramBase, datagrams: Iterable[tuple[tuple[str, int], bytes]], now: float
    ) -> None:
        """Take one batch, as (sender, datagram), that came by no socket of ours but through a relay."""
        dirty = []
        for remote, data in datagrams:
            name = pack_sockaddr(*remote)
            transport = base.routes.get(name)
            if len(data) < 12:
                self.statistics.garbage += 1
            elif transport is None or not 128 <= data[0] <= 191:
                self._dispatch_slowly(base, transport, data, name, now)
            elif transport.session is not None and transport.receive_media(data, now):
                dirty.append(transport.session)
        self.push(dirty, now)

    def push(self, sessions: Iterable[RtpSession], now: float, intake: NativeIntake | None = None) -> None:
        """Have sessions push what they, and `intake` for them, received in one batch, then send what came of it."""
        self._send_batch.begin()
        for source, batch in intake.runs() if intake is not None else ():
            try:
                source.session.take(source.receiver, batch, now)
            except Exception:  # named guard, as below
                logger.exception("media of %s could not be passed on", source.session)
        for session in sessions:
            try:
                session.flush(now)
            except Exception:  # named guard: one pipeline's elements must not end the receive loop of all
                logger.exception("media of %s could not be passed on", session)
        self._send_batch.end()
        self._timers.fire_due(now)

    def receive_rtcp(self, session: RtpSession, data: bytes, now: float, age_s: float = 0.0) -> None:
        """Hand decrypted RTCP, which came `age_s` ago, to a session; what goes wrong there is logged."""
        try:
            session.receive_rtcp(data, now, age_s)
        except Exception:  # named guard, as above
            logger.exception("RTCP of %s could not be handled", session)

    def _dispatch_slowly(
        self, base: DatagramBase, transport: IceTransport | None, data: bytes, name: bytes, now: float
    ) -> None:
        """Everything but media of a known peer."""
        kind = classify(data[0], data[1])
        try:
            if kind is PacketKind.STUN:
                target = self._stun_target(data, transport)
                if target is not None and (target is transport or target.hears_strangers(now)):
                    target.receive_stun(base, data, unpack_sockaddr(name), now)
                else:
                    self._count_stranger("strangers_stun", name)
            elif transport is None:
                self._count_stranger(
                    {PacketKind.DTLS: "strangers_dtls", PacketKind.UNKNOWN: "garbage"}.get(kind, "strangers_media"),
                    name,
                )
            elif kind is PacketKind.DTLS:
                transport.receive_dtls(data, now)
            else:
                self.statistics.garbage += 1
        except Exception:  # named guard: one peer's datagram must not end the receive loop of all
            logger.exception("a datagram from %s could not be handled", unpack_sockaddr(name))

    def _stun_target(self, data: bytes, transport: IceTransport | None) -> IceTransport | None:
        """Requests name our user name fragment; responses repeat our transaction id, which begins with our prefix."""
        if data[0] & 0x01:  # class bit 8 of the message type: a response (RFC 8489 section 5)
            return self.transports_by_prefix.get(data[8:12])
        username = username_of(data)
        if username is None:
            return transport  # an indication (keep-alive) of a peer that we know
        return self.transports_by_ufrag.get(username.partition(":")[0])

    def _count_stranger(self, kind: str, name: bytes) -> None:
        setattr(self.statistics, kind, getattr(self.statistics, kind) + 1)
        if kind not in self._warned:
            self._warned.add(kind)
            host, port = unpack_sockaddr(name)
            logger.warning("%s: datagram from %s port %d belongs to no endpoint; counted from now on", kind, host, port)
