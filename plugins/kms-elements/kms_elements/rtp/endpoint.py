"""RtpEndpoint: what clients call.  The work is done by `RtpConnection`, made when an SDP is offered or taken."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from kms_elements.generated.events import OnKeySoftLimit
from kms_elements.generated.interfaces import RtpEndpointInterface
from kms_elements.generated.types import SDES
from kms_elements.rtp.connection import RtpConnection
from kms_elements.rtp.key_watch import SOFT_LIMIT_PACKETS
from kms_elements.rtp.negotiation import WILDCARDS, announced_host, capabilities_of, resolve_hosts
from kms_elements.rtp.sdes import local_crypto
from kms_elements.rtp_common.limits import EndpointLimits, remb_settings
from kms_elements.rtp_common.media_ties import MediaTies
from kms_elements.rtp_common.negotiation import parse_description
from kms_elements.rtp_common.statistics import SessionStats
from kms_trio.api import (
    BaseRtpEndpoint,
    ConnectionState,
    ErrorCode,
    KurentoError,
    MediaObject,
    MediaPipeline,
    MediaState,
    MediaType,
    NetworkService,
    ObjectContext,
    OfferOptions,
    RembParams,
    RemoteClass,
    RtpSession,
    Stats,
    ntp_from_unix,
)
from kms_trio.rtc.sdp import (
    EndpointCapabilities,
    LocalIds,
    LocalStream,
    LocalTransport,
    Negotiated,
    SessionDescription,
    apply_answer,
    create_answer,
    create_offer,
    write,
)
from kms_trio.rtc.sdp import OfferOptions as SdpOfferOptions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kms_trio.media.streams import Stream
    from kms_trio.media.timing import SenderClock

__all__ = ["RtpEndpoint"]


class RtpEndpoint(BaseRtpEndpoint, RtpEndpointInterface):
    """One peer that speaks RTP, or SRTP with keys in the SDP."""

    key_limit_packets = SOFT_LIMIT_PACKETS
    """After how many packets under one key OnKeySoftLimit is raised."""

    def __init__(
        self,
        context: ObjectContext,
        parent: MediaObject | None,
        object_class: RemoteClass,
        *,
        media_pipeline: MediaPipeline,
        crypto: SDES | None = None,
        use_ipv6: bool = False,
    ) -> None:
        super().__init__(context, parent, object_class)
        self._crypto = local_crypto(crypto)
        self._family = socket.AF_INET6 if use_ipv6 else socket.AF_INET
        self._network: NetworkService = context.network
        self._connection: RtpConnection | None = None
        self._stats: SessionStats | None = None
        self._cname = f"user{secrets.randbits(32)}@host-{secrets.token_hex(4)}"
        self._session_id = ntp_from_unix(context.clock.unix()) >> 32
        self._offer: SessionDescription | None = None

    async def close(self) -> None:
        """Say goodbye to the peer and give the ports back."""
        if self._connection is not None:
            self._connection.close()
        await super().close()

    def let_go(self) -> None:
        """The connection knows this endpoint."""
        super().let_go()
        self._connection = self._stats = None

    # Negotiation.

    async def _make_offer(self, options: OfferOptions) -> str:
        wanted = SdpOfferOptions(
            offer_to_receive_audio=options.offer_to_receive_audio is not False,
            offer_to_receive_video=options.offer_to_receive_video is not False,
        )
        kinds = {"audio": wanted.offer_to_receive_audio, "video": wanted.offer_to_receive_video}
        capabilities = self._capabilities(rtcp_mux=False)
        connection, ids = self._open(capabilities, (kind for kind, is_wanted in kinds.items() if is_wanted))
        self._connection = connection
        self._offer = create_offer(capabilities, self._local_transport(), ids, wanted)
        return write(self._offer)

    async def _make_answer(self, offer_text: str) -> str:
        offer = parse_description(offer_text, self.id)
        addresses = await self._resolve(offer)
        capabilities = self._capabilities(rtcp_mux=True)
        connection, ids = self._open(capabilities, {media.kind for media in offer.medias if media.port})
        negotiated = create_answer(offer, capabilities, self._local_transport(), ids)
        self._run(connection, negotiated, addresses)
        return write(negotiated.local)

    async def _apply_answer(self, answer_text: str) -> None:
        answer = parse_description(answer_text, self.id)
        addresses = await self._resolve(answer)
        assert self._offer is not None, "an answer follows an offer"
        assert self._connection is not None, "an answer follows an offer"
        negotiated = apply_answer(self._offer, answer, self._capabilities(rtcp_mux=False))
        self._run(self._connection, negotiated, addresses)

    async def _resolve(self, remote: SessionDescription) -> Mapping[str, str]:
        addresses = await resolve_hosts(remote, self._family)
        if self.releasing:  # looking a name up takes its time
            raise KurentoError(ErrorCode.MEDIA_OBJECT_NOT_FOUND, f"Object '{self.id}' not found")
        return addresses

    def _capabilities(self, *, rtcp_mux: bool) -> EndpointCapabilities:
        return capabilities_of(
            self.context.settings,
            encrypted=self._crypto is not None,
            rtcp_mux=rtcp_mux,
            max_audio_recv_bandwidth_kbps=self.max_audio_recv_bandwidth,
            max_video_recv_bandwidth_kbps=self.max_video_recv_bandwidth,
        )

    def _local_transport(self) -> LocalTransport:
        return LocalTransport(address=announced_host(self._network, self._family))

    def _open(self, capabilities: EndpointCapabilities, kinds: Iterable[str]) -> tuple[RtpConnection, LocalIds]:
        """Take ports for one media of each kind that we do.  Raises KurentoError when none are free."""
        ports = self.context.settings.base_rtp_endpoint
        connection = RtpConnection(
            self._network,
            MediaTies(self._network, self.source_pad, self.sink_pad, self.on_shed, mtu_bytes=self.mtu),
            self._make_session,
            self._media_state_changed,
            host=WILDCARDS[self._family],
            ports=(ports.min_port, ports.max_port),
            crypto=self._crypto,
            on_key_limit=self._key_limit_reached,
            key_limit_packets=self.key_limit_packets,
        )
        streams: dict[str, tuple[LocalStream, ...]] = {"audio": (), "video": ()}
        try:
            for kind in sorted(kinds):
                if capabilities.num_medias(kind):
                    streams[kind] = (connection.open(kind),)
        except OSError as problem:
            connection.close()
            raise KurentoError(ErrorCode.NOT_ENOUGH_RESOURCES, str(problem)) from problem
        ids = LocalIds(session_id=self._session_id, cname=self._cname, audio=streams["audio"], video=streams["video"])
        return connection, ids

    def _run(self, connection: RtpConnection, negotiated: Negotiated, addresses: Mapping[str, str]) -> None:
        self._connection = connection
        self._stats = SessionStats(connection.sessions, self.context.clock.unix)
        connection.start(negotiated, addresses)
        for media_type in (MediaType.AUDIO, MediaType.VIDEO):
            sink = self.pads.sinks.get((media_type, "default"))
            if sink is not None and sink.stream is not None:
                connection.medias.set_stream(media_type, sink.stream)
        self.set_connection_state(ConnectionState.CONNECTED)

    def _make_session(
        self,
        send_rtcp: Callable[[bytes], None],
        on_media_state: Callable[[bool], None],
        reduced_size: bool,
        sender_clock: SenderClock,
    ) -> RtpSession:
        return RtpSession(
            timers=self.context.timers,
            clock=self.context.clock,
            cname=self._cname,
            send_rtcp=send_rtcp,
            on_media_state=on_media_state,
            limits=EndpointLimits(self),
            remb_settings=remb_settings(self.effective_remb_params),
            reduced_size=reduced_size,
            sender_clock=sender_clock,
        )

    # States.

    def _key_limit_reached(self, media_type: MediaType) -> None:
        self.emit(OnKeySoftLimit(media_type=media_type))

    def _media_state_changed(self, connected: bool) -> None:
        self.set_media_state(MediaState.CONNECTED if connected else MediaState.DISCONNECTED)

    def sink_stream_changed(self, media_type: MediaType, description: str, stream: Stream[object] | None) -> None:
        """The pads say what this endpoint sends."""
        if self._connection is not None:
            self._connection.medias.set_stream(media_type, stream)

    def _request_keyframe(self) -> bool:
        sender = self._connection.medias.sender(MediaType.VIDEO) if self._connection is not None else None
        return sender is not None and sender.request_key_frame()

    def collect_stats(self, media_type: MediaType | None) -> dict[str, Stats]:
        """One entry for each stream received and each one sent."""
        return self._stats.collect(media_type) if self._stats is not None else {}

    def _mtu_changed(self) -> None:
        if self._connection is not None:
            self._connection.medias.set_mtu(self.mtu)

    def _remb_params_changed(self, params: RembParams) -> None:
        if self._connection is not None:
            for session in self._connection.sessions:
                session.set_remb_settings(remb_settings(params))
