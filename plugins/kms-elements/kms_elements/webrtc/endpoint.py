"""WebRtcEndpoint: what clients call.  The work is done by `WebRtcConnection`, made when an SDP is offered or taken."""

from __future__ import annotations

import logging
import secrets
from typing import TYPE_CHECKING

from kms_elements.generated.interfaces import WebRtcEndpointInterface
from kms_elements.generated.types import (
    CertificateKeyType,
    DSCPValue,
    DtlsConnection,
    IceCandidate,
    IceCandidatePair,
    IceConnection,
)
from kms_elements.rtp_common.limits import EndpointLimits, remb_settings
from kms_elements.rtp_common.negotiation import parse_description
from kms_elements.rtp_common.statistics import SessionStats
from kms_elements.webrtc.candidates import LocalCandidates
from kms_elements.webrtc.connection import WebRtcConnection
from kms_elements.webrtc.data_channels import DataChannels, shorten_name
from kms_elements.webrtc.data_statistics import DataStats
from kms_elements.webrtc.ice_report import IceReport
from kms_elements.webrtc.ice_servers import ice_servers, log_configuration
from kms_elements.webrtc.negotiation import capabilities_of
from kms_elements.webrtc.transport_statistics import TransportStats
from kms_trio.api import (
    DSCP_CODE_POINTS,
    BaseRtpEndpoint,
    ConnectionState,
    DtlsIdentity,
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
    UdpSocket,
    ntp_from_unix,
    select_addresses,
)
from kms_trio.rtc.dtls import DtlsError
from kms_trio.rtc.ice import IceRole
from kms_trio.rtc.sctp import SctpError
from kms_trio.rtc.sdp import (
    EndpointCapabilities,
    Fingerprint,
    LocalIds,
    LocalStream,
    LocalTransport,
    Negotiated,
    SessionDescription,
    apply_answer,
    create_answer,
    create_offer,
    with_candidates,
    write,
)
from kms_trio.rtc.sdp import OfferOptions as SdpOfferOptions

if TYPE_CHECKING:
    from kms_trio.media.streams import Stream

__all__ = ["WebRtcEndpoint"]

logger = logging.getLogger("kmswebrtcendpoint")

NO_DATA_CHANNELS = "Data channels are not supported"

MAX_CHANNEL_LIMIT = 65535
"""Largest number of retransmissions, and of milliseconds, that a data channel's limits can have."""


class WebRtcEndpoint(BaseRtpEndpoint, WebRtcEndpointInterface):
    """One WebRTC peer."""

    def __init__(
        self,
        context: ObjectContext,
        parent: MediaObject | None,
        object_class: RemoteClass,
        *,
        media_pipeline: MediaPipeline,
        recvonly: bool = False,
        sendonly: bool = False,
        use_data_channels: bool = False,
        certificate_key_type: CertificateKeyType = CertificateKeyType.RSA,
        qos_dscp: DSCPValue = DSCPValue.NO_VALUE,
    ) -> None:
        super().__init__(context, parent, object_class)
        settings = context.settings.web_rtc_endpoint
        log_configuration(context.settings)
        self._recvonly = recvonly
        self._sendonly = sendonly
        self._use_data_channels = use_data_channels
        self._certificate_key_type = certificate_key_type
        name = qos_dscp.value if qos_dscp is not DSCPValue.NO_VALUE else settings.qos_dscp
        self._dscp = None if name is None else DSCP_CODE_POINTS[name]
        self._network_interfaces = ",".join(settings.network_interfaces)
        self._ice_tcp = settings.ice_tcp
        self._stun_server_address = settings.stun_server_address or ""
        self._stun_server_port = settings.stun_server_port
        self._turn_url = settings.turn_url or ""
        self._external_ipv4 = settings.external_ipv4 or ""
        self._external_ipv6 = settings.external_ipv6 or ""
        self._network: NetworkService = context.network
        self._identity: DtlsIdentity | None = None
        self._connection: WebRtcConnection | None = None
        self._stats: SessionStats | None = None
        self._data_stats: DataStats | None = None
        self._transport_stats: TransportStats | None = None
        self._report = IceReport(self.emit, context.next_number("dtlssrtp"))
        self._candidates = LocalCandidates(self._report, self.emit)
        self._cname = f"user{secrets.randbits(32)}@host-{secrets.token_hex(4)}"
        self._session_id = ntp_from_unix(context.clock.unix()) >> 32
        self._local: SessionDescription | None = None
        self._gathering_asked = False
        self._early_candidates: list[IceCandidate] = []

    async def start(self) -> None:
        """Fetch the certificate; making the first one takes a moment, all others are there already."""
        settings = self.context.settings.web_rtc_endpoint
        pem = (
            settings.pem_certificate_ecdsa
            if self._certificate_key_type is CertificateKeyType.ECDSA
            else settings.pem_certificate_rsa
        )
        try:
            self._identity = await self._network.identities.get(self._certificate_key_type.value, pem)
        except (DtlsError, OSError) as problem:
            raise KurentoError(ErrorCode.UNEXPECTED_ERROR, f"certificate {pem} cannot be used: {problem}") from problem

    async def close(self) -> None:
        """Say goodbye to the peer."""
        if self._connection is not None:
            self._connection.close()
        await super().close()

    # Negotiation.

    async def _make_offer(self, options: OfferOptions) -> str:
        connection = self._connect(IceRole.CONTROLLING)
        wanted = SdpOfferOptions(
            offer_to_receive_audio=options.offer_to_receive_audio is not False,
            offer_to_receive_video=options.offer_to_receive_video is not False,
        )
        self._local = create_offer(self._capabilities(), self._local_transport(connection), self._local_ids(), wanted)
        self._candidates.describe(self._local)
        return write(self._local)

    async def _make_answer(self, offer_text: str) -> str:
        offer = parse_description(offer_text, self.id)
        connection = self._connect(IceRole.CONTROLLED)
        negotiated = create_answer(offer, self._capabilities(), self._local_transport(connection), self._local_ids())
        self._run(connection, negotiated)
        self._candidates.describe(negotiated.local)
        return self.current_local_sdp(write(negotiated.local))  # the peer's candidates may have led to more of ours

    async def _apply_answer(self, answer_text: str) -> None:
        answer = parse_description(answer_text, self.id)
        assert self._local is not None, "an answer follows an offer"
        assert self._connection is not None, "an offer makes the connection"
        negotiated = apply_answer(self._local, answer, self._capabilities())
        self._run(self._connection, negotiated)

    def current_local_sdp(self, negotiated: str) -> str:
        """With the candidates that have been gathered since."""
        if self._local is None:
            return negotiated
        return write(with_candidates(self._local, self._candidates.texts))

    def _capabilities(self) -> EndpointCapabilities:
        return capabilities_of(
            self.context.settings,
            recvonly=self._recvonly,
            sendonly=self._sendonly,
            data_channels=self._use_data_channels,
            max_audio_recv_bandwidth_kbps=self.max_audio_recv_bandwidth,
            max_video_recv_bandwidth_kbps=self.max_video_recv_bandwidth,
        )

    def _local_transport(self, connection: WebRtcConnection) -> LocalTransport:
        assert self._identity is not None, "start has run"
        credentials = connection.transport.credentials
        return LocalTransport(
            ice_ufrag=credentials.ufrag,
            ice_pwd=credentials.password,
            fingerprints=(Fingerprint("sha-256", self._identity.fingerprint("sha-256")),),
            candidates=tuple(self._candidates.texts),
        )

    def _local_ids(self) -> LocalIds:
        settings = self.context.settings.sdp_endpoint
        return LocalIds(
            session_id=self._session_id,
            cname=self._cname,
            audio=tuple(LocalStream(ssrc=_new_ssrc()) for _ in range(settings.num_audio_medias)),
            video=tuple(LocalStream(ssrc=_new_ssrc(), rtx_ssrc=_new_ssrc()) for _ in range(settings.num_video_medias)),
        )

    def _connect(self, role: IceRole) -> WebRtcConnection:
        """Make the connection; if gathering was asked for before the role was known, gather now.

        A description that was refused leaves the connection for the next try.
        """
        if self._connection is not None:
            return self._connection
        session = RtpSession(
            timers=self.context.timers,
            clock=self.context.clock,
            cname=self._cname,
            send_rtcp=lambda data: connection.transport.send_rtcp(data),
            on_media_state=self._media_state_changed,
            limits=EndpointLimits(self),
            remb_settings=remb_settings(self.effective_remb_params),
        )
        connection = WebRtcConnection(
            self._network,
            session,
            self._report,
            self._candidates,
            role,
            source_pad=self.source_pad,
            sink_pad=self.sink_pad,
            on_connection=self._connection_changed,
            emit=self.emit,
            on_shed=self.on_shed,
            dscp=self._dscp,
            mtu_bytes=self.mtu,
        )
        self._connection = connection
        self._stats = SessionStats((session,), self.context.clock.unix)
        if self._gathering_asked:
            self._gather(connection)
        return connection

    def _run(self, connection: WebRtcConnection, negotiated: Negotiated) -> None:
        assert self._identity is not None, "start has run"
        self._local = negotiated.local
        connection.start(negotiated, self._identity)
        assert self._stats is not None, "made along with the connection"
        unix_s = self.context.clock.unix
        self._transport_stats = TransportStats(connection.transport, connection.session, self._identity, unix_s)
        self._stats.transport_id = self._transport_stats.transport_id
        if connection.data_channels is not None:
            self._data_stats = DataStats(connection.data_channels, self.context.clock.unix)
        for media_type in (MediaType.AUDIO, MediaType.VIDEO):
            sink = self.pads.sinks.get((media_type, "default"))
            if sink is not None and sink.stream is not None:
                connection.medias.set_stream(media_type, sink.stream)
        early, self._early_candidates = self._early_candidates, []
        for candidate in early:
            self._add_candidate(connection, candidate)

    # ICE.

    def gather_candidates(self) -> None:
        """Gather candidates; before an SDP the request is remembered and the SDP will hold the first of them."""
        self._gathering_asked = True
        if self._connection is not None and not self._connection.gathering:
            self._gather(self._connection)

    def _gather(self, connection: WebRtcConnection) -> None:
        servers = ice_servers(
            self._stun_server_address,
            self._stun_server_port,
            self._turn_url,
            verify_tls=self.context.settings.web_rtc_endpoint.turn_tls_verify,
        )
        external = {4: self._external_ipv4, 6: self._external_ipv6}
        connection.gather(self._sockets(), external, servers, tcp=self._ice_tcp)

    def add_ice_candidate(self, candidate: IceCandidate) -> None:
        """Take a candidate of the peer, in any order with the SDP.

        Raises KurentoError 40401 for one that belongs to no media of the session.
        """
        if not candidate.candidate.strip():
            return  # the end of candidates, as browsers tell it
        if self._connection is None or self._local is None or self.negotiation.value == "offered":
            self._early_candidates.append(candidate)
            return
        self._add_candidate(self._connection, candidate)

    def _add_candidate(self, connection: WebRtcConnection, candidate: IceCandidate) -> None:
        assert self._local is not None
        medias = self._local.medias
        if candidate.sdp_mline_index >= len(medias) and candidate.sdp_mid not in {media.mid for media in medias}:
            raise KurentoError(ErrorCode.ICE_ADD_CANDIDATE_ERROR, "Error adding candidate")
        connection.add_remote_candidate(candidate.candidate)

    def _sockets(self) -> list[UdpSocket]:
        names = [name.strip() for name in self._network_interfaces.split(",") if name.strip()]
        loopback = self.context.settings.web_rtc_endpoint.include_loopback
        sockets = {sock.local: sock for sock in self._network.sockets}
        return [sockets[address] for address in select_addresses(sockets, names, loopback)]

    # States.

    def _connection_changed(self, connected: bool) -> None:
        self.set_connection_state(ConnectionState.CONNECTED if connected else ConnectionState.DISCONNECTED)

    def _media_state_changed(self, connected: bool) -> None:
        self.set_media_state(MediaState.CONNECTED if connected else MediaState.DISCONNECTED)

    def sink_stream_changed(self, media_type: MediaType, description: str, stream: Stream[object] | None) -> None:
        """The pads say what this endpoint sends."""
        if self._connection is not None:
            self._connection.set_stream(media_type, stream)

    def _request_keyframe(self) -> bool:
        sender = self._connection.medias.sender(MediaType.VIDEO) if self._connection is not None else None
        return sender is not None and sender.request_key_frame()

    def collect_stats(self, media_type: MediaType | None) -> dict[str, Stats]:
        """One entry for each RTP stream and data channel, one more when there can be data channels.

        Of all media types there are codecs, pictures, candidates and certificates, too, which Kurento leaves out.
        """
        stats = self._stats.collect(media_type) if self._stats is not None else {}
        if self._transport_stats is not None and media_type is None:
            stats.update(self._transport_stats.collect())
        if self._data_stats is not None and media_type in (None, MediaType.DATA):
            stats.update(self._data_stats.collect())
        return stats

    def _mtu_changed(self) -> None:
        if self._connection is not None:
            self._connection.medias.set_mtu(self.mtu)

    def _remb_params_changed(self, params: RembParams) -> None:
        if self._connection is not None:
            self._connection.session.set_remb_settings(remb_settings(params))

    # Properties.

    @property
    def network_interfaces(self) -> str:
        """Names of network interfaces with commas between; empty: all."""
        return self._network_interfaces

    @network_interfaces.setter
    def network_interfaces(self, network_interfaces: str) -> None:
        self._network_interfaces = network_interfaces

    @property
    def ice_tcp(self) -> bool:
        """Whether ICE candidates for TCP are to be gathered."""
        return self._ice_tcp

    @ice_tcp.setter
    def ice_tcp(self, ice_tcp: bool) -> None:
        self._ice_tcp = ice_tcp

    @property
    def stun_server_address(self) -> str:
        """Address of the STUN server; empty: none."""
        return self._stun_server_address

    @stun_server_address.setter
    def stun_server_address(self, stun_server_address: str) -> None:
        self._stun_server_address = stun_server_address

    @property
    def stun_server_port(self) -> int:
        """UDP port of the STUN server."""
        return self._stun_server_port

    @stun_server_port.setter
    def stun_server_port(self, stun_server_port: int) -> None:
        self._stun_server_port = stun_server_port

    @property
    def turn_url(self) -> str:
        """`user:password@address:port[?transport=udp|tcp|tls]`; empty: none."""
        return self._turn_url

    @turn_url.setter
    def turn_url(self, turn_url: str) -> None:
        self._turn_url = turn_url

    @property
    def external_ipv4(self) -> str:
        """Put into IPv4 candidates in place of the machine's own address; empty: not."""
        return self._external_ipv4

    @external_ipv4.setter
    def external_ipv4(self, external_ipv4: str) -> None:
        self._external_ipv4 = external_ipv4

    @property
    def external_ipv6(self) -> str:
        """Put into IPv6 candidates in place of the machine's own address; empty: not."""
        return self._external_ipv6

    @external_ipv6.setter
    def external_ipv6(self, external_ipv6: str) -> None:
        self._external_ipv6 = external_ipv6

    @property
    def external_address(self) -> str:
        """The one external address that clients of Kurento 6.x know, of either family; empty: none."""
        return self._external_ipv4 or self._external_ipv6

    @external_address.setter
    def external_address(self, external_address: str) -> None:
        is_ipv6 = ":" in external_address
        self._external_ipv4, self._external_ipv6 = ("", external_address) if is_ipv6 else (external_address, "")

    @property
    def ice_candidate_pairs(self) -> list[IceCandidatePair]:
        """The pair in use."""
        return self._report.pairs

    @property
    def ice_connection_state(self) -> list[IceConnection]:
        """The state of ICE."""
        return self._report.connections

    @property
    def dtls_connection_state(self) -> list[DtlsConnection]:
        """The state of DTLS."""
        return self._report.dtls

    # Data channels.

    def create_data_channel(
        self,
        label: str = "",
        ordered: bool = True,
        max_packet_life_time: int = -1,
        max_retransmits: int = -1,
        protocol: str = "",
    ) -> None:
        """Open a channel; its id comes with DataChannelOpened.  Limits below 0 are none, those above 65535 lowered.

        Raises KurentoError 40111 unless data channels were negotiated, 40107 for two limits, 40003 when none is left.
        """
        channels = self._data_channels()
        if max_packet_life_time >= 0 and max_retransmits >= 0:
            raise KurentoError(ErrorCode.MEDIA_OBJECT_ILLEGAL_PARAM_ERROR, "Syntax error")
        try:
            channels.open(
                shorten_name(label),
                shorten_name(protocol),
                ordered,
                _limit(max_packet_life_time),
                _limit(max_retransmits),
            )
        except SctpError as problem:
            raise KurentoError(ErrorCode.UNEXPECTED_ERROR, f"Cannot create data channel: {problem}") from problem

    def close_data_channel(self, channel_id: int) -> None:
        """Close a channel; nothing happens for an unknown one.

        Raises KurentoError 40111 unless data channels were negotiated.
        """
        self._data_channels().close_channel(channel_id)

    def _data_channels(self) -> DataChannels:
        if self._connection is None or self._connection.data_channels is None:
            raise KurentoError(ErrorCode.MEDIA_OBJECT_OPERATION_NOT_SUPPORTED, NO_DATA_CHANNELS)
        return self._connection.data_channels


def _new_ssrc() -> int:
    return secrets.randbelow(0xFFFFFFFE) + 1


def _limit(value: int) -> int | None:
    """A limit of a data channel as clients give it."""
    return min(value, MAX_CHANNEL_LIMIT) if value >= 0 else None
