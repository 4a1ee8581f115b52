"""Enumerations and registers of the module `elements`.

Generated from its spec by `python -m kms_trio.spec generate`; do not edit.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

import attrs


class GapsFixMethod(enum.StrEnum):
    """What a recorder does about gaps in what it receives. NONE keeps the timestamps, and so the gaps. GENPTS shifts
    what follows to close them. FILL_IF_TRANSCODING repeats frames where they are encoded anyway.
    """

    NONE = "NONE"
    GENPTS = "GENPTS"
    FILL_IF_TRANSCODING = "FILL_IF_TRANSCODING"


class MediaProfileSpecType(enum.StrEnum):
    """Container and codecs of a recording. WEBM: VP8 and Opus; MKV, MP4 and FLV: H.264 and AAC; the _VIDEO_ONLY and
    _AUDIO_ONLY ones lack the other track. JPEG_VIDEO_ONLY: a single picture. KURENTO_SPLIT_RECORDER: left to a
    plugin of that name.
    """

    WEBM = "WEBM"
    MKV = "MKV"
    MP4 = "MP4"
    WEBM_VIDEO_ONLY = "WEBM_VIDEO_ONLY"
    WEBM_AUDIO_ONLY = "WEBM_AUDIO_ONLY"
    MKV_VIDEO_ONLY = "MKV_VIDEO_ONLY"
    MKV_AUDIO_ONLY = "MKV_AUDIO_ONLY"
    MP4_VIDEO_ONLY = "MP4_VIDEO_ONLY"
    MP4_AUDIO_ONLY = "MP4_AUDIO_ONLY"
    JPEG_VIDEO_ONLY = "JPEG_VIDEO_ONLY"
    KURENTO_SPLIT_RECORDER = "KURENTO_SPLIT_RECORDER"
    FLV = "FLV"


class CryptoSuite(enum.StrEnum):
    """Cipher, key size and length of the authentication tag of SRTP (RFC 4568, RFC 6188). AES_128 takes a master key
    and salt of 30 bytes, AES_256 of 46.
    """

    AES_128_CM_HMAC_SHA1_32 = "AES_128_CM_HMAC_SHA1_32"
    AES_128_CM_HMAC_SHA1_80 = "AES_128_CM_HMAC_SHA1_80"
    AES_256_CM_HMAC_SHA1_32 = "AES_256_CM_HMAC_SHA1_32"
    AES_256_CM_HMAC_SHA1_80 = "AES_256_CM_HMAC_SHA1_80"


class CertificateKeyType(enum.StrEnum):
    """Kind of key of a DTLS certificate: RSA, or ECDSA over P-256, which is quicker."""

    RSA = "RSA"
    ECDSA = "ECDSA"


class DSCPValue(enum.StrEnum):
    """Mark for the network's quality of service (differentiated services code point).

    - NO_DSCP, NO_VALUE: none
    - AUDIO_, VIDEO_, DATA_ with a priority: as RFC 8837 recommends for WebRTC
    - CHROME_ with a priority: as the Chrome browser marks
    - CS0 to CS7, AF11 to AF43, EF, VOICEADMIT, LE: the code point of that name (RFC 2474, 2597, 3246, 5865, 8622)
    """

    NO_DSCP = "NO_DSCP"
    NO_VALUE = "NO_VALUE"
    AUDIO_VERYLOW = "AUDIO_VERYLOW"
    AUDIO_LOW = "AUDIO_LOW"
    AUDIO_MEDIUM = "AUDIO_MEDIUM"
    AUDIO_HIGH = "AUDIO_HIGH"
    VIDEO_VERYLOW = "VIDEO_VERYLOW"
    VIDEO_LOW = "VIDEO_LOW"
    VIDEO_MEDIUM = "VIDEO_MEDIUM"
    VIDEO_MEDIUM_THROUGHPUT = "VIDEO_MEDIUM_THROUGHPUT"
    VIDEO_HIGH = "VIDEO_HIGH"
    VIDEO_HIGH_THROUGHPUT = "VIDEO_HIGH_THROUGHPUT"
    DATA_VERYLOW = "DATA_VERYLOW"
    DATA_LOW = "DATA_LOW"
    DATA_MEDIUM = "DATA_MEDIUM"
    DATA_HIGH = "DATA_HIGH"
    CHROME_HIGH = "CHROME_HIGH"
    CHROME_MEDIUM = "CHROME_MEDIUM"
    CHROME_LOW = "CHROME_LOW"
    CHROME_VERYLOW = "CHROME_VERYLOW"
    CS0 = "CS0"
    CS1 = "CS1"
    CS2 = "CS2"
    CS3 = "CS3"
    CS4 = "CS4"
    CS5 = "CS5"
    CS6 = "CS6"
    CS7 = "CS7"
    AF11 = "AF11"
    AF12 = "AF12"
    AF13 = "AF13"
    AF21 = "AF21"
    AF22 = "AF22"
    AF23 = "AF23"
    AF31 = "AF31"
    AF32 = "AF32"
    AF33 = "AF33"
    AF41 = "AF41"
    AF42 = "AF42"
    AF43 = "AF43"
    EF = "EF"
    VOICEADMIT = "VOICEADMIT"
    LE = "LE"


class DtlsConnectionState(enum.StrEnum):
    """How far a DTLS connection is. FAILED also when the certificate does not match the fingerprint of the SDP."""

    NEW = "NEW"
    CLOSED = "CLOSED"
    FAILED = "FAILED"
    CONNECTING = "CONNECTING"
    CONNECTED = "CONNECTED"


class IceComponentState(enum.StrEnum):
    """How far ICE is: GATHERING candidates, CONNECTING with checks under way, CONNECTED with a pair that works, READY
    with the final one; FAILED when no pair works or the peer stopped answering.
    """

    DISCONNECTED = "DISCONNECTED"
    GATHERING = "GATHERING"
    CONNECTING = "CONNECTING"
    CONNECTED = "CONNECTED"
    READY = "READY"
    FAILED = "FAILED"


@attrs.frozen(kw_only=True)
class VideoInfo:
    """Length and seekable range of a source."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "VideoInfo"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "is_seekable": "isSeekable",
            "seekable_init": "seekableInit",
            "seekable_end": "seekableEnd",
            "duration": "duration",
        },
    )

    is_seekable: bool
    """Whether the position can be set."""

    seekable_init: int
    """Start of the seekable range, in milliseconds."""

    seekable_end: int
    """End of the seekable range, in milliseconds."""

    duration: int
    """Length, in milliseconds."""


@attrs.frozen(kw_only=True)
class SDES:
    """Suite and key of SRTP with keys in the SDP. The key can be given in one of two ways, or be left out for a random
    one.
    """

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "SDES"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"key": "key", "key_base64": "keyBase64", "crypto": "crypto"},
    )

    key: str | None = None
    """Master key and salt as plain text, of 30 or 46 characters by the suite."""

    key_base64: str | None = None
    """Master key and salt as Base64."""

    crypto: CryptoSuite | None = None
    """The suite."""


@attrs.frozen(kw_only=True)
class DtlsConnection:
    """State of one DTLS connection."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "DtlsConnection"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"stream_id": "streamId", "component_id": "componentId", "connection_id": "connectionId", "state": "state"},
    )

    stream_id: str
    """Number of the ICE stream, as text."""

    component_id: str
    """Component of the stream, as text: `1` for RTP, `2` for RTCP on its own."""

    connection_id: str
    """Name of the connection."""

    state: DtlsConnectionState
    """Its state."""


@attrs.frozen(kw_only=True)
class IceCandidate:
    """An ICE candidate, in the shape of browsers' `RTCIceCandidate`."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "IceCandidate"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"candidate": "candidate", "sdp_mid": "sdpMid", "sdp_mline_index": "sdpMLineIndex"},
    )

    candidate: str
    """The candidate line, `candidate:...` (RFC 8839)."""

    sdp_mid: str
    """The `mid` of the SDP's media section that it belongs to."""

    sdp_mline_index: int
    """Index of that section, from 0."""


@attrs.frozen(kw_only=True)
class IceCandidatePair:
    """A local and a remote candidate in use together."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "IceCandidatePair"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "stream_id": "streamId",
            "component_id": "componentId",
            "local_candidate": "localCandidate",
            "remote_candidate": "remoteCandidate",
        },
    )

    stream_id: str
    """Number of the ICE stream, as text."""

    component_id: int
    """Component of the stream: 1 for RTP, 2 for RTCP on its own."""

    local_candidate: str
    """Candidate line of the server."""

    remote_candidate: str
    """Candidate line of the peer."""


@attrs.frozen(kw_only=True)
class IceConnection:
    """State of ICE for one component."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "IceConnection"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"stream_id": "streamId", "component_id": "componentId", "state": "state"},
    )

    stream_id: str
    """Number of the ICE stream, as text."""

    component_id: int
    """Component of the stream: 1 for RTP, 2 for RTCP on its own."""

    state: IceComponentState
    """Its state."""
