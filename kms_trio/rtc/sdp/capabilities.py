"""What an endpoint can do and what is its own in one negotiation: the inputs beside the peer's text."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from types import MappingProxyType

import attrs

from kms_trio.rtc.sdp.attributes import Crypto, Direction, Fingerprint, RtpMap, Setup
from kms_trio.rtc.sdp.codecs import STATIC_PAYLOAD_TYPES, same_encoding

ABS_SEND_TIME = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
AUDIO_LEVEL = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
MID = "urn:ietf:params:rtp-hdrext:sdes:mid"
TRANSPORT_CC = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"

VIDEO_FEEDBACK = ("nack", "nack pli", "goog-remb", "ccm fir")


class Security(enum.Enum):
    """How media is protected, which decides on the protocols of an `m=` line that can be accepted."""

    DTLS = "dtls"
    SDES = "sdes"
    NONE = "none"


# The first of each is what is offered. RFC 8829 section 5.1.2 asks to accept all of the DTLS ones.
PROTOCOLS: Mapping[Security, tuple[str, ...]] = MappingProxyType(
    {
        Security.DTLS: (
            "UDP/TLS/RTP/SAVPF", "UDP/TLS/RTP/SAVP", "RTP/SAVPF", "RTP/SAVP",
            "TCP/DTLS/RTP/SAVPF", "TCP/DTLS/RTP/SAVP", "TCP/TLS/RTP/SAVPF", "TCP/TLS/RTP/SAVP",
        ),
        Security.SDES: ("RTP/SAVPF", "RTP/SAVP"),
        Security.NONE: ("RTP/AVPF", "RTP/AVP"),
    }
)  # fmt: skip
DATA_PROTOCOLS = ("UDP/DTLS/SCTP", "TCP/DTLS/SCTP", "DTLS/SCTP")


@attrs.frozen
class CodecCapability:
    """A codec that can be sent and received.

    `parameters` are written in our offers; an answer repeats the offerer's. With `strict` an offered variant (H264
    profile and packetization mode, VP9 profile, ..) must be the one of `parameters`; without, every variant is taken,
    as a forwarder can.
    """

    encoding_name: str
    clock_rate_hz: int
    channels: int = 0
    parameters: Mapping[str, str] = attrs.field(factory=dict)
    feedback: tuple[str, ...] = ()
    strict: bool = False

    @property
    def static_payload_type(self) -> int | None:
        """Its payload type of RFC 3551, None when it has none and takes a dynamic one."""
        wanted = self.rtp_map(0)
        return next((number for number, known in STATIC_PAYLOAD_TYPES.items() if same_encoding(known, wanted)), None)

    def rtp_map(self, payload_type: int) -> RtpMap:
        """How it is written under that payload type."""
        return RtpMap(payload_type, self.encoding_name, self.clock_rate_hz, self.channels)


@attrs.frozen
class ExtensionCapability:
    """An RTP header extension, with the id that our own offers give it."""

    uri: str
    extension_id: int


@attrs.frozen(kw_only=True)
class EndpointCapabilities:
    """What an endpoint offers and accepts.

    `direction` is the most that it does with audio and video: a `recvonly` endpoint never sends. Bandwidths are what
    it wants to receive at most, in kbps, 0 for no limit. `max_message_size` is in bytes, 0 leaves it unsaid.
    """

    audio_codecs: tuple[CodecCapability, ...] = ()
    video_codecs: tuple[CodecCapability, ...] = ()
    audio_extensions: tuple[ExtensionCapability, ...] = ()
    video_extensions: tuple[ExtensionCapability, ...] = ()
    security: Security = Security.DTLS
    bundle: bool = True
    rtcp_mux: bool = True
    data_channels: bool = False
    num_audio_medias: int = 1
    num_video_medias: int = 1
    max_audio_recv_bandwidth_kbps: int = 0
    max_video_recv_bandwidth_kbps: int = 0
    direction: Direction = Direction.SENDRECV
    rtx: bool = False
    sctp_port: int = 5000
    max_message_size: int = 0

    def codecs(self, kind: str) -> tuple[CodecCapability, ...]:
        """In order of preference."""
        return self.audio_codecs if kind == "audio" else self.video_codecs

    def extensions(self, kind: str) -> tuple[ExtensionCapability, ...]:
        """Supported RTP header extensions."""
        return self.audio_extensions if kind == "audio" else self.video_extensions

    def num_medias(self, kind: str) -> int:
        """How many medias of that kind can be accepted."""
        if kind == "application":
            return 1 if self.data_channels else 0
        return {"audio": self.num_audio_medias, "video": self.num_video_medias}.get(kind, 0)

    def max_recv_bandwidth_kbps(self, kind: str) -> int:
        """The limit to announce for that kind, 0 for none."""
        limits = {"audio": self.max_audio_recv_bandwidth_kbps, "video": self.max_video_recv_bandwidth_kbps}
        return limits.get(kind, 0)


@attrs.frozen(kw_only=True)
class LocalTransport:
    """Our side of ICE and DTLS, one for all medias; without ICE credentials only the address counts (plain RTP).

    `candidates` are texts like `candidate:1 1 UDP ..`; with none the description says port 1 (trickle). `answer_setup`
    is the answer to `actpass`.
    """

    ice_ufrag: str = ""
    ice_pwd: str = attrs.field(default="", repr=False)
    fingerprints: tuple[Fingerprint, ...] = ()
    candidates: tuple[str, ...] = ()
    address: str = "0.0.0.0"
    answer_setup: Setup = Setup.PASSIVE


@attrs.frozen(kw_only=True)
class LocalStream:
    """What one audio or video media sends: its SSRC and, for plain RTP, its ports and SDES key.

    `rtx_ssrc` is that of its retransmissions, 0: it has none.
    """

    ssrc: int
    rtx_ssrc: int = 0
    rtp_port: int = 1
    rtcp_port: int = 1
    crypto: Crypto | None = None


@attrs.frozen(kw_only=True)
class LocalIds:
    """Names of one negotiation. `session_id` is the NTP second of its beginning; one stream for each media."""

    session_id: int
    cname: str
    audio: tuple[LocalStream, ...] = ()
    video: tuple[LocalStream, ...] = ()
    session_version: int | None = None  # None: the session id

    def stream(self, kind: str, index: int) -> LocalStream | None:
        """For the `index`-th media of that kind; None when there is none, and then the media is rejected."""
        streams = self.audio if kind == "audio" else self.video
        return streams[index] if index < len(streams) else None


@attrs.frozen(kw_only=True)
class OfferOptions:
    """`OfferOptions` of generateOffer: a kind that is not to be received is left out of the offer altogether."""

    offer_to_receive_audio: bool = True
    offer_to_receive_video: bool = True


def codec_capability(name: str) -> CodecCapability | None:
    """The capability for a name as in Kurento's configuration (`VP8/90000`, `opus/48000/2`), None if not supported."""
    rtp_map = RtpMap.parse(f"0 {name}")
    if rtp_map is None:
        return None
    match (rtp_map.encoding_name.upper(), rtp_map.clock_rate_hz):
        case ("OPUS", 48000):
            return CodecCapability("opus", 48000, 2)
        case (("PCMU" | "PCMA") as encoding_name, 8000):
            return CodecCapability(encoding_name, 8000)
        case (("VP8" | "H265") as encoding_name, 90000):
            return CodecCapability(encoding_name, 90000, feedback=VIDEO_FEEDBACK)
        case ("VP9", 90000):
            return CodecCapability("VP9", 90000, parameters={"profile-id": "0"}, feedback=VIDEO_FEEDBACK)
        case ("AV1", 90000):
            parameters = {"level-idx": "5", "profile": "0", "tier": "0"}
            return CodecCapability("AV1", 90000, parameters=parameters, feedback=VIDEO_FEEDBACK)
        case ("H264", 90000):
            parameters = {
                "level-asymmetry-allowed": "1",
                "packetization-mode": "1",
                "profile-level-id": "42e01f",
            }
            return CodecCapability("H264", 90000, parameters=parameters, feedback=VIDEO_FEEDBACK)
    return None


def default_extensions(kind: str, *, transport_cc: bool = False) -> tuple[ExtensionCapability, ...]:
    """The header extensions that the server reads and writes, under ids that do not clash between bundled medias."""
    extensions = [ExtensionCapability(ABS_SEND_TIME, 3), ExtensionCapability(MID, 4)]
    if kind == "audio":
        extensions.append(ExtensionCapability(AUDIO_LEVEL, 1))
    if transport_cc:
        extensions.append(ExtensionCapability(TRANSPORT_CC, 5))
    return tuple(extensions)
