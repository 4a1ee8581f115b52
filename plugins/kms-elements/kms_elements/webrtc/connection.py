"""The running side of a WebRtcEndpoint: one transport, one RTP session, and their ties to the endpoint's pads."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from kms_elements.rtp_common.media_ties import MediaTies
from kms_elements.webrtc.candidates import LocalCandidates
from kms_elements.webrtc.data_channels import DataChannels
from kms_elements.webrtc.ice_report import IceReport
from kms_trio.api import DtlsIdentity, Event, IceServers, IceTransport, MediaType, NetworkService, RtpSession, UdpSocket
from kms_trio.rtc.dtls import DtlsRole, DtlsState
from kms_trio.rtc.ice import (
    Candidate,
    CandidateError,
    IceCredentials,
    IceRole,
    IceState,
    parse_candidate,
)
from kms_trio.rtc.sctp import SctpAssociation, SctpRole
from kms_trio.rtc.sdp import DtlsRole as SdpDtlsRole
from kms_trio.rtc.sdp import Negotiated, SctpParameters

if TYPE_CHECKING:
    from kms_trio.media.pads import SinkPad, SourcePad
    from kms_trio.media.streams import Stream

__all__ = ["WebRtcConnection"]

logger = logging.getLogger("kmswebrtcsession")


class WebRtcConnection:
    """Made when the endpoint's role in ICE is known; implements `TransportListener`.

    `dscp` marks what goes to the peer.  `on_connection(connected)` follows DTLS: media can flow between the two calls.
    """

    def __init__(
        self,
        network: NetworkService,
        session: RtpSession,
        report: IceReport,
        candidates: LocalCandidates,
        role: IceRole,
        *,
        source_pad: Callable[[MediaType], SourcePad],
        sink_pad: Callable[[MediaType], SinkPad],
        on_connection: Callable[[bool], None],
        emit: Callable[[Event], None],
        on_shed: Callable[[bool], None] | None = None,
        dscp: int | None = None,
        mtu_bytes: int,
    ) -> None:
        self.session = session
        self.transport = IceTransport(network, self, role, dscp=dscp)
        self.transport.session = session
        self.medias = MediaTies(network, source_pad, sink_pad, on_shed, mtu_bytes=mtu_bytes)
        self.data_channels: DataChannels | None = None
        """Once they are agreed on."""
        self.gathering = False
        """Whether candidates have been asked for."""
        self._report = report
        self._candidates = candidates
        self._network = network
        self._source_pad = source_pad
        self._sink_pad = sink_pad
        self._on_connection = on_connection
        self._emit = emit

    # Negotiation.

    def gather(
        self, sockets: Sequence[UdpSocket], external: Mapping[int, str], servers: IceServers, *, tcp: bool
    ) -> None:
        """Look for candidates, for `tcp` too; an external address, by IP version, is told in place of the machine's."""
        self.gathering = True
        self._candidates.begin()
        self.transport.gather(sockets, external, servers, tcp=tcp)

    def start(self, negotiated: Negotiated, identity: DtlsIdentity) -> None:
        """Run what was agreed."""
        rtp_medias = [media for media in negotiated.accepted if media.sctp is None]
        self.session.reduced_size = all(media.rtcp_rsize for media in rtp_medias)
        self.medias.start(self.session, rtp_medias)
        remote = negotiated.transport
        if remote is None:
            return
        role = DtlsRole.CLIENT if negotiated.dtls_role is SdpDtlsRole.CLIENT else DtlsRole.SERVER
        self.transport.set_remote(
            IceCredentials(remote.ice_ufrag, remote.ice_pwd),
            lite=remote.ice_lite,
            identity=identity,
            dtls_role=role,
            fingerprints=[(each.algorithm, each.value) for each in remote.fingerprints],
            srtp=bool(rtp_medias),
        )
        for media in negotiated.accepted:
            if media.sctp is not None:
                self._open_data_channels(media.sctp, role)
        self._report.dtls_state(DtlsState.NEW)
        for text in remote.candidates:
            self.add_remote_candidate(text)
        if remote.end_of_candidates:
            self.transport.end_of_candidates()

    def add_remote_candidate(self, text: str) -> None:
        """Take a candidate of the peer; one that cannot be read is logged and passed over."""
        try:
            candidate = parse_candidate(text)
        except CandidateError as problem:
            logger.warning("ICE candidate %.100r is passed over: %s", text, problem)
            return
        self.transport.add_remote_candidate(candidate)

    def _open_data_channels(self, sctp: SctpParameters, role: DtlsRole) -> None:
        association = SctpAssociation(
            SctpRole.CLIENT if role is DtlsRole.CLIENT else SctpRole.SERVER,
            sctp.local_port,
            sctp.remote_port,
            self._network.random,
            max_outgoing_message_bytes=sctp.remote_max_message_size,
        )
        self.data_channels = DataChannels(
            association, self._network.timers, self.transport.send_application_data, self._emit
        )
        self.data_channels.tie(self._source_pad(MediaType.DATA), self._sink_pad(MediaType.DATA))

    def set_stream(self, media_type: MediaType, stream: Stream[object] | None) -> None:
        """What one of the endpoint's sink pads is fed from has changed."""
        if media_type is not MediaType.DATA:
            self.medias.set_stream(media_type, stream)
        elif self.data_channels is not None:
            self.data_channels.set_stream(stream)

    # TransportListener.

    def on_local_candidate(self, candidate: Candidate) -> None:
        """Tell the application."""
        self._candidates.add(candidate)

    def on_gathering_done(self) -> None:
        """Tell the application."""
        self._candidates.finish()

    def on_ice_state(self, old: IceState, new: IceState) -> None:
        """Tell clients."""
        logger.debug("ICE %s -> %s", old.value, new.value)
        self._report.ice_state(new)

    def on_pair_selected(self, local: Candidate, remote: Candidate) -> None:
        """Tell clients."""
        self._report.pair_selected(local, remote)

    def on_dtls_state(self, state: DtlsState) -> None:
        """Tell clients."""
        self._report.dtls_state(state)

    def on_connected(self) -> None:
        """Media may flow: start reports and senders."""
        self._on_connection(True)
        self.session.start()
        self.medias.set_route(self.transport)
        if self.data_channels is not None:
            self.data_channels.start()

    def on_rerouted(self) -> None:
        """Move the senders to the other socket."""
        self.medias.set_route(self.transport)

    def on_disconnected(self) -> None:
        """Nothing can be sent any more."""
        self.medias.set_route(None)
        self._on_connection(False)

    def on_application_data(self, messages: list[bytes]) -> None:
        """Packets of the association that the data channels use."""
        if self.data_channels is not None:
            self.data_channels.receive(messages)

    def close(self) -> None:
        """Say goodbye and free everything."""
        if self.data_channels is not None:
            self.data_channels.close()
        self.session.close()
        self.transport.close()
