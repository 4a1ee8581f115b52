"""What two sides have in common in one media: codecs, header extensions, transports."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from kms_trio.rtc.sdp.attributes import Direction, ExtensionMap, Setup
from kms_trio.rtc.sdp.capabilities import (
    MID,
    PROTOCOLS,
    TRANSPORT_CC,
    CodecCapability,
    EndpointCapabilities,
    ExtensionCapability,
    Security,
)
from kms_trio.rtc.sdp.codecs import OfferedCodec, offered_codecs, same_configuration, same_encoding
from kms_trio.rtc.sdp.model import MediaDescription, SessionDescription
from kms_trio.rtc.sdp.negotiated import (
    DtlsRole,
    NegotiatedCodec,
    RemoteAddress,
    RemoteSource,
    RemoteTransport,
)


@attrs.frozen
class CommonCodec:
    """A codec as the peer wrote it, and what both sides make of it. `feedback` in the peer's order."""

    offered: OfferedCodec
    feedback: tuple[str, ...]
    rtx: OfferedCodec | None

    @property
    def negotiated(self) -> NegotiatedCodec:
        """The same without what only the text of an answer needs."""
        rtp_map = self.offered.rtp_map
        channels = rtp_map.channels
        if self.offered.encoding_name == "OPUS":
            channels = 2
        elif not channels and rtp_map.clock_rate_hz != 90000:
            channels = 1
        return NegotiatedCodec(
            payload_type=self.offered.payload_type,
            encoding_name=self.offered.encoding_name,
            clock_rate_hz=rtp_map.clock_rate_hz,
            channels=channels,
            parameters=self.offered.parameters,
            feedback=frozenset(self.feedback),
            rtx_payload_type=self.rtx.payload_type if self.rtx is not None else None,
        )


def common_codecs(media: MediaDescription, capabilities: EndpointCapabilities) -> list[CommonCodec]:
    """The peer's codecs that we have too, in the peer's order and under its payload types."""
    offered = offered_codecs(media)
    rtx_by_codec: dict[str, OfferedCodec] = {}
    if capabilities.rtx:
        for codec in offered:
            if codec.encoding_name == "RTX":
                rtx_by_codec.setdefault(codec.parameters.get("apt", ""), codec)
    with_feedback = media.protocol.upper().endswith("F")  # AVPF and SAVPF; plain AVP knows none (RFC 4585)
    transport_cc = any(extension.uri == TRANSPORT_CC for extension in capabilities.extensions(media.kind))
    common = []
    for codec in offered:
        capability = _find(codec, capabilities.codecs(media.kind))
        if capability is not None:
            supported = (*capability.feedback, "transport-cc") if transport_cc else capability.feedback
            feedback = tuple(each for each in codec.feedback if with_feedback and each in supported)
            rtx = rtx_by_codec.get(str(codec.payload_type)) if "nack" in feedback else None
            common.append(CommonCodec(codec, feedback, rtx))
    return common


def _find(codec: OfferedCodec, capabilities: Iterable[CodecCapability]) -> CodecCapability | None:
    for capability in capabilities:
        if same_encoding(codec.rtp_map, capability.rtp_map(0)) and (
            not capability.strict or same_configuration(codec.encoding_name, codec.parameters, capability.parameters)
        ):
            return capability
    return None


def common_extensions(media: MediaDescription, extensions: Iterable[ExtensionCapability]) -> list[ExtensionMap]:
    """The peer's header extensions that we have too. Ids above 14 would need two-byte headers and are not taken."""
    supported = {extension.uri for extension in extensions} - (set() if media.mid else {MID})
    common: dict[str, ExtensionMap] = {}
    for extension in media.header_extensions:
        if extension.uri in supported and extension.extension_id <= 14:
            common.setdefault(extension.uri, extension)
    by_id = {extension.extension_id: extension for extension in reversed(common.values())}
    return [extension for extension in common.values() if by_id[extension.extension_id] is extension]


def protocol_accepted(media: MediaDescription, capabilities: EndpointCapabilities) -> bool:
    """Whether an RTP media's protocol is one of ours, and protected as we are."""
    protocol = media.protocol.upper()
    if capabilities.security is Security.SDES and not media.crypto:
        return False
    return protocol in PROTOCOLS[capabilities.security]


def direction_of(session: SessionDescription, media: MediaDescription) -> Direction:
    """The direction written for a media: its own, the session's, or the default."""
    return media.direction or session.direction or Direction.SENDRECV


def remote_transport(
    session: SessionDescription, media: MediaDescription, tagged: MediaDescription | None
) -> RemoteTransport | None:
    """The ICE and DTLS side of a media, None when credentials or fingerprint are nowhere to be found.

    What the media does not say is taken from the session, then from `tagged`, the first media of its bundle (RFC 9143
    section 7.1.3 lets bundled medias say it once). Credentials come as a pair from one of these places.
    """
    places = [media, session] + ([tagged] if tagged is not None else [])
    credentials = next((place for place in places if place.ice_ufrag and place.ice_pwd), None)
    fingerprints = next((place.fingerprints for place in places if place.fingerprints), ())
    if credentials is None or not fingerprints:
        return None
    source = media if media.candidates or tagged is None else tagged
    return RemoteTransport(
        ice_ufrag=credentials.ice_ufrag,
        ice_pwd=credentials.ice_pwd,
        ice_lite=session.ice_lite,
        trickle=any("trickle" in place.ice_options for place in places),
        candidates=source.candidates,
        end_of_candidates=source.has("end-of-candidates") or session.has("end-of-candidates"),
        fingerprints=fingerprints,
    )


def setup_of(session: SessionDescription, media: MediaDescription, tagged: MediaDescription | None) -> Setup | None:
    """`a=setup` of a media, its session or its bundle, None when it is nowhere written."""
    return media.setup or session.setup or (tagged.setup if tagged is not None else None)


def role_from_answer(setup: Setup | None) -> DtlsRole | None:
    """Our role after an answer to our actpass. One that says nothing means passive (RFC 4145 section 4)."""
    match setup:
        case Setup.ACTIVE | Setup.ACTPASS:
            return DtlsRole.SERVER
        case Setup.PASSIVE | None:
            return DtlsRole.CLIENT
    return None


def role_of_our(setup: Setup | None) -> DtlsRole | None:
    """Our role by what we answer."""
    match setup:
        case Setup.ACTIVE:
            return DtlsRole.CLIENT
        case Setup.PASSIVE:
            return DtlsRole.SERVER
    return None


def answer_setup(offered: Setup | None, preference: Setup) -> Setup | None:
    """Our answer to an offered setup, None when there can be no connection. Nothing offered means active."""
    match offered:
        case Setup.ACTPASS:
            return preference
        case Setup.ACTIVE | None:
            return Setup.PASSIVE
        case Setup.PASSIVE:
            return Setup.ACTIVE
    return None


def remote_sources(media: MediaDescription) -> tuple[RemoteSource, ...]:
    """The SSRCs that a media announces, in order."""
    sources: dict[int, dict[str, str]] = {}
    for attribute in media.ssrc_attributes:
        sources.setdefault(attribute.ssrc, {}).setdefault(attribute.name, attribute.value)
    return tuple(
        RemoteSource(ssrc=ssrc, cname=values.get("cname", ""), msid=values.get("msid", ""))
        for ssrc, values in sources.items()
    )


def remote_address(session: SessionDescription, media: MediaDescription) -> RemoteAddress | None:
    """Where plain RTP goes, None when there is no `c=` line for it."""
    connection = media.connection or session.connection
    if connection is None:
        return None
    address = connection.address.partition("/")[0]
    rtcp_port = media.port if media.has("rtcp-mux") else min(media.port + 1, 65535)
    if media.rtcp is not None:
        rtcp_port = media.rtcp.port
    return RemoteAddress(address=address, rtp_port=media.port, rtcp_port=rtcp_port)


def bandwidth_kbps(media: MediaDescription) -> int:
    """What a media's writer wants to receive at most, in kbps; 0 for no limit. TIAS is the newer word (RFC 3890)."""
    limits = {bandwidth.kind: bandwidth.value for bandwidth in media.bandwidths if bandwidth.value > 0}
    if "TIAS" in limits:
        return max(1, limits["TIAS"] // 1000)
    return limits.get("AS", 0)
