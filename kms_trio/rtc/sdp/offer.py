"""Making an offer (RFC 8829 section 5.2.1) in Kurento's shape."""

from __future__ import annotations

from collections.abc import Iterator

from kms_trio.rtc.sdp.attributes import ExtensionMap, RtcpFeedback, RtpMap, Setup
from kms_trio.rtc.sdp.capabilities import (
    DATA_PROTOCOLS,
    PROTOCOLS,
    TRANSPORT_CC,
    CodecCapability,
    EndpointCapabilities,
    LocalIds,
    LocalStream,
    LocalTransport,
    OfferOptions,
    Security,
)
from kms_trio.rtc.sdp.model import Attribute, MediaDescription, SessionDescription, lines_of
from kms_trio.rtc.sdp.sections import (
    TRICKLE_PORT,
    bandwidth_lines,
    bundle_attribute,
    session_of,
    setup_attribute,
    source_attributes,
    transport_attributes,
)

# Dynamic payload types (RFC 3551 section 6), then those that RTCP multiplexing leaves unused (RFC 5761 section 4).
_DYNAMIC_PAYLOAD_TYPES = (*range(96, 128), *range(35, 64))


def create_offer(
    capabilities: EndpointCapabilities,
    transport: LocalTransport,
    ids: LocalIds,
    options: OfferOptions | None = None,
) -> SessionDescription:
    """An offer of all that the endpoint can do; payload types are unique over all medias, as bundling needs."""
    options = options or OfferOptions()
    wanted = {"audio": options.offer_to_receive_audio, "video": options.offer_to_receive_video}
    payload_types = iter(_DYNAMIC_PAYLOAD_TYPES)
    medias = []
    for kind in ("audio", "video"):
        count = capabilities.num_medias(kind) if wanted[kind] and capabilities.codecs(kind) else 0
        for index in range(count):
            stream = ids.stream(kind, index)
            if stream is not None:
                medias.append(_rtp_media(kind, index, capabilities, transport, ids.cname, stream, payload_types))
    if capabilities.data_channels and capabilities.security is Security.DTLS:
        medias.append(_data_media(capabilities, transport))
    bundle = [bundle_attribute([media.mid for media in medias])] if capabilities.bundle and medias else []
    return session_of(ids, transport, bundle, medias)


def _rtp_media(
    kind: str,
    index: int,
    capabilities: EndpointCapabilities,
    transport: LocalTransport,
    cname: str,
    stream: LocalStream,
    payload_types: Iterator[int],
) -> MediaDescription:
    dtls = capabilities.security is Security.DTLS
    extensions = capabilities.extensions(kind)
    formats: list[str] = []
    descriptions: list[Attribute] = []
    feedback: list[Attribute] = []
    transport_cc = any(extension.uri == TRANSPORT_CC for extension in extensions)
    for codec in capabilities.codecs(kind):
        payload_type = codec.static_payload_type
        if payload_type is None:
            payload_type = next(payload_types, None)
            if payload_type is None:
                break  # more codecs than payload types: the least wanted go
            descriptions += _describe(codec, payload_type)
        formats.append(str(payload_type))
        words = (*codec.feedback, "transport-cc") if transport_cc else codec.feedback
        feedback += lines_of("rtcp-fb", (RtcpFeedback(payload_type, word) for word in words))
        rtx_payload_type = next(payload_types, None) if capabilities.rtx and "nack" in codec.feedback else None
        if rtx_payload_type is not None:
            formats.append(str(rtx_payload_type))
            descriptions += lines_of("rtpmap", [RtpMap(rtx_payload_type, "rtx", codec.clock_rate_hz)])
            descriptions.append(Attribute("fmtp", f"{rtx_payload_type} apt={payload_type}"))
    attributes = [setup_attribute(Setup.ACTPASS)] if dtls else []
    attributes += lines_of("extmap", (ExtensionMap(each.extension_id, each.uri) for each in extensions))
    attributes += descriptions
    attributes.append(Attribute("rtcp", "9 IN IP4 0.0.0.0" if dtls else str(stream.rtcp_port)))
    if stream.crypto is not None and capabilities.security is Security.SDES:
        attributes.append(Attribute("crypto", str(stream.crypto)))
    if capabilities.rtcp_mux:
        attributes.append(Attribute("rtcp-mux"))
    attributes += [Attribute(capabilities.direction.value), Attribute("mid", f"{kind}{index}")]
    attributes += feedback
    rtx_ssrc = stream.rtx_ssrc if capabilities.rtx and kind == "video" else 0
    attributes += source_attributes(stream.ssrc, rtx_ssrc, cname)
    attributes += transport_attributes(transport) if dtls else []
    return MediaDescription(
        kind=kind,
        port=TRICKLE_PORT if dtls else stream.rtp_port,
        protocol=PROTOCOLS[capabilities.security][0],
        formats=tuple(formats),
        bandwidths=bandwidth_lines(capabilities.max_recv_bandwidth_kbps(kind)),
        attributes=tuple(attributes),
    )


def _describe(codec: CodecCapability, payload_type: int) -> list[Attribute]:
    lines = lines_of("rtpmap", [codec.rtp_map(payload_type)])
    if codec.parameters:
        text = ";".join(f"{name}={value}" for name, value in codec.parameters.items())
        lines.append(Attribute("fmtp", f"{payload_type} {text}"))
    return lines


def _data_media(capabilities: EndpointCapabilities, transport: LocalTransport) -> MediaDescription:
    """RFC 8841 section 4."""
    attributes = [
        setup_attribute(Setup.ACTPASS),
        Attribute("sctp-port", str(capabilities.sctp_port)),
        *message_size_attribute(capabilities),
        Attribute("mid", "application0"),
        *transport_attributes(transport),
    ]
    return MediaDescription(
        kind="application",
        port=TRICKLE_PORT,
        protocol=DATA_PROTOCOLS[0],
        formats=("webrtc-datachannel",),
        attributes=tuple(attributes),
    )


def message_size_attribute(capabilities: EndpointCapabilities) -> list[Attribute]:
    """Our limit for a data channel message, where one is to be told."""
    size = capabilities.max_message_size
    return [Attribute("max-message-size", str(size))] if size else []
