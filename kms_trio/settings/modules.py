"""Settings of the built-in modules: Kurento's `modules/kurento/<Class>.conf.*`.

A key belongs to the class that reads it: a WebRtcEndpoint takes its MTU from
`BaseRtpEndpoint`, its codecs from `SdpEndpoint`, its encoder bitrates from `MediaElement`.
"""

from __future__ import annotations

from pathlib import Path

import attrs

from kms_trio.settings import kinds
from kms_trio.settings.dscp import DSCP_VALUES
from kms_trio.settings.options import option

_BITRATE = kinds.integer(0, 2**31 - 1)
_PEM = kinds.optional(kinds.path())


@attrs.frozen(kw_only=True)
class MediaElementSettings:
    """Bitrates of the encoders that transcoding uses."""

    encoder_bitrate_bps: int = option(
        "encoderBitrate", _BITRATE, 300_000, "Starting bitrate of an encoder, bit/s.", aliases=("outputBitrate",)
    )
    min_encoder_bitrate_bps: int = option(
        "minEncoderBitrate", _BITRATE, 0, "Lowest bitrate of an encoder, bit/s.", aliases=("minOutputBitrate",)
    )
    max_encoder_bitrate_bps: int = option(
        "maxEncoderBitrate",
        _BITRATE,
        0,
        "Highest bitrate of an encoder, bit/s; 0: unlimited.",
        aliases=("maxOutputBitrate",),
    )


@attrs.frozen(kw_only=True)
class BaseRtpEndpointSettings:
    """What RtpEndpoint and WebRtcEndpoint have in common."""

    min_port: int = option(
        "minPort",
        kinds.clamped_integer(1024, 65535),
        1024,
        "Lowest UDP port for media.",
        environment="KMS_MIN_PORT",
    )
    max_port: int = option(
        "maxPort",
        kinds.clamped_integer(1024, 65535),
        65535,
        "Highest UDP port for media.",
        environment="KMS_MAX_PORT",
    )
    mtu: int = option(
        "mtu",
        kinds.integer(128, 65535),
        1200,
        "Largest RTP packet that the server makes, bytes. Packets that are forwarded keep the size they have.",
        environment="KMS_MTU",
    )


@attrs.frozen(kw_only=True)
class SdpEndpointSettings:
    """What an SDP offer or answer may contain."""

    num_audio_medias: int = option("numAudioMedias", kinds.integer(0, 1000), 1, "Audio tracks that an offer carries.")
    num_video_medias: int = option("numVideoMedias", kinds.integer(0, 1000), 1, "Video tracks that an offer carries.")
    audio_codecs: tuple[str, ...] = option(
        "audioCodecs",
        kinds.codecs(),
        ("opus/48000/2", "PCMU/8000", "PCMA/8000", "AMR/8000"),
        "Audio codecs in order of preference; one that the server cannot handle is left out.",
    )
    video_codecs: tuple[str, ...] = option(
        "videoCodecs",
        kinds.codecs(),
        ("H265/90000", "AV1/90000", "VP9/90000", "VP8/90000", "H264/90000"),
        "Video codecs in order of preference; H265 only where `enable-h265` of WebRtcEndpoint allows it.",
    )


@attrs.frozen(kw_only=True)
class UriEndpointSettings:
    """What PlayerEndpoint and RecorderEndpoint have in common."""

    default_path: str = option(
        "defaultPath", kinds.text(), "file:///var/lib/kurento", "Where a URI without a scheme starts at."
    )


@attrs.frozen(kw_only=True)
class WebRtcEndpointSettings:
    """ICE, DTLS and addresses of WebRtcEndpoint."""

    network_interfaces: tuple[str, ...] = option(
        "networkInterfaces",
        kinds.words(),
        (),
        "Interfaces whose addresses become ICE candidates, with commas between; not set: all.",
        environment="KMS_NETWORK_INTERFACES",
        example="eth0,wlan0",
    )
    stun_server_address: str | None = option(
        "stunServerAddress",
        kinds.optional(kinds.text()),
        None,
        "STUN server that tells the server's address as the internet sees it. Not needed with a TURN server.",
        environment="KMS_STUN_IP",
        example="198.51.100.1",
    )
    stun_server_port: int = option(
        "stunServerPort", kinds.integer(1, 65535), 3478, "Port of the STUN server.", environment="KMS_STUN_PORT"
    )
    turn_url: str | None = option(
        "turnURL",
        kinds.optional(kinds.turn_url()),
        None,
        "TURN server and credentials: user:password@address:port, optionally with ?transport=udp, tcp or tls.",
        environment="KMS_TURN_URL",
        secret=True,
        example="user:password@198.51.100.1:3478?transport=udp",
    )
    turn_tls_verify: bool = option(
        "turnTlsVerify",
        kinds.boolean(),
        True,
        "Not in Kurento. Whether a TURN server over TLS must have a certificate that is valid for its address.",
    )
    pem_certificate_rsa: Path | None = option(
        "pemCertificateRSA",
        _PEM,
        None,
        "PEM file with an RSA private key and its certificate for DTLS; not set: made at start.",
        environment="KMS_PEM_CERTIFICATE_RSA",
        aliases=("pemCertificate",),
        example="/etc/kurento/rsa.pem",
    )
    pem_certificate_ecdsa: Path | None = option(
        "pemCertificateECDSA",
        _PEM,
        None,
        "PEM file with an ECDSA private key and its certificate for DTLS; not set: made at start.",
        environment="KMS_PEM_CERTIFICATE_ECDSA",
        example="/etc/kurento/ecdsa.pem",
    )
    external_ipv4: str | None = option(
        "externalIPv4",
        kinds.optional(kinds.external_address(4)),
        None,
        "Public IPv4 address, put into host candidates in place of the machine's own; auto: found out at start.",
        environment="KMS_EXTERNAL_IPV4",
        aliases=("externalAddress",),
        example="198.51.100.2",
    )
    external_ipv6: str | None = option(
        "externalIPv6",
        kinds.optional(kinds.external_address(6)),
        None,
        "Public IPv6 address, put into host candidates in place of the machine's own; auto: found out at start.",
        environment="KMS_EXTERNAL_IPV6",
        example="2001:db8::2",
    )
    ice_tcp: bool = option(
        "iceTcp", kinds.boolean(), True, "Gather ICE candidates for TCP too.", environment="KMS_ICE_TCP"
    )
    qos_dscp: str | None = option(
        "qos-dscp",
        kinds.optional(kinds.choice(*DSCP_VALUES)),
        None,
        "Differentiated-services mark of outgoing packets; a constructor's qosDscp comes first.",
        example="AUDIO_HIGH",
    )
    enable_h265: bool = option("enable-h265", kinds.boolean(), False, "Negotiate H265.")
    include_loopback: str = option(
        "includeLoopback",
        kinds.choice("auto", "always", "never"),
        "auto",
        "Not in Kurento. Whether loopback addresses become ICE candidates; "
        "auto: only when the machine has no other address.",
    )


@attrs.frozen(kw_only=True)
class PlayerEndpointSettings:
    """PlayerEndpoint's own."""

    rtsp_client_port_range: tuple[int, int] = option(
        "rtspClientPortRange",
        kinds.port_range(),
        (0, 0),
        "UDP ports for RTP from RTSP servers, as min-max; 0-0: any.",
    )


@attrs.frozen(kw_only=True)
class RecorderEndpointSettings:
    """RecorderEndpoint's own."""

    gaps_fix: str = option(
        "gapsFix",
        kinds.choice("NONE", "GENPTS", "FILL_IF_TRANSCODING"),
        "NONE",
        "What to do about holes in the incoming media: NONE keeps the original times, GENPTS cuts out the time in "
        "which nothing came, FILL_IF_TRANSCODING is like NONE, as in Kurento.",
    )
    wait_for_all_tracks: bool = option(
        "waitForAllTracks",
        kinds.boolean(),
        False,
        "Not in Kurento. Whether a recording begins only when all tracks of its profile flow, as Kurento's do; "
        "otherwise it begins after two seconds with those that flow, and adds the others.",
    )


@attrs.frozen(kw_only=True)
class HttpEndpointSettings:
    """The HTTP listener of HttpPostEndpoint."""

    server_address: str | None = option(
        "serverAddress", kinds.optional(kinds.text()), "localhost", "Address to listen on; empty: all."
    )
    server_port: int = option("serverPort", kinds.integer(0, 65535), 9091, "TCP port to listen on.")
    announced_address: str | None = option(
        "announcedAddress",
        kinds.optional(kinds.text()),
        None,
        "Host name or address in the URLs that clients are given; not set: the first address of the machine.",
        example="media.example.org",
    )
