"""Judging one media of a peer's description: can it be used, and as what. The same for an offer and for an answer."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from kms_trio.rtc.sdp.attributes import Crypto, Direction, ExtensionMap
from kms_trio.rtc.sdp.capabilities import DATA_PROTOCOLS, EndpointCapabilities, LocalStream, Security
from kms_trio.rtc.sdp.common import (
    CommonCodec,
    bandwidth_kbps,
    common_codecs,
    common_extensions,
    direction_of,
    protocol_accepted,
    remote_address,
    remote_sources,
    remote_transport,
)
from kms_trio.rtc.sdp.model import MediaDescription, SessionDescription
from kms_trio.rtc.sdp.negotiated import DtlsRole, NegotiatedMedia, SctpParameters

_DEFAULT_SCTP_PORT = 5000
_DEFAULT_MAX_MESSAGE_SIZE = 65536  # RFC 8841 section 6.1


@attrs.frozen
class Judged:
    """A media of the peer, what came of it, and what both sides have in common as the peer wrote it."""

    remote: MediaDescription
    media: NegotiatedMedia
    codecs: tuple[CommonCodec, ...] = ()
    extensions: tuple[ExtensionMap, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether the media can be used."""
        return self.media.accepted

    def reject(self, reason: str) -> Judged:
        """The same media, not to be used after all."""
        return Judged(self.remote, reject(self.media.index, self.remote, reason))


def reject(index: int, remote: MediaDescription, reason: str) -> NegotiatedMedia:
    """A media that is not used, and why."""
    return NegotiatedMedia(index=index, kind=remote.kind, mid=remote.mid, accepted=False, rejection=reason)


def tagged_medias(session: SessionDescription, capabilities: EndpointCapabilities) -> Mapping[str, MediaDescription]:
    """For the mid of each bundled media, the media that speaks for its bundle: the first that the group names."""
    if not capabilities.bundle:
        return {}
    by_mid = {media.mid: media for media in reversed(session.medias)}
    tagged: dict[str, MediaDescription] = {}
    for mids in session.bundle_groups:
        first = by_mid.get(mids[0]) if mids else None
        if first is not None:
            for mid in mids:
                tagged.setdefault(mid, first)
    return tagged


def judge(
    session: SessionDescription,
    index: int,
    tagged: MediaDescription | None,
    capabilities: EndpointCapabilities,
    stream: LocalStream | None,
    ours: Direction,
    dtls_role: DtlsRole | None,
) -> Judged:
    """What media `index` of a peer's `session` comes to, looked at alone.

    `stream` is ours for it (None for data), `ours` the direction that we are ready for, `dtls_role` what its setup
    leaves to us: None when the peer wants no connection.
    """
    remote = session.medias[index]

    def rejected(reason: str) -> Judged:
        return Judged(remote, reject(index, remote, reason))

    bundle_only = remote.has("bundle-only") and tagged is not None
    if remote.port == 0 and not bundle_only:
        return rejected("rejected by the peer")
    media = NegotiatedMedia(
        index=index,
        kind=remote.kind,
        mid=remote.mid,
        remote_bandwidth_kbps=bandwidth_kbps(remote),
        remote_sources=remote_sources(remote),
        remote_ssrc_groups=tuple(remote.ssrc_groups),
        remote_rids=tuple(remote.rids),
    )
    if capabilities.security is Security.DTLS:
        transport = remote_transport(session, remote, tagged)
        if transport is None:
            return rejected("no ICE credentials or no fingerprint")
        if dtls_role is None:
            return rejected("no connection wanted (a=setup)")
        media = attrs.evolve(media, remote=transport, dtls_role=dtls_role)
    else:
        address = remote_address(session, remote)
        comedia = remote.value("direction") == "active"
        if address is None and not comedia:
            return rejected("no address (c=)")
        media = attrs.evolve(media, remote_address=address, comedia=comedia)
    if remote.kind == "application":
        return _judge_data(remote, media, capabilities) or rejected(f"protocol {remote.protocol} not supported")
    if not protocol_accepted(remote, capabilities):
        return rejected(f"protocol {remote.protocol} not supported")
    codecs = common_codecs(remote, capabilities)
    if not codecs:
        return rejected("no codec in common")
    if stream is None:
        return rejected(f"no further {remote.kind} media supported")
    rtcp_mux = capabilities.rtcp_mux and (remote.has("rtcp-mux") or (tagged is not None and tagged.has("rtcp-mux")))
    if capabilities.security is Security.DTLS and not rtcp_mux:
        return rejected("RTCP is not multiplexed (a=rtcp-mux)")
    local_crypto, remote_crypto = _common_crypto(remote, stream)
    if capabilities.security is Security.SDES and remote_crypto is None:
        return rejected("no SRTP suite in common")
    theirs = direction_of(session, remote)
    extensions = common_extensions(remote, capabilities.extensions(remote.kind))
    media = attrs.evolve(
        media,
        send=ours.sends and theirs.receives,
        receive=ours.receives and theirs.sends,
        codecs=tuple(codec.negotiated for codec in codecs),
        header_extensions={extension.uri: extension.extension_id for extension in extensions},
        local_ssrc=stream.ssrc,
        local_rtx_ssrc=stream.rtx_ssrc if any(codec.rtx for codec in codecs) else 0,
        rtcp_mux=rtcp_mux,
        rtcp_rsize=remote.has("rtcp-rsize"),
        local_crypto=local_crypto,
        remote_crypto=remote_crypto,
    )
    return Judged(remote, media, tuple(codecs), tuple(extensions))


def _judge_data(remote: MediaDescription, media: NegotiatedMedia, capabilities: EndpointCapabilities) -> Judged | None:
    protocol = remote.protocol.upper()
    wanted = "webrtc-datachannel" in remote.formats or protocol == "DTLS/SCTP"
    if not capabilities.data_channels or protocol not in DATA_PROTOCOLS or not wanted or media.remote is None:
        return None
    size = remote.max_message_size
    sctp = SctpParameters(
        local_port=capabilities.sctp_port,
        remote_port=remote.sctp_port or _DEFAULT_SCTP_PORT,
        remote_max_message_size=_DEFAULT_MAX_MESSAGE_SIZE if size is None else size,
    )
    return Judged(remote, attrs.evolve(media, send=True, receive=True, sctp=sctp))


def _common_crypto(remote: MediaDescription, stream: LocalStream) -> tuple[Crypto | None, Crypto | None]:
    """Our key under the tag of the first offered suite that is ours, and the peer's key (RFC 4568 section 5.1.2).

    A line whose key cannot be used counts as one of another suite.
    """
    if stream.crypto is not None:
        for crypto in remote.crypto:
            same_suite = crypto.suite.upper() == stream.crypto.suite.upper()
            if same_suite and len(crypto.master or b"") == len(stream.crypto.master or b""):
                return attrs.evolve(stream.crypto, tag=crypto.tag), crypto
    return None, None
