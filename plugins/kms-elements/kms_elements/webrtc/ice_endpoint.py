"""The ICE side of WebRtcEndpoint: what applications set and ask for, gathering, the peer's candidates."""

from __future__ import annotations

from kms_elements.generated.types import DtlsConnection, IceCandidate, IceCandidatePair, IceConnection
from kms_elements.webrtc.connection import WebRtcConnection
from kms_elements.webrtc.ice_report import IceReport
from kms_elements.webrtc.ice_servers import IceServerLog
from kms_trio.api import (
    BaseRtpEndpoint,
    ErrorCode,
    KurentoError,
    MediaObject,
    ObjectContext,
    RemoteClass,
    UdpSocket,
    select_addresses,
)
from kms_trio.rtc.sdp import SessionDescription

__all__ = ["IceEndpoint"]


class IceEndpoint(BaseRtpEndpoint):
    """What is set counts when candidates are gathered, so it has to be set before."""

    def __init__(self, context: ObjectContext, parent: MediaObject | None, object_class: RemoteClass) -> None:
        super().__init__(context, parent, object_class)
        settings = context.settings.web_rtc_endpoint
        self._network_interfaces = ",".join(settings.network_interfaces)
        self._ice_tcp = settings.ice_tcp
        self._stun_server_address = settings.stun_server_address or ""
        self._stun_server_port = settings.stun_server_port
        self._turn_url = settings.turn_url or ""
        self._external_ipv4 = settings.external_ipv4 or ""
        self._external_ipv6 = settings.external_ipv6 or ""
        self._report = IceReport(self.emit, context.next_number("dtlssrtp"))
        self._connection: WebRtcConnection | None = None
        self._local: SessionDescription | None = None
        self._gathering_asked = False
        self._early_candidates: list[IceCandidate] = []

    def gather_candidates(self) -> None:
        """Gather candidates; before an SDP the request is remembered and the SDP will hold the first of them."""
        self._gathering_asked = True
        if self._connection is not None and not self._connection.gathering:
            self.gather_with(self._connection)

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

    def take_early_candidates(self, connection: WebRtcConnection) -> None:
        """Use the peer's candidates that came before its description."""
        early, self._early_candidates = self._early_candidates, []
        for candidate in early:
            self._add_candidate(connection, candidate)

    def gather_with(self, connection: WebRtcConnection) -> None:
        """Have `connection` look for candidates."""
        log = self.context.shared(IceServerLog)
        servers = log.servers(self._stun_server_address, self._stun_server_port, self._turn_url)
        external = {4: self._external_ipv4, 6: self._external_ipv6}
        told = {version: address for version, address in external.items() if address}
        connection.gather(self._sockets(), told, servers, tcp=self._ice_tcp)

    def _sockets(self) -> list[UdpSocket]:
        names = [name.strip() for name in self._network_interfaces.split(",") if name.strip()]
        loopback = self.context.settings.web_rtc_endpoint.include_loopback
        sockets = {sock.local: sock for sock in self.context.network.sockets}
        return [sockets[address] for address in select_addresses(sockets, names, loopback)]

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
