"""The result of a negotiation: what an endpoint needs to know to run, with nothing left to interpret."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping

import attrs

from kms_trio.rtc.sdp.attributes import Crypto, Fingerprint, RestrictionId, SsrcGroup
from kms_trio.rtc.sdp.codecs import same_profile
from kms_trio.rtc.sdp.model import SessionDescription


class DtlsRole(enum.Enum):
    """Our role in the handshake; the client speaks first."""

    CLIENT = "client"
    SERVER = "server"


@attrs.frozen
class NegotiatedCodec:
    """A codec that both sides have. `encoding_name` is in upper case; `feedback` like `nack pli`, `goog-remb`."""

    payload_type: int
    encoding_name: str
    clock_rate_hz: int
    channels: int = 0
    parameters: Mapping[str, str] = attrs.field(factory=dict)
    feedback: frozenset[str] = frozenset()
    rtx_payload_type: int | None = None


@attrs.frozen(kw_only=True)
class RemoteTransport:
    """The peer's side of ICE and DTLS. Candidates are texts like `candidate:1 1 udp ..`, of any kind it wrote."""

    ice_ufrag: str
    ice_pwd: str = attrs.field(repr=False)
    ice_lite: bool = False
    trickle: bool = False
    candidates: tuple[str, ...] = ()
    end_of_candidates: bool = False
    fingerprints: tuple[Fingerprint, ...] = ()


@attrs.frozen(kw_only=True)
class RemoteAddress:
    """Where the peer takes plain RTP and RTCP."""

    address: str
    rtp_port: int
    rtcp_port: int


@attrs.frozen(kw_only=True)
class RemoteSource:
    """An SSRC that the peer announced."""

    ssrc: int
    cname: str = ""
    msid: str = ""


@attrs.frozen(kw_only=True)
class SctpParameters:
    """Data channels: ports of both sides and the largest message that the peer takes (bytes, 0: any)."""

    local_port: int
    remote_port: int
    remote_max_message_size: int


@attrs.frozen(kw_only=True)
class NegotiatedMedia:
    """One `m=` section, from our point of view: `send` says that we may send.

    A media that is not `accepted` says why in `rejection`, and nothing else of it means anything. Codecs are in order
    of preference: send with the first, or the one that `select_codec` finds. `header_extensions` maps URI to id.
    """

    index: int
    kind: str
    mid: str = ""
    accepted: bool = True
    rejection: str = ""
    send: bool = False
    receive: bool = False
    codecs: tuple[NegotiatedCodec, ...] = ()
    header_extensions: Mapping[str, int] = attrs.field(factory=dict)
    remote_sources: tuple[RemoteSource, ...] = ()
    remote_ssrc_groups: tuple[SsrcGroup, ...] = ()
    remote_rids: tuple[RestrictionId, ...] = ()
    local_ssrc: int = 0
    local_rtx_ssrc: int = 0  # of our retransmissions (RFC 4588), 0: they are not agreed on
    rtcp_mux: bool = False
    rtcp_rsize: bool = False
    remote: RemoteTransport | None = None
    dtls_role: DtlsRole | None = None
    remote_bandwidth_kbps: int = 0  # what the peer wants to receive at most, 0: no limit
    sctp: SctpParameters | None = None
    remote_address: RemoteAddress | None = None
    comedia: bool = False  # the peer's address is to be learnt from its packets
    local_crypto: Crypto | None = None
    remote_crypto: Crypto | None = None

    @property
    def primary_ssrcs(self) -> tuple[int, ...]:
        """Announced SSRCs that carry media: repair streams (second and later of FID and FEC groups) left out."""
        repair = {ssrc for group in self.remote_ssrc_groups if group.semantics != "SIM" for ssrc in group.ssrcs[1:]}
        return tuple(source.ssrc for source in self.remote_sources if source.ssrc not in repair)


@attrs.frozen(kw_only=True)
class Negotiated:
    """Both descriptions and what follows from them, one NegotiatedMedia for each `m=` section."""

    local: SessionDescription
    remote: SessionDescription
    medias: tuple[NegotiatedMedia, ...]
    transport_index: int | None = None  # which media's transport all accepted ones share, None without DTLS

    @property
    def accepted(self) -> tuple[NegotiatedMedia, ...]:
        """The medias to run."""
        return tuple(media for media in self.medias if media.accepted)

    @property
    def transport(self) -> RemoteTransport | None:
        """The peer side of the one transport, None without ICE."""
        return None if self.transport_index is None else self.medias[self.transport_index].remote

    @property
    def dtls_role(self) -> DtlsRole | None:
        """Our role on that transport."""
        return None if self.transport_index is None else self.medias[self.transport_index].dtls_role

    def media(self, kind: str) -> NegotiatedMedia | None:
        """The first accepted media of that kind."""
        return next((media for media in self.accepted if media.kind == kind), None)


def select_codec(
    codecs: Iterable[NegotiatedCodec], encoding_name: str, parameters: Mapping[str, str]
) -> NegotiatedCodec | None:
    """The negotiated codec under which a stream of that format is best sent, None when the peer lacks the codec.

    Peers list one codec several times (H264 profiles and packetization modes). A mode that lets us fragment units
    matters most, then the profile; where none fits the first is taken, as players look into the stream rather than at
    its label.
    """
    candidates = [codec for codec in codecs if codec.encoding_name == encoding_name.upper()]

    def fitness(codec: NegotiatedCodec) -> tuple[bool, bool]:
        fragments = codec.encoding_name != "H264" or codec.parameters.get("packetization-mode", "0") != "0"
        return fragments, same_profile(encoding_name, codec.parameters, parameters)

    return max(candidates, key=fitness, default=None)  # of equals, the first
