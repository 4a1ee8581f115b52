"""WebRtcEndpoint: what clients call.  The work is done by `WebRtcConnection`, made when an SDP is offered or taken."""

from __future__ import annotations

import logging
import secrets
from typing import TYPE_CHECKING

from kms_elements.generated.interfaces import WebRtcEndpointInterface
from kms_elements.generated.types import (
    CertificateKeyType,
    DSCPValue,
)
from kms_elements.rtp_common.limits import EndpointLimits, remb_settings
from kms_elements.rtp_common.negotiation import parse_description
from kms_elements.webrtc.candidates import LocalCandidates
from kms_elements.webrtc.connection import WebRtcConnection
from kms_elements.webrtc.data_channel_operations import DataChannelOperations
from kms_elements.webrtc.data_channels import DataChannels
from kms_elements.webrtc.ice_endpoint import IceEndpoint
from kms_elements.webrtc.ice_servers import IceServerLog
from kms_elements.webrtc.negotiation import Abilities, local_ids, local_transport
from kms_elements.webrtc.statistics import WebRtcStats
from kms_trio.api import (
    DSCP_CODE_POINTS,
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
    ntp_from_unix,
)
from kms_trio.rtc.dtls import DtlsError
from kms_trio.rtc.ice import IceRole
from kms_trio.rtc.sdp import (
    EndpointCapabilities,
    LocalIds,
    LocalTransport,
    Negotiated,
    apply_answer,
    create_answer,
    create_offer,
    with_candidates,
    write,
)
from kms_trio.rtc.sdp import OfferOptions as SdpOfferOptions

if TYPE_CHECKING:
    from kms_trio.media.streams import Stream
    from kms_trio.settings.modules import WebRtcEndpointSettings

__all__ = ["WebRtcEndpoint"]

logger = logging.getLogger("kmswebrtcendpoint")


class WebRtcEndpoint(IceEndpoint, DataChannelOperations, WebRtcEndpointInterface):
    """One WebRTC peer."""

    #: Unasked, the key is of the type that the configured certificates suggest.
    own_defaults = frozenset({"certificate_key_type"})

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
        certificate_key_type: CertificateKeyType | None = None,
        qos_dscp: DSCPValue = DSCPValue.NO_VALUE,
    ) -> None:
        super().__init__(context, parent, object_class)
        context.shared(IceServerLog).configuration()
        self._recvonly = recvonly
        self._sendonly = sendonly
        self._use_data_channels = use_data_channels
        self._certificate_key_type = certificate_key_type
        name = qos_dscp.value if qos_dscp is not DSCPValue.NO_VALUE else context.settings.web_rtc_endpoint.qos_dscp
        self._dscp = None if name is None else DSCP_CODE_POINTS[name]
        self._network: NetworkService = context.network
        self._identity: DtlsIdentity | None = None
        self._stats: WebRtcStats | None = None
        self._candidates = LocalCandidates(self._report, self.emit)
        self._cname = f"user{secrets.randbits(32)}@host-{secrets.token_hex(4)}"
        self._session_id = ntp_from_unix(context.clock.unix()) >> 32

    async def start(self) -> None:
        """Fetch the certificate; making the first one takes a moment, all others are there already."""
        settings = self.context.settings.web_rtc_endpoint
        kind = self._certificate_key_type or _key_type_unasked(settings)
        pem = settings.pem_certificate_ecdsa if kind is CertificateKeyType.ECDSA else settings.pem_certificate_rsa
        try:
            self._identity = await self._network.identities.get(kind.value, pem)
        except (DtlsError, OSError) as problem:
            raise KurentoError(ErrorCode.UNEXPECTED_ERROR, f"certificate {pem} cannot be used: {problem}") from problem

    async def close(self) -> None:
        """Say goodbye to the peer."""
        if self._connection is not None:
            self._connection.close()
        await super().close()

    def let_go(self) -> None:
        """The connection and what reports on it know this endpoint."""
        super().let_go()
        self._connection = self._stats = None
        self._report.let_go()
        self._candidates.let_go()

    # Negotiation.

    async def _make_offer(self, options: OfferOptions) -> str:
        connection = self._connect(IceRole.CONTROLLING)
        wanted = SdpOfferOptions(
            offer_to_receive_audio=options.offer_to_receive_audio is not False,
            offer_to_receive_video=options.offer_to_receive_video is not False,
        )
        self._local = create_offer(self._capabilities(), self._own_side(connection), self._local_ids(), wanted)
        self._candidates.describe(self._local)
        return write(self._local)

    async def _make_answer(self, offer_text: str) -> str:
        offer = parse_description(offer_text, self.id)
        connection = self._connect(IceRole.CONTROLLED)
        negotiated = create_answer(offer, self._capabilities(), self._own_side(connection), self._local_ids())
        self._run(connection, negotiated)
        self._candidates.describe(negotiated.local)
        # Those of now, as the peer's candidates may have led to more of ours.
        return write(with_candidates(negotiated.local, self._candidates.texts))

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
        return self.context.shared(Abilities).of_endpoint(
            recvonly=self._recvonly,
            sendonly=self._sendonly,
            data_channels=self._use_data_channels,
            max_audio_recv_bandwidth_kbps=self.max_audio_recv_bandwidth,
            max_video_recv_bandwidth_kbps=self.max_video_recv_bandwidth,
        )

    def _own_side(self, connection: WebRtcConnection) -> LocalTransport:
        assert self._identity is not None, "start has run"
        return local_transport(connection.transport.credentials, self._identity, self._candidates.texts)

    def _local_ids(self) -> LocalIds:
        return local_ids(self.context.settings, self._session_id, self._cname)

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
        if self._gathering_asked:
            self.gather_with(connection)
        return connection

    def _run(self, connection: WebRtcConnection, negotiated: Negotiated) -> None:
        assert self._identity is not None, "start has run"
        self._local = negotiated.local
        connection.start(negotiated, self._identity)
        self._stats = WebRtcStats(connection, self._identity, self.context.clock.unix)
        for media_type in (MediaType.AUDIO, MediaType.VIDEO):
            sink = self.pads.sinks.get((media_type, "default"))
            if sink is not None and sink.stream is not None:
                connection.medias.set_stream(media_type, sink.stream)
        self.take_early_candidates(connection)

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
        return self._stats.collect(media_type) if self._stats is not None else {}

    def _mtu_changed(self) -> None:
        if self._connection is not None:
            self._connection.medias.set_mtu(self.mtu)

    def _remb_params_changed(self, params: RembParams) -> None:
        if self._connection is not None:
            self._connection.session.set_remb_settings(remb_settings(params))

    # Properties.

    @property
    def data_channels(self) -> DataChannels | None:
        """What was opened; None unless it was negotiated."""
        return self._connection.data_channels if self._connection is not None else None


def _key_type_unasked(settings: WebRtcEndpointSettings) -> CertificateKeyType:
    """The certificate of an endpoint whose application names none.

    ECDSA, which every WebRTC implementation takes (RFC 8827 section 6.5) and some take alone, and whose handshake costs
    half as much; RSA where the operator has given a certificate of that kind only.
    """
    only_rsa = settings.pem_certificate_rsa is not None and settings.pem_certificate_ecdsa is None
    return CertificateKeyType.RSA if only_rsa else CertificateKeyType.ECDSA
