"""The transport of one media without ICE: RTP on an even port and RTCP on the next (RFC 3550 section 11), or both on
one (RFC 5761), protected by SRTP where keys were exchanged in the descriptions (RFC 4568).

Media goes to the address that the peer has announced, or, with comedia, to where its packets come from: that source is
locked once it is learnt.  What comes in is taken from one source at a time (see `source_lock`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
from pylibsrtp._binding import lib

from kms_trio.media.callbacks import ignore
from kms_trio.net.addresses import pack_sockaddr, unpack_sockaddr
from kms_trio.net.source_lock import SourceLock, host_of
from kms_trio.net.syscalls import SOCKADDR_BYTES, address_of
from kms_trio.rtc.srtp import SrtpSession

if TYPE_CHECKING:
    from kms_trio.net.rtp_session import RtpSession
    from kms_trio.net.send_arena import SendArena
    from kms_trio.net.service import NetworkService
    from kms_trio.net.udp_socket import UdpSocket

__all__ = ["PlainTransport", "TransportPlan"]

logger = logging.getLogger("rtpendpoint")

PORT_ATTEMPTS = 200
SOURCE_HOLD_S = 5.0
"""After this silence of a sender another source may send in its place."""


@attrs.frozen(kw_only=True)
class TransportPlan:
    """What a negotiation says about one media's transport.

    `remote` is the address where the peer takes RTP and RTCP as (host, RTP port, RTCP port); None: nothing can be sent,
    or, with `comedia`, not before the peer's packets have come.  `payload_types` are those that may arrive.  `inbound`
    and `outbound` are None for plain RTP.
    """

    kind: str
    payload_types: frozenset[int]
    remote: tuple[str, int, int] | None = None
    comedia: bool = False
    rtcp_mux: bool = False
    inbound: SrtpSession | None = None
    outbound: SrtpSession | None = None


class PlainTransport:
    """Two sockets; a `LegRoute` once `on_routed` was called.

    `on_routed()` says that media can leave, also when the peer's address was learnt anew.  Raises OSError when no pair
    of ports from `min_port` to `max_port` is free.
    """

    def __init__(self, service: NetworkService, host: str, min_port: int, max_port: int) -> None:
        self.session: RtpSession | None = None
        self.on_routed: Callable[[], None] = ignore
        self.early = 0
        """Datagrams that came before the negotiation was through."""
        self.strangers = 0
        """Datagrams from other sources than the one that is listened to."""
        self.garbage = 0
        """Datagrams that are no RTP or RTCP of this media."""
        self.undecryptable = 0
        """Datagrams that were forged, replayed or protected with another key."""
        self.srtp_overhead_bytes = 0
        self._service = service
        self._plan: TransportPlan | None = None
        self._rtp_remote: tuple[str, int] | None = None
        self._rtcp_remote: tuple[str, int] | None = None
        self._rtp_source = SourceLock(b"", SOURCE_HOLD_S)
        self._rtcp_source = SourceLock(b"", SOURCE_HOLD_S)
        self._name = np.zeros(SOCKADDR_BYTES, np.uint8)
        self.name_address = address_of(self._name)
        """Where the peer's socket address lies; its contents change when the peer's address is learnt."""
        self._rtp, self._rtcp = self._bind(host, min_port, max_port)

    def _bind(self, host: str, min_port: int, max_port: int) -> tuple[UdpSocket, UdpSocket]:
        pairs = range(min_port + min_port % 2, max_port, 2)
        problem: OSError | None = None
        for port in self._service.random.sample(pairs, min(PORT_ATTEMPTS, len(pairs))):
            try:
                rtp = self._service.open_socket(host, port, self._receive)
            except OSError as error:
                problem = error
                continue
            try:
                return rtp, self._service.open_socket(host, port + 1, self._receive)
            except OSError as error:
                problem = error
                self._service.close_socket(rtp)
        raise OSError(f"no free pair of UDP ports from {min_port} to {max_port} on {host}") from problem

    @property
    def rtp_port(self) -> int:
        """Our even port."""
        return self._rtp.port

    @property
    def rtcp_port(self) -> int:
        """Our odd port."""
        return self._rtcp.port

    # A leg's route.

    @property
    def arena(self) -> SendArena:
        """Where packets for the peer are built."""
        return self._rtp.send_arena

    @property
    def namelen(self) -> int:
        """Length of the peer's socket address."""
        return self._rtp.namelen

    @property
    def srtp_context(self) -> Any:
        """The `srtp_t` that protects what is sent; None for plain RTP."""
        outbound = self._plan.outbound if self._plan is not None else None
        return outbound.context if outbound is not None else None

    @property
    def routed(self) -> bool:
        """Whether it is known where media goes."""
        return self._rtp_remote is not None

    # Set-up.

    def start(self, plan: TransportPlan, session: RtpSession) -> None:
        """Run what was negotiated: take what comes, and send if the peer's address is known."""
        self._plan = plan
        self.session = session
        if plan.outbound is not None:
            self.srtp_overhead_bytes = plan.outbound.profile.rtp_overhead_bytes
        announced = b""
        if plan.comedia:
            logger.info("COMEDIA: Media '%s' uses COMEDIA", plan.kind)
        elif plan.remote is not None:
            host, rtp_port, rtcp_port = plan.remote
            announced = host_of(pack_sockaddr(host, 0))
            self._set_rtp_remote((host, rtp_port))
            self._rtcp_remote = (host, rtcp_port)
        hold_s = float("inf") if plan.comedia else SOURCE_HOLD_S
        self._rtp_source = SourceLock(announced, hold_s)
        self._rtcp_source = SourceLock(announced, hold_s)
        if self.routed:
            self.on_routed()

    def close(self) -> None:
        """Give the ports back; closing twice does nothing."""
        self._plan = None
        self.on_routed = ignore
        self._rtp_remote = self._rtcp_remote = None
        for sock in (self._rtp, self._rtcp):
            self._service.close_socket(sock)

    # Datagrams out.

    def send_rtcp(self, data: bytes) -> None:
        """Protect a compound RTCP packet and send it; dropped while it is not known where to."""
        plan = self._plan
        if plan is None or self._rtcp_remote is None:
            return
        if plan.outbound is not None:
            data = plan.outbound.protect_rtcp(data)
        sock = self._rtp if plan.rtcp_mux else self._rtcp
        sock.send_to(data, self._rtcp_remote)

    # Datagrams in.

    def _receive(self, sock: UdpSocket, lengths: list[int], now: float) -> None:
        """One batch of either port."""
        plan, session = self._plan, self.session
        if plan is None or session is None:
            self.early += len(lengths)
            return
        arena = sock.receive_arena
        payload_types = plan.payload_types
        rtp_port = sock is self._rtp
        dirty = False
        for slot, length in enumerate(lengths):
            view = arena.views[slot]
            if length < 8 or not 128 <= view[0] <= 191:
                self.garbage += 1
            elif 192 <= view[1] <= 223:  # RTCP (RFC 5761 section 4)
                if rtp_port is plan.rtcp_mux:
                    self._receive_rtcp(sock, slot, length, now)
                else:
                    self.garbage += 1
            elif not rtp_port or length < 12 or view[1] & 0x7F not in payload_types:
                self.garbage += 1
            elif self._receive_rtp(sock, slot, length, now):
                dirty = True
        self._service.push((session,) if dirty else (), now)

    def _receive_rtp(self, sock: UdpSocket, slot: int, length: int, now: float) -> bool:
        """Whether the session is to be flushed."""
        plan, session, arena = self._plan, self.session, sock.receive_arena
        assert plan is not None
        assert session is not None
        name = arena.source(slot)
        if not self._rtp_source.admits(name, now) and (plan.inbound is None or plan.comedia):
            self.strangers += 1  # where packets are authentic their source may change
            return False
        lengths = arena.plain_lengths
        lengths[slot] = length
        if plan.inbound is not None and lib.srtp_unprotect(
            plan.inbound.context, arena.pointers[slot], arena.length_pointers[slot]
        ):
            self.undecryptable += 1
            return False
        if self._rtp_source.heard(name, now) and plan.comedia:
            self._learn_route(name)
        return session.receive_rtp(arena.views[slot], lengths[slot], now)

    def _receive_rtcp(self, sock: UdpSocket, slot: int, length: int, now: float) -> None:
        plan, session, arena = self._plan, self.session, sock.receive_arena
        assert plan is not None
        assert session is not None
        name = arena.source(slot)
        media_name = self._rtp_source.name
        elsewhere = media_name is not None and host_of(media_name) != host_of(name)
        if (elsewhere or not self._rtcp_source.admits(name, now)) and (plan.inbound is None or plan.comedia):
            self.strangers += 1
            return
        lengths = arena.plain_lengths
        lengths[slot] = length
        if plan.inbound is not None and lib.srtp_unprotect_rtcp(
            plan.inbound.context, arena.pointers[slot], arena.length_pointers[slot]
        ):
            self.undecryptable += 1
            return
        if self._rtcp_source.heard(name, now) and plan.comedia:
            self._learn_rtcp_route(name)
        self._service.receive_rtcp(session, bytes(arena.views[slot][: lengths[slot]]), now)

    # Comedia.

    def _learn_route(self, name: bytes) -> None:
        """The peer's first packet: media goes back there, RTCP to the next port until that is known better."""
        assert self._plan is not None
        host, port = unpack_sockaddr(name)
        rtcp_name = self._rtcp_source.name
        if self._plan.rtcp_mux:
            self._rtcp_remote = (host, port)
        elif rtcp_name is None or host_of(rtcp_name) != host_of(name):
            self._rtcp_remote = (host, min(port + 1, 0xFFFF))
            self._rtcp_source = SourceLock(b"", float("inf"))  # whoever that was sends no media
        self._set_rtp_remote((host, port))
        self._tell_route()
        self.on_routed()

    def _learn_rtcp_route(self, name: bytes) -> None:
        self._rtcp_remote = unpack_sockaddr(name)
        if self.routed:
            self._tell_route()

    def _tell_route(self) -> None:
        assert self._rtp_remote is not None
        assert self._rtcp_remote is not None
        logger.info(
            "COMEDIA: Parsed route: IP: %s, RTP: %d, RTCP: %d",
            self._rtp_remote[0],
            self._rtp_remote[1],
            self._rtcp_remote[1],
        )

    def _set_rtp_remote(self, remote: tuple[str, int]) -> None:
        self._rtp_remote = remote
        name = pack_sockaddr(*remote)
        self._name[: len(name)] = np.frombuffer(name, np.uint8)
