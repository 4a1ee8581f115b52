"""The text of our own descriptions: lines in the order that Kurento writes them, which is what its clients know."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import attrs

from kms_trio.rtc.sdp.attributes import Direction, Setup, SsrcGroup
from kms_trio.rtc.sdp.capabilities import LocalIds, LocalTransport
from kms_trio.rtc.sdp.model import (
    Attribute,
    Bandwidth,
    Connection,
    MediaDescription,
    Origin,
    SessionDescription,
    lines_of,
)

SESSION_NAME = "Kurento Media Server"
_UNNAMED_STREAM = "default"  # libwebrtc's id for it; named so, a description's other media stay together with this one
TRICKLE_PORT = 1  # written until there are candidates
_CANDIDATE_TYPES = ("host", "srflx", "relay")  # in order of how likely a packet sent blindly gets through


def session_of(
    ids: LocalIds, transport: LocalTransport, attributes: Iterable[Attribute], medias: Sequence[MediaDescription]
) -> SessionDescription:
    """The whole description, with the transport's candidates where there are some."""
    address_type = "IP6" if ":" in transport.address else "IP4"
    version = ids.session_id if ids.session_version is None else ids.session_version
    description = SessionDescription(
        origin=Origin(str(ids.session_id), str(version), address_type, transport.address),
        name=SESSION_NAME,
        connection=Connection(address_type, transport.address),
        attributes=tuple(attributes),
        medias=tuple(medias),
    )
    return with_candidates(description, transport.candidates)


def bundle_attribute(mids: Sequence[str]) -> Attribute:
    """`a=group:BUNDLE` of these medias."""
    return Attribute("group", " ".join(["BUNDLE", *mids]))


def bandwidth_lines(limit_kbps: int) -> tuple[Bandwidth, ...]:
    """`b=AS`, nothing without a limit."""
    return (Bandwidth("AS", limit_kbps),) if limit_kbps > 0 else ()


def transport_attributes(transport: LocalTransport) -> list[Attribute]:
    """Our ICE credentials and fingerprints."""
    return [
        Attribute("ice-ufrag", transport.ice_ufrag),
        Attribute("ice-pwd", transport.ice_pwd),
        *lines_of("fingerprint", transport.fingerprints),
    ]


def source_attributes(ssrc: int, rtx_ssrc: int, cname: str) -> list[Attribute]:
    """What we send a media under, and (unless 0) what its retransmissions come under (RFC 5576 section 4, RFC 4588).

    Of two SSRCs that name no track an older libwebrtc (milestone 98, say), as applications carry it along, makes two
    tracks, and refuses a media with two. So both name one, in the stream that media without names are in.
    """
    if not rtx_ssrc:
        return [Attribute("ssrc", f"{ssrc} cname:{cname}")]
    attributes = [Attribute("ssrc-group", str(SsrcGroup("FID", (ssrc, rtx_ssrc))))]
    for each in (ssrc, rtx_ssrc):
        attributes.append(Attribute("ssrc", f"{each} cname:{cname}"))
        attributes.append(Attribute("ssrc", f"{each} msid:{_UNNAMED_STREAM} {ssrc}"))
    return attributes


def setup_attribute(setup: Setup) -> Attribute:
    """`a=setup`."""
    return Attribute("setup", setup.value)


def rejected(offered: MediaDescription) -> MediaDescription:
    """The answer to a media that is not taken.

    Port 0 with at least one format, without which browsers refuse to read the whole answer, and the mid, which they
    match it by; never part of a bundle.
    """
    mid = [Attribute("mid", offered.mid)] if offered.mid else []
    return MediaDescription(
        kind=offered.kind,
        port=0,
        protocol=offered.protocol,
        formats=offered.formats[:1] or ("0",),
        attributes=(Attribute(Direction.INACTIVE.value), *mid),
    )


def carrier(offered: MediaDescription, setup: Setup, transport: LocalTransport) -> MediaDescription:
    """The answer to a media of RTP of which nothing is taken but the transport: no direction, its first format."""
    first = offered.payload_types[0]
    described = [offered.rtp_maps[first]] if first in offered.rtp_maps else []
    return MediaDescription(
        kind=offered.kind,
        port=TRICKLE_PORT,
        protocol=offered.protocol,
        formats=(str(first),),
        attributes=(
            Attribute(Direction.INACTIVE.value),
            Attribute("mid", offered.mid),
            Attribute("rtcp", "9 IN IP4 0.0.0.0"),
            *lines_of("rtpmap", described),
            setup_attribute(setup),
            Attribute("rtcp-mux"),
            *transport_attributes(transport),
        ),
    )


def with_candidates(description: SessionDescription, candidates: Sequence[str]) -> SessionDescription:
    """`description` with these ICE candidates in place of those it had, as after gathering.

    Each is a text like `candidate:1 1 UDP ..`. Port, `c=` and `a=rtcp` then name the default candidate (RFC 8839
    section 4.2.1.2): the one most likely to be reached by a peer that knows no ICE. Without candidates, or in a
    description without ICE, nothing changes.
    """
    values = [candidate.removeprefix("a=").removeprefix("candidate:") for candidate in candidates]
    if not values or not any(media.ice_ufrag for media in description.medias):
        return description
    port, connection = _default_candidate(values)
    lines = lines_of("candidate", values)
    medias = []
    for media in description.medias:
        if media.ice_ufrag:
            rtcp = f"{port} IN {connection.address_type} {connection.address}"
            kept = (
                Attribute("rtcp", rtcp) if attribute.name == "rtcp" else attribute
                for attribute in media.attributes
                if attribute.name != "candidate"
            )
            media = attrs.evolve(media, port=port, connection=connection, attributes=(*kept, *lines))
        else:
            media = attrs.evolve(media, connection=Connection("IP4", "0.0.0.0"))
        medias.append(media)
    return attrs.evolve(description, connection=None, medias=tuple(medias))


def _default_candidate(values: Sequence[str]) -> tuple[int, Connection]:
    """Port and address: UDP before TCP, IPv4 before IPv6, relayed before reflexive before host."""
    best: tuple[int, Connection] = (TRICKLE_PORT, Connection("IP4", "0.0.0.0"))
    best_rank = (False, False, -1)
    for value in values:
        fields = value.split()
        if len(fields) < 8 or not fields[5].isdecimal() or fields[7] not in (*_CANDIDATE_TYPES, "prflx"):
            continue
        kind = _CANDIDATE_TYPES.index(fields[7]) if fields[7] in _CANDIDATE_TYPES else -1
        address = fields[4]
        rank = (fields[2].upper() == "UDP", ":" not in address, kind)
        if rank > best_rank:
            best_rank = rank
            best = (int(fields[5]), Connection("IP6" if ":" in address else "IP4", address))
    return best
