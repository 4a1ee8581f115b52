"""Answering an offer (RFC 3264 section 6, RFC 8829 section 5.3.1), and taking the answer to an offer of ours.

Both are pure functions that can run again on a later description. Every media is judged alone first; then the
transport is chosen, since an endpoint has one that all medias share; then the text is written. A media that cannot be
used is rejected and says why, never the whole description.
"""

from __future__ import annotations

import attrs

from kms_trio.rtc.sdp.attributes import Direction, RtcpFeedback, RtpMap, Setup
from kms_trio.rtc.sdp.bundle import Shared, share_transport
from kms_trio.rtc.sdp.capabilities import EndpointCapabilities, LocalIds, LocalStream, LocalTransport, Security
from kms_trio.rtc.sdp.common import answer_setup, direction_of, role_from_answer, role_of_our, setup_of
from kms_trio.rtc.sdp.judge import Judged, judge, reject, tagged_medias
from kms_trio.rtc.sdp.model import Attribute, MediaDescription, SessionDescription, lines_of
from kms_trio.rtc.sdp.negotiated import DtlsRole, Negotiated, NegotiatedMedia
from kms_trio.rtc.sdp.offer import message_size_attribute
from kms_trio.rtc.sdp.sections import (
    TRICKLE_PORT,
    bandwidth_lines,
    bundle_attribute,
    carrier,
    rejected,
    session_of,
    setup_attribute,
    source_attributes,
    transport_attributes,
)


def create_answer(
    offer: SessionDescription, capabilities: EndpointCapabilities, transport: LocalTransport, ids: LocalIds
) -> Negotiated:
    """Answer `offer` and say what was agreed.

    Codecs, payload types and header extension ids are the offerer's, in its order. Medias beyond those that the
    endpoint has streams for are rejected.
    """
    tagged = tagged_medias(offer, capabilities)
    accepted_of_kind: dict[str, int] = {}
    mids: set[str] = set()
    judged: list[Judged] = []
    for index, media in enumerate(offer.medias):
        count = accepted_of_kind.get(media.kind, 0)
        if media.mid and media.mid in mids:
            judged.append(Judged(media, reject(index, media, "another media has the same mid")))
            continue
        if count >= capabilities.num_medias(media.kind):
            judged.append(Judged(media, reject(index, media, f"no further {media.kind} media supported")))
            continue
        setup = answer_setup(setup_of(offer, media, tagged.get(media.mid)), transport.answer_setup)
        each = judge(
            offer,
            index,
            tagged.get(media.mid),
            capabilities,
            ids.stream(media.kind, count),
            capabilities.direction,
            role_of_our(setup),
        )
        if each.accepted:
            accepted_of_kind[media.kind] = count + 1
        mids.add(media.mid)
        judged.append(each)
    shared = share_transport(offer, judged, capabilities.bundle)
    medias = []
    counts: dict[str, int] = {}
    for each in shared.judged:
        kind = each.media.kind
        if each.media.index == shared.carrier_index:
            medias.append(carrier(each.remote, _setup_of_owner(shared), transport))
        elif not each.accepted:
            medias.append(rejected(each.remote))
        elif kind == "application":
            medias.append(_data_media(each, capabilities, transport))
        else:
            medias.append(_rtp_media(each, capabilities, transport, ids, counts.get(kind, 0)))
            counts[kind] = counts.get(kind, 0) + 1
    attributes = lines_of("msid-semantic", offer.values("msid-semantic")[:1])
    if capabilities.bundle and offer.bundle_groups:  # even when empty: Chromium's max-bundle insists on one
        attributes.append(bundle_attribute(shared.bundled_mids))
    return Negotiated(
        local=session_of(ids, transport, attributes, medias),
        remote=offer,
        medias=tuple(each.media for each in shared.judged),
        transport_index=shared.transport_index,
    )


def apply_answer(
    offer: SessionDescription, answer: SessionDescription, capabilities: EndpointCapabilities
) -> Negotiated:
    """What the peer's `answer` makes of our `offer` (as `create_offer` wrote it, with the same capabilities).

    A media that the answer leaves out, or whose kind it changes, counts as rejected; more than we offered is ignored.
    """
    answer = attrs.evolve(answer, medias=answer.medias[: len(offer.medias)])
    tagged = tagged_medias(answer, capabilities)
    judged = []
    for index, ours in enumerate(offer.medias):
        if index >= len(answer.medias) or answer.medias[index].kind != ours.kind:
            judged.append(Judged(ours, reject(index, ours, "not in the answer")))
            continue
        theirs = answer.medias[index]
        judged.append(
            judge(
                answer,
                index,
                tagged.get(theirs.mid),
                capabilities,
                _offered_stream(ours),
                direction_of(offer, ours),
                role_from_answer(setup_of(answer, theirs, tagged.get(theirs.mid))),
            )
        )
    shared = share_transport(answer, judged, capabilities.bundle)
    return Negotiated(
        local=offer,
        remote=answer,
        medias=tuple(
            # Old clients answer without mids: the media is still known to the application under ours.
            attrs.evolve(each.media, mid=each.media.mid or ours.mid)
            for each, ours in zip(shared.judged, offer.medias, strict=True)
        ),
        transport_index=shared.transport_index,
    )


def _offered_stream(ours: MediaDescription) -> LocalStream | None:
    ssrcs = ours.ssrc_attributes
    if not ssrcs:
        return None
    ssrc = ssrcs[0].ssrc
    crypto = ours.crypto
    rtx = [group.ssrcs[1] for group in ours.ssrc_groups if group.semantics == "FID" and len(group.ssrcs) > 1]
    return LocalStream(ssrc=ssrc, rtx_ssrc=rtx[0] if rtx else 0, crypto=crypto[0] if crypto else None)


def _rtp_media(
    judged: Judged, capabilities: EndpointCapabilities, transport: LocalTransport, ids: LocalIds, count: int
) -> MediaDescription:
    media, remote = judged.media, judged.remote
    dtls = capabilities.security is Security.DTLS
    stream = ids.stream(media.kind, count)
    formats: list[str] = []
    rtp_maps: list[RtpMap] = []
    feedback: list[RtcpFeedback] = []
    parameters: list[str] = []
    for codec in judged.codecs:
        for each in filter(None, (codec.offered, codec.rtx)):
            formats.append(str(each.payload_type))
            rtp_maps.append(each.rtp_map)
            if each.parameters_text:
                parameters.append(f"{each.payload_type} {each.parameters_text}")
        feedback += (RtcpFeedback(codec.offered.payload_type, word) for word in codec.feedback)
    attributes = lines_of(
        "extmap",
        (
            attrs.evolve(extension, direction=extension.direction.reversed()) if extension.direction else extension
            for extension in judged.extensions
        ),
    )
    attributes.append(Attribute(Direction.of(send=media.send, receive=media.receive).value))
    attributes += _mid(media)
    if media.comedia:
        attributes.append(Attribute("direction", "passive"))
    rtcp_port = stream.rtcp_port if stream is not None else 0
    attributes.append(Attribute("rtcp", "9 IN IP4 0.0.0.0" if dtls else str(rtcp_port)))
    if media.local_crypto is not None:
        attributes.append(Attribute("crypto", str(media.local_crypto)))
    attributes += lines_of("rtpmap", rtp_maps) + lines_of("rtcp-fb", feedback)
    attributes += _setup(media)
    if media.rtcp_mux:
        attributes.append(Attribute("rtcp-mux"))
    if media.rtcp_rsize:
        attributes.append(Attribute("rtcp-rsize"))
    attributes += lines_of("fmtp", parameters)
    attributes += source_attributes(media.local_ssrc, media.local_rtx_ssrc, ids.cname)
    attributes += transport_attributes(transport) if dtls else []
    return MediaDescription(
        kind=media.kind,
        port=TRICKLE_PORT if dtls or stream is None else stream.rtp_port,
        protocol=remote.protocol,
        formats=tuple(formats),
        bandwidths=bandwidth_lines(capabilities.max_recv_bandwidth_kbps(media.kind)),
        attributes=tuple(attributes),
    )


def _data_media(judged: Judged, capabilities: EndpointCapabilities, transport: LocalTransport) -> MediaDescription:
    """RFC 8841; `DTLS/SCTP` is its draft's way, where the format is the port and `a=sctpmap` describes it."""
    port = str(capabilities.sctp_port)
    old = judged.remote.protocol.upper() == "DTLS/SCTP" and "webrtc-datachannel" not in judged.remote.formats
    described = Attribute("sctpmap", f"{port} webrtc-datachannel 1024") if old else Attribute("sctp-port", port)
    return MediaDescription(
        kind=judged.media.kind,
        port=TRICKLE_PORT,
        protocol=judged.remote.protocol,
        formats=(port,) if old else ("webrtc-datachannel",),
        attributes=(
            *_mid(judged.media),
            described,
            *message_size_attribute(capabilities),
            *_setup(judged.media),
            *transport_attributes(transport),
        ),
    )


def _mid(media: NegotiatedMedia) -> list[Attribute]:
    return [Attribute("mid", media.mid)] if media.mid else []


def _setup(media: NegotiatedMedia) -> list[Attribute]:
    return [] if media.dtls_role is None else [setup_attribute(_setup_as(media.dtls_role))]


def _setup_of_owner(shared: Shared) -> Setup:
    owner = shared.judged[shared.transport_index or 0].media
    return _setup_as(owner.dtls_role)


def _setup_as(role: DtlsRole | None) -> Setup:
    return Setup.ACTIVE if role is DtlsRole.CLIENT else Setup.PASSIVE
