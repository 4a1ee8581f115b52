"""The running side of an RtpEndpoint: a transport and an RTP session for each media.

Audio and video are RTP sessions of their own (RFC 3550 section 5.2): payload types may be the same in both, only the
peer's clock is shared.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from functools import partial

from kms_elements.rtp.key_watch import SOFT_LIMIT_PACKETS, KeyWatch
from kms_elements.rtp.sdes import srtp_sessions
from kms_elements.rtp_common.media_ties import MEDIA_TYPES, MediaTies
from kms_trio.api import MediaType, NetworkService, PlainTransport, RtpSession, TransportPlan
from kms_trio.media.timing import SenderClock
from kms_trio.rtc.sdp import Crypto, LocalStream, Negotiated, NegotiatedMedia

__all__ = ["RtpConnection", "SessionMaker"]

#: Makes a session from: how to send its RTCP, whom to tell of the peer's RTCP, whether reduced-size RTCP was agreed,
#: and the peer's clock.
SessionMaker = Callable[[Callable[[bytes], None], Callable[[bool], None], bool, SenderClock], RtpSession]


class RtpConnection:
    """Ports first (`open`, before a description of ours can be written), then `start` with what was negotiated.

    `on_media(connected)` follows the RTCP of all medias together; `on_key_limit` is told once of each media whose key
    has been used for `key_limit_packets`.
    """

    def __init__(
        self,
        network: NetworkService,
        medias: MediaTies,
        make_session: SessionMaker,
        on_media: Callable[[bool], None],
        *,
        host: str,
        ports: tuple[int, int],
        crypto: Crypto | None,
        on_key_limit: Callable[[MediaType], None],
        key_limit_packets: int = SOFT_LIMIT_PACKETS,
    ) -> None:
        self.medias = medias
        self.sessions: list[RtpSession] = []
        self.transports: dict[str, PlainTransport] = {}
        """By kind ("audio", "video")."""
        self._network = network
        self._make_session = make_session
        self._on_media = on_media
        self._host = host
        self._ports = ports
        self._crypto = crypto
        self._clock = SenderClock()
        self._reporting: set[str] = set()
        self._on_key_limit = on_key_limit
        self._key_limit_packets = key_limit_packets
        self._key_watches: list[KeyWatch] = []

    def open(self, kind: str) -> LocalStream:
        """Take ports for a media; its side of our description.  Raises OSError when none are free."""
        transport = self.transports[kind] = PlainTransport(self._network, self._host, *self._ports)
        return LocalStream(
            ssrc=secrets.randbelow(0xFFFFFFFE) + 1,
            rtp_port=transport.rtp_port,
            rtcp_port=transport.rtcp_port,
            crypto=self._crypto,
        )

    def start(self, negotiated: Negotiated, addresses: Mapping[str, str]) -> None:
        """Run the accepted medias and give the ports of the others back.  `addresses` are the peer's by host."""
        accepted = {media.kind: media for media in reversed(negotiated.accepted)}
        for kind, transport in list(self.transports.items()):
            media = accepted.get(kind)
            if media is None:
                del self.transports[kind]
                transport.close()
            else:
                self._start_media(media, transport, addresses)

    def _start_media(self, media: NegotiatedMedia, transport: PlainTransport, addresses: Mapping[str, str]) -> None:
        media_type = MEDIA_TYPES[media.kind]
        session = self._make_session(
            transport.send_rtcp, partial(self._reports_come, media.kind), media.rtcp_rsize, self._clock
        )
        self.sessions.append(session)
        self.medias.start(session, [media])
        transport.on_routed = partial(self.medias.set_route, transport, media_type)
        plan = _plan_of(media, addresses)
        if plan.outbound is not None:
            on_limit = partial(self._on_key_limit, media_type)
            self._key_watches.append(KeyWatch(self._network.timers, session, on_limit, self._key_limit_packets))
        transport.start(plan, session)
        session.start()

    def _reports_come(self, kind: str, connected: bool) -> None:
        if connected:
            self._reporting.add(kind)
        else:
            self._reporting.discard(kind)
        self._on_media(bool(self._reporting))

    def close(self) -> None:
        """Say goodbye and give the ports back."""
        for watch in self._key_watches:
            watch.close()
        for session in self.sessions:
            session.close()
        for transport in self.transports.values():
            transport.close()


def _plan_of(media: NegotiatedMedia, addresses: Mapping[str, str]) -> TransportPlan:
    remote = media.remote_address
    host = addresses.get(remote.address) if remote is not None else None
    inbound = outbound = None
    if media.local_crypto is not None and media.remote_crypto is not None:
        inbound, outbound = srtp_sessions(media.local_crypto, media.remote_crypto)
    return TransportPlan(
        kind=media.kind,
        payload_types=frozenset(codec.payload_type for codec in media.codecs) if media.receive else frozenset(),
        remote=(host, remote.rtp_port, remote.rtcp_port) if remote is not None and host is not None else None,
        comedia=media.comedia,
        rtcp_mux=media.rtcp_mux,
        inbound=inbound,
        outbound=outbound,
    )
