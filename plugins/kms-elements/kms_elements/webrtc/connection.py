"""The running side of a WebRtcEndpoint: one transport, one RTP session, and their ties to the endpoint's pads."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from kms_elements.rtp_common.media_ties import MediaTies
from kms_elements.webrtc.candidates import LocalCandidates
from kms_elements.webrtc.ice_report import IceReport
from kms_trio.api import DtlsIdentity, IceTransport, MediaType, NetworkService, RtpSession, UdpSocket
from kms_trio.rtc.dtls import DtlsRole, DtlsState
from kms_trio.rtc.ice import (
    Candidate,
    CandidateError,
    IceCredentials,
    IceRole,
    IceState,
    parse_candidate,
)
from kms_trio.rtc.sdp import DtlsRole as SdpDtlsRole
from kms_trio.rtc.sdp import Negotiated

if TYPE_CHECKING:
    from kms_trio.media.pads import SinkPad, SourcePad

__all__ = ["WebRtcConnection"]

logger = logging.getLogger("kmswebrtcsession")


class WebRtcConnection:
    """Made when the endpoint's role in ICE is known; implements `TransportListener`.

    `on_connection(connected)` follows DTLS: media can flow between the two calls.
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
    ) -> None:
        self.session = session
        self.transport = IceTransport(network, self, role)
        self.transport.session = session
        self.medias = MediaTies(network.timers, source_pad, sink_pad)
        self.gathering = False
        """Whether candidates have been asked for."""
        self._report = report
        self._candidates = candidates
        self._on_connection = on_connection

    # Negotiation.

    def gather(self, sockets: Sequence[UdpSocket], external_ipv4: str, external_ipv6: str) -> None:
        """Look for candidates; an external address is told in place of the machine's own."""
        self.gathering = True
        self._candidates.begin()
        self.transport.gather(sockets, {4: external_ipv4, 6: external_ipv6})

    def start(self, negotiated: Negotiated, identity: DtlsIdentity) -> None:
        """Run what was agreed."""
        self.medias.start(self.session, negotiated.accepted)
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
        )
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

    # TransportListener.

    def on_local_candidate(self, candidate: Candidate) -> None:
        """Tell the application."""
        self._candidates.add(candidate)

    def on_gathering_done(self) -> None:
        """Tell the application."""
        self._candidates.finish()

    def on_ice_state(self, old: IceState, new: IceState) -> None:
        logger.debug("ICE %s -> %s", old.value, new.value)
        self._report.ice_state(new)

    def on_pair_selected(self, local: Candidate, remote: Candidate) -> None:
        self._report.pair_selected(local, remote)

    def on_dtls_state(self, state: DtlsState) -> None:
        self._report.dtls_state(state)

    def on_connected(self) -> None:
        self._on_connection(True)
        self.session.start()
        self.medias.set_route(self.transport)

    def on_rerouted(self) -> None:
        self.medias.set_route(self.transport)

    def on_disconnected(self) -> None:
        self.medias.set_route(None)
        self._on_connection(False)

    def on_application_data(self, messages: list[bytes]) -> None:
        """Data channels are not served yet; their association is left unanswered."""

    def close(self) -> None:
        self.session.close()
        self.transport.close()
